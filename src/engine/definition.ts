/**
 * Graph definitions as authors write them, and what is wrong with one as a whole. Expressions have faults of their
 * own, which their reading finds.
 */
import type { EngineFault, FaultPath } from './faults.js'
import { isName, isReservedName } from './names.js'
import { entriesOf, shapeOfValue, type Value } from './tensor.js'

export type Role = 'parameter' | 'data'

/** A graph as an author writes it (contract §1); only what the engine needs of it. */
export type GraphDefinition = {
  readonly inputs: readonly { readonly name: string; readonly role: Role; readonly value: Value }[]
  readonly nodes: readonly { readonly name: string; readonly expression: string }[]
  readonly output: string
  /** The ids of the boxes asked, in order; left out: the default boxes. */
  readonly boxes?: readonly string[] | undefined
}

/** A node whose expression could be read. */
type ReadNode = { readonly name: string; readonly listed: number; readonly operands: readonly string[] }

/** Names are well-formed, not reserved, and each is used once. */
export function checkNames(definition: GraphDefinition, faults: EngineFault[]): void {
  const seen = new Set<string>()
  const check = (name: string, path: FaultPath): void => {
    if (isReservedName(name) || name === '__proto__') {
      faults.push({ code: 'reserved-name', path, message: `The name "${name}" is reserved.` })
    } else if (!isName(name)) {
      const message =
        'A name is a Latin or Greek letter, then letters, digits and "_", at most 32 characters in all.'
      faults.push({ code: 'invalid-name', path, message })
    } else if (seen.has(name)) {
      faults.push({ code: 'duplicate-name', path, message: `The name "${name}" is taken already.` })
    }
    seen.add(name)
  }
  definition.inputs.forEach((input, index) => {
    check(input.name, ['inputs', index, 'name'])
  })
  definition.nodes.forEach((node, index) => {
    check(node.name, ['nodes', index, 'name'])
  })
}

/** Values are finite, and arrays have a shape. */
export function checkValues(definition: GraphDefinition, faults: EngineFault[]): void {
  definition.inputs.forEach(({ name, value }, index) => {
    const path = ['inputs', index, 'value']
    if (shapeOfValue(value) === undefined) {
      const message = `The value of "${name}" must be a number, a list of numbers, or rows of equal length; none empty.`
      faults.push({ code: 'ragged-array', path, message })
    } else if (!entriesOf(value).every(Number.isFinite)) {
      const what = typeof value === 'number' ? 'a finite number' : 'of finite numbers'
      faults.push({ code: 'not-finite', path, message: `The value of "${name}" must be ${what}.` })
    }
  })
}

/** The fault for a cycle along these names. */
export function cycleFault(nodes: readonly ReadNode[], names: readonly string[]): EngineFault {
  const listed = nodes.find(node => node.name === names[0])?.listed ?? 0
  const shown = names.length <= 12 ? names : [...names.slice(0, 10), '…', ...names.slice(-1)]
  const message = `The nodes ${shown.join(' → ')} depend on each other in a cycle.`
  return { code: 'cycle', path: ['nodes', listed, 'expression'], message }
}

/** The output is a node that feeds no other. */
export function checkOutput(
  definition: GraphDefinition,
  nodes: readonly ReadNode[],
  faults: EngineFault[],
): void {
  const { output } = definition
  if (!definition.nodes.some(node => node.name === output)) {
    const named = isName(output) ? `The output "${output}"` : 'The output'
    faults.push({ code: 'unknown-output', path: ['output'], message: `${named} is no node.` })
    return
  }
  // A node that uses itself is a cycle, and is told as one.
  const consumer = nodes.find(node => node.name !== output && node.operands.includes(output))
  if (consumer !== undefined) {
    const message = `The output "${output}" feeds the node "${consumer.name}"; nothing may depend on the output.`
    faults.push({ code: 'output-feeds-node', path: ['output'], message })
  }
}
