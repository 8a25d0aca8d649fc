/** mathjs, to measure ours against: each node's expression compiled once, then evaluated in order into one scope. */
import { all, create } from 'mathjs'
import { operationAt } from '../../src/engine/tape.js'
import type { BenchGraph } from './engine-graph.js'

/** A forward pass over a graph. */
export function mathjsEngine({ tape, inputs }: BenchGraph) {
  const math = create(all ?? {})
  // The language of mathjs has neither; written out they would be slower.
  math.import({
    relu: (x: number) => (x > 0 ? x : 0),
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  })
  const scope = new Map(inputs.map((value, slot) => [nameOf(slot), value]))
  const nodes = Array.from({ length: tape.slots - inputs.length }, (_, index) => {
    const slot = inputs.length + index
    return { name: nameOf(slot), compiled: math.compile(textOf({ tape, slot })) }
  })
  const forward = (): void => {
    for (const { name, compiled } of nodes) scope.set(name, compiled.evaluate(scope) as number) // Numbers in, number out.
  }
  return {
    forward,
    /** The values of all slots. */
    results: (): number[] => {
      forward()
      return [...scope.values()]
    },
  }
}

function nameOf(slot: number | undefined): string {
  return `n${String(slot)}`
}

function textOf({ tape, slot }: { readonly tape: BenchGraph['tape']; readonly slot: number }): string {
  const { name = '', arity } = operationAt(tape, slot) ?? {}
  const [x, y] = [nameOf(tape.left[slot]), nameOf(tape.right[slot])]
  return arity === 1 ? `${name}(${x})` : `${x} ${name} ${y}`
}
