/**
 * Where everything of a graph lies on its tape: a segment of slots for each node, its expression's operations in the
 * order in which they are computed.
 */
import { constantFault, constantParts, constantToDouble } from './constants.js'
import { operandsFirst, type Expression } from './expression.js'
import type { StepBudget } from './faults.js'
import { OPERATIONS } from './operations.js'
import { NO_OPERATION, type Tape } from './tape.js'

/** What the tape needs to know of a graph. Nodes stand in sorted order. */
export type TapeSource = {
  readonly inputs: readonly { readonly name: string; readonly active: boolean }[]
  readonly nodes: readonly { readonly name: string; readonly root: Expression }[]
}

/**
 * Lays the graph out on a tape. Linear in the size of the expressions; recursion-free. Throws `too-complex` when the
 * budget is spent.
 */
export function buildTape(source: TapeSource, budget: StepBudget): Tape {
  const codes: number[] = []
  const left: number[] = []
  const right: number[] = []
  const variable: number[] = []
  const active: number[] = []
  const constants: number[] = []
  const starts: number[] = []
  const slotOf = new Map<string, number>()
  const constantFaults = new Map<number, string>()

  const push = (
    code: number,
    x: number,
    y: number,
    flags: readonly [number, number],
  ): number => {
    codes.push(code)
    left.push(x)
    right.push(y)
    variable.push(flags[0])
    active.push(flags[1])
    constants.push(0)
    return codes.length - 1
  }
  const pushApply = (code: number, x: number, y: number): number => {
    const either = (flags: readonly number[]): number => (flags[x] ?? 0) | (flags[y] ?? 0)
    return push(code, x, y, [either(variable), either(active)])
  }

  for (const input of source.inputs)
    slotOf.set(input.name, push(NO_OPERATION, -1, -1, [1, input.active ? 1 : 0]))
  for (const node of source.nodes) {
    starts.push(codes.length)
    const parts = operandsFirst(node.root)
    const folded = constantParts(parts, budget)
    const slots = new Map<Expression, number>()
    const slotFor = (part: Expression): number => {
      const known = slots.get(part)
      if (known !== undefined) return known
      const slot = push(NO_OPERATION, -1, -1, [0, 0])
      const value = constantToDouble(folded.get(part) ?? Number.NaN)
      constants[slot] = value
      if (!Number.isFinite(value)) {
        const reason = constantFault(operandsFirst(part), folded) ?? 'a value too large to compute with'
        constantFaults.set(slot, reason)
      }
      slots.set(part, slot)
      return slot
    }
    for (const part of parts) {
      if (part.kind === 'name') {
        slots.set(part, slotOf.get(part.name) as number) // Sorted order: every operand has its slot by now.
      } else if (part.kind === 'apply' && !folded.has(part)) {
        const [x, y] = part.operands as readonly [Expression, Expression | undefined]
        slots.set(part, pushApply(part.operation, slotFor(x), y === undefined ? -1 : slotFor(y)))
      }
    }
    const root = slotFor(node.root)
    const own =
      root === codes.length - 1 && codes[root] !== NO_OPERATION && root >= (starts.at(-1) ?? 0)
    const slot = own ? root : pushApply(OPERATIONS.copy, root, -1)
    variable[slot] = 1 // A node may be derived by even where it is constant.
    slotOf.set(node.name, slot)
  }
  starts.push(codes.length)
  return {
    slots: codes.length,
    inputs: source.inputs.length,
    codes: Uint8Array.from(codes),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    variable: Uint8Array.from(variable),
    active: Uint8Array.from(active),
    constants: Float64Array.from(constants),
    starts: Int32Array.from(starts),
    slotOf,
    constantFaults,
  }
}
