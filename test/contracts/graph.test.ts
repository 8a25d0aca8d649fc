import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { definitionSchema } from '../../src/contracts/graph.js'
import { formFaults } from '../../src/services/form-faults.js'

/** What is refused of a definition whose one input is drawn like this. */
function faultsOf(sample: object) {
  const definition = {
    title: 'Square',
    inputs: [{ name: 'w', role: 'parameter', value: 3, sample }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
  }
  const result = definitionSchema.safeParse(definition)
  return result.success ? [] : formFaults(definition, result.error)
}

describe('a sample of decimals is refused where none of them lies in its range', () => {
  test.each<[[number, number], number, string]>([
    [[0.05, 0.06], 1, 'no number of 1 decimal lies between 0.05 and 0.06'],
    [[-0.06, -0.05], 1, 'no number of 1 decimal lies between -0.06 and -0.05'],
    [[1.2, 1.8], 0, 'no whole number lies between 1.2 and 1.8'],
    [[1e-7, 2e-7], 6, 'no number of 6 decimals lies between 1e-7 and 2e-7'],
    [[0.3000000000000001, 0.35], 1, 'no number of 1 decimal lies between 0.3000000000000001 and 0.35'],
    [[5, 4], 2, 'the range must not be empty'],
  ])('%j with %d decimals', (uniform, decimals, message) => {
    const path = '/inputs/0/sample/uniform'
    expect(faultsOf({ uniform, decimals })).toEqual([{ path, code: 'invalid', message }])
  })

  test.each<[[number, number], number]>([
    [[0.05, 0.1], 1],
    [[-0.05, 0.05], 0],
    [[0.3, 0.3], 1],
    [[-1.15, -1.15], 2],
    [[1e21, 1e21], 6],
    [[1.5e300, 1.5e300], 0],
    [[-5e-324, 5e-324], 6],
  ])('%j with %d decimals is not', (uniform, decimals) => {
    expect(faultsOf({ uniform, decimals })).toEqual([])
  })

  test('and nowhere else: a range is taken that begins or ends at such a decimal', () => {
    const decimal = fc.tuple(
      fc.integer({ min: -10_000_000, max: 10_000_000 }),
      fc.integer({ min: 0, max: 6 }),
    )
    fc.assert(
      fc.property(decimal, fc.double({ min: 0, max: 1e-3, noNaN: true }), ([units, decimals], more) => {
        const end = Number(`${String(units)}e-${String(decimals)}`)
        expect(faultsOf({ uniform: [end, end + more], decimals })).toEqual([])
        expect(faultsOf({ uniform: [end - more, end], decimals })).toEqual([])
      }),
    )
  })
})
