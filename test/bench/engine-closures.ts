/**
 * An engine in the style of micrograd, to measure ours against: every operation makes an object with a closure that
 * passes its gradient back, the graph is made anew for each pass, and sorting it from the output gives the order.
 */
import { operationAt } from '../../src/engine/tape.js'
import type { BenchGraph } from './engine-graph.js'

/** A class as in micrograd: made as literals, these objects would be slower, since V8 keeps revising their layout. */
class Value {
  readonly data: number
  readonly operands: readonly Value[]
  grad = 0
  passBack: () => void = passNothing

  constructor(data: number, operands: readonly Value[]) {
    this.data = data
    this.operands = operands
  }
}

function passNothing(): void {
  // An input has no operands.
}

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const exponential = Math.exp(x)
  return exponential / (1 + exponential)
}

const MAKERS: Readonly<Record<string, (x: Value, y: Value) => Value>> = {
  '+': (x, y) => {
    const made = new Value(x.data + y.data, [x, y])
    made.passBack = () => {
      x.grad += made.grad
      y.grad += made.grad
    }
    return made
  },
  '*': (x, y) => {
    const made = new Value(x.data * y.data, [x, y])
    made.passBack = () => {
      x.grad += y.data * made.grad
      y.grad += x.data * made.grad
    }
    return made
  },
  '-': (x, y) => {
    const made = new Value(x.data - y.data, [x, y])
    made.passBack = () => {
      x.grad += made.grad
      y.grad -= made.grad
    }
    return made
  },
  '/': (x, y) => {
    const made = new Value(x.data / y.data, [x, y])
    made.passBack = () => {
      x.grad += made.grad / y.data
      y.grad -= (made.data / y.data) * made.grad
    }
    return made
  },
  relu: x => {
    const made = new Value(x.data > 0 ? x.data : 0, [x])
    made.passBack = () => {
      x.grad += x.data > 0 ? made.grad : 0
    }
    return made
  },
  tanh: x => {
    const made = new Value(Math.tanh(x.data), [x])
    made.passBack = () => {
      x.grad += (1 - made.data * made.data) * made.grad
    }
    return made
  },
  sigmoid: x => {
    const made = new Value(sigmoid(x.data), [x])
    made.passBack = () => {
      x.grad += made.data * (1 - made.data) * made.grad
    }
    return made
  },
  exp: x => {
    const made = new Value(Math.exp(x.data), [x])
    made.passBack = () => {
      x.grad += made.data * made.grad
    }
    return made
  },
  sin: x => {
    const made = new Value(Math.sin(x.data), [x])
    made.passBack = () => {
      x.grad += Math.cos(x.data) * made.grad
    }
    return made
  },
}

/** Every value that the root depends on, operands first. */
function operandsFirst(root: Value): Value[] {
  const order: Value[] = []
  const seen = new Set([root])
  const path = [root]
  const taken = [0]
  while (path.length > 0) {
    const top = path.length - 1
    const value = path[top] as Value
    const next = taken[top] as number
    const operand = value.operands[next]
    if (operand === undefined) {
      order.push(value)
      path.pop()
      taken.pop()
      continue
    }
    taken[top] = next + 1
    if (seen.has(operand)) continue
    seen.add(operand)
    path.push(operand)
    taken.push(0)
  }
  return order
}

/** Passes over a graph: one that makes it, and so computes its values, and one that goes back over it as well. */
export function closureEngine({ tape, inputs }: BenchGraph) {
  const makers = Array.from({ length: tape.slots }, (_, slot) => MAKERS[operationAt(tape, slot)?.name ?? ''])
  const { left, right } = tape
  const forward = (): Value[] => {
    const values = inputs.map(data => new Value(data, []))
    for (let slot = inputs.length; slot < tape.slots; slot += 1) {
      const maker = makers[slot] as (x: Value, y: Value) => Value // Every operation of the mix has one.
      values.push(maker(values[left[slot] as number] as Value, values[right[slot] as number] as Value))
    }
    return values
  }
  const both = (): Value[] => {
    const values = forward()
    const output = values.at(-1) as Value
    output.grad = 1
    for (const value of operandsFirst(output).reverse()) value.passBack()
    return values
  }
  return {
    forward,
    both,
    /** The values of all slots, then their gradients. */
    results: (): number[] => {
      const values = both()
      return [...values.map(({ data }) => data), ...values.map(({ grad }) => grad)]
    },
  }
}
