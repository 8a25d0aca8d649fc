import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OPERATIONS, operationRow, type Operation } from '../../src/engine/operations.js'
import { toDouble, type Rational } from '../../src/engine/rational.js'
import { exactly, fraction, slope } from '../support/engine.js'
import { DOMAINS } from '../support/operation-domains.js'

const ROWS: readonly (readonly [string, Operation])[] = OPERATIONS.rows.map(row => [row.name, row])

function rowOf(name: string): Operation {
  const row = OPERATIONS.rows.find(candidate => candidate.name === name)
  if (row === undefined) throw new Error(`no operation ${name}`)
  return row
}

function valueOf(row: Operation, operands: readonly number[]): number {
  const [x = Number.NaN, y = Number.NaN] = operands
  return row.arity === 1 ? row.value(x) : row.value(x, y)
}

function partialsOf(row: Operation, operands: readonly number[]): readonly number[] {
  const [x = Number.NaN, y = Number.NaN] = operands
  const value = valueOf(row, operands)
  return row.arity === 1 ? [row.partial(x, value)] : row.partials.map(partial => partial(x, y, value))
}

function exactOf(row: Operation, operands: readonly Rational[]): Rational | undefined {
  const [x, y] = operands as readonly [Rational, Rational]
  return row.arity === 1 ? row.exact?.(x) : row.exact?.(x, y)
}

function kinkOf(row: Operation, operands: readonly number[]): unknown {
  const [x = Number.NaN, y = Number.NaN] = operands
  return row.arity === 1 ? row.kink?.(x) : row.kink?.(x, y)
}

describe('the table', () => {
  test('has one row a name, found again by its code', () => {
    expect(new Set(ROWS.map(([name]) => name)).size).toBe(ROWS.length)
    ROWS.forEach(([, row], code) => {
      expect(operationRow(code)).toBe(row)
    })
    expect(() => operationRow(ROWS.length)).toThrow()
    expect(() => operationRow(-1)).toThrow()
  })

  test('has a domain to be checked on for every row', () => {
    expect(Object.keys(DOMAINS).sort()).toEqual(ROWS.map(([name]) => name).sort())
  })
})

describe('partial derivatives', () => {
  test.each(ROWS)('of %s agree with difference quotients everywhere in its domain', (name, row) => {
    fc.assert(
      fc.property(DOMAINS[name] as fc.Arbitrary<readonly number[]>, operands => {
        const partials = partialsOf(row, operands)
        expect(partials).toHaveLength(row.arity)
        partials.forEach((partial, index) => {
          const nudged = (x: number): number => valueOf(row, operands.with(index, x))
          const expected = slope(nudged, operands[index] ?? Number.NaN)
          const scale = 1 + Math.abs(expected) + Math.abs(valueOf(row, operands))
          expect(Math.abs(partial - expected) / scale).toBeLessThan(1e-8)
        })
      }),
    )
  })

  test.each([
    ['tanh', 20, 4 * Math.exp(-40)],
    ['tanh', -20, 4 * Math.exp(-40)],
    ['tanh', 400, 0],
    ['sigmoid', 40, Math.exp(-40)],
    ['sigmoid', -40, Math.exp(-40)],
    ['softplus', -40, Math.exp(-40)],
    ['acos', 1 - 2 ** -40, -1 / Math.sqrt(2 ** -39 - 2 ** -80)],
    ['asin', 1 - 2 ** -40, 1 / Math.sqrt(2 ** -39 - 2 ** -80)],
  ])('of %s at %d keep their digits where the curve is flat or steep', (name, x, expected) => {
    const [partial = Number.NaN] = partialsOf(rowOf(name), [x])
    expect(Math.abs(partial - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))
  })

  test.each([
    ['-3', 2, -6],
    ['-3', 3, 27],
    ['-2', -1, -0.25],
  ])('of a negative base, (%s)^%d, are those of the power', (base, exponent, expected) => {
    expect(partialsOf(rowOf('^'), [Number(base), exponent])[0]).toBe(expected)
  })
})

describe('kinks follow the contract', () => {
  test.each([
    ['relu', [0], [0], { low: 0, high: 1 }],
    ['relu', [-0], [0], { low: 0, high: 1 }],
    ['leaky_relu', [0], [0.01], { low: 0.01, high: 1 }],
    ['abs', [0], [0], { low: -1, high: 1 }],
    // A jump: its slope is 0 on both sides, so there is no range to choose from.
    ['sign', [0], [0], undefined],
    [
      'max',
      [2, 2],
      [0.5, 0.5],
      [
        { low: 0, high: 1 },
        { low: 0, high: 1 },
      ],
    ],
    [
      'min',
      [2, 2],
      [0.5, 0.5],
      [
        { low: 0, high: 1 },
        { low: 0, high: 1 },
      ],
    ],
    [
      'max',
      [0, -0],
      [0.5, 0.5],
      [
        { low: 0, high: 1 },
        { low: 0, high: 1 },
      ],
    ],
  ])('%s at %j has the partials %j, of the subgradients %j', (name, operands, partials, subgradients) => {
    expect(partialsOf(rowOf(name), operands).map(partial => partial + 0)).toEqual(partials)
    expect(kinkOf(rowOf(name), operands)).toEqual(subgradients)
  })

  test.each([
    ['relu', [1e-300], [1]],
    ['relu', [-1e-300], [0]],
    ['leaky_relu', [-1], [0.01]],
    ['abs', [1e-300], [1]],
    ['abs', [-1e-300], [-1]],
    ['max', [2, 1], [1, 0]],
    ['max', [1, 2], [0, 1]],
    ['min', [2, 1], [0, 1]],
    ['min', [1, 2], [1, 0]],
  ])('%s at %j, off its kink, has the partials %j', (name, operands, partials) => {
    expect(partialsOf(rowOf(name), operands)).toEqual(partials)
    expect(kinkOf(rowOf(name), operands)).toBeUndefined()
  })

  test.each([
    [0, 0, 0],
    [5, 0, 0],
    [0, 1, 1],
    [0, 2, 0],
  ])('x^y at %d^%d has the slope %d by x', (x, y, expected) => {
    expect(partialsOf(rowOf('^'), [x, y])[0]).toBe(expected)
  })
})

describe('no overflow on the way', () => {
  test.each([
    ['sigmoid', 1000, 1, 0],
    ['sigmoid', -1000, 0, 0],
    ['sigmoid', 0, 0.5, 0.25],
    ['softplus', 1000, 1000, 1],
    ['softplus', -1000, 0, 0],
    ['softplus', 0, Math.LN2, 0.5],
    ['tanh', 1000, 1, 0],
    ['tanh', -1000, -1, 0],
    ['atan', 1e300, Math.PI / 2, 0],
  ])('%s(%d) is %d, and its slope %d', (name, x, value, partial) => {
    expect(valueOf(rowOf(name), [x])).toBe(value)
    expect(partialsOf(rowOf(name), [x])).toEqual([partial])
  })

  test('x^0.5 is the square root to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e300, noNaN: true }), x => {
        expect(valueOf(rowOf('^'), [x, 0.5])).toBe(Math.sqrt(x))
      }),
    )
  })
})

describe('exact values', () => {
  const EXACT: Readonly<Record<string, readonly (readonly [...string[]])[]>> = {
    // The operands, then the value; `-` where there is no exact one.
    copy: [['1/3', '1/3']],
    negate: [['1/3', '-1/3']],
    '+': [['0.1', '0.2', '3/10']],
    '-': [['0.3', '0.1', '1/5']],
    '*': [['1/3', '3', '1']],
    '/': [
      ['1', '3', '1/3'],
      ['1', '0', '-'],
      ['0', '0', '-'],
    ],
    '^': [
      ['2/3', '2', '4/9'],
      ['2', '-3', '1/8'],
      ['0', '0', '1'],
      ['0', '-1', '-'],
      ['2', '1/2', '-'],
    ],
    exp: [
      ['0', '1'],
      ['1', '-'],
    ],
    ln: [
      ['1', '0'],
      ['2', '-'],
    ],
    sqrt: [
      ['4/9', '2/3'],
      ['0', '0'],
      ['2', '-'],
      ['1/2', '-'],
      ['-4', '-'],
      ['1e40', '100000000000000000000'],
    ],
    square: [['-2/3', '4/9']],
    abs: [
      ['-2/3', '2/3'],
      ['2/3', '2/3'],
    ],
    sign: [
      ['-2/3', '-1'],
      ['0', '0'],
      ['5', '1'],
    ],
    relu: [
      ['-2/3', '0'],
      ['2/3', '2/3'],
      ['0', '0'],
    ],
    leaky_relu: [
      ['-2/3', '-1/150'],
      ['2/3', '2/3'],
      ['0', '0'],
    ],
    min: [
      ['1/3', '1/2', '1/3'],
      ['1/2', '1/3', '1/3'],
      ['1', '1', '1'],
    ],
    max: [
      ['1/3', '1/2', '1/2'],
      ['1/2', '1/3', '1/2'],
      ['1', '1', '1'],
    ],
  }
  const withExact = ROWS.filter(([, row]) => row.exact !== undefined)

  test('are tabled here for every row that has them', () => {
    expect(Object.keys(EXACT).sort()).toEqual(withExact.map(([name]) => name).sort())
  })

  test.each(Object.entries(EXACT).flatMap(([name, cases]) => cases.map(given => [name, given] as const)))(
    'of %s: %j',
    (name, given) => {
      const value = exactOf(rowOf(name), given.slice(0, -1).map(exactly))
      expect(value === undefined ? '-' : fraction(value)).toBe(given.at(-1))
    },
  )

  const number = fc
    .tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 1, max: 12 }))
    .map(([numerator, denominator]) => exactly(`${String(numerator)}/${String(denominator)}`))

  test.each(withExact)('of %s agree with its doubles, and are missing where it has none', (_name, row) => {
    fc.assert(
      fc.property(
        number,
        fc.oneof(number, fc.integer({ min: -9, max: 9 }).map(String).map(exactly)),
        (x, y) => {
          const operands = [x, y].slice(0, row.arity)
          const exact = exactOf(row, operands)
          const value = valueOf(row, operands.map(toDouble))
          if (!Number.isFinite(value)) expect(exact).toBeUndefined()
          if (exact === undefined) return
          expect(Math.abs(toDouble(exact) - value)).toBeLessThanOrEqual(1e-13 * Math.abs(value))
        },
      ),
    )
  })
})

describe('what is wrong outside the domain is said in words', () => {
  const ZERO_POWER = 'zero to a power below 1'
  const NEGATIVE_POWER = 'a negative number to a power that must be whole and constant'
  const LOGARITHM = 'the logarithm of a number that is not positive'
  const FAULTS: readonly (readonly [string, readonly number[], string | undefined])[] = [
    ['/', [1, 0], 'a division by zero'],
    ['/', [0, 0], 'a division by zero'],
    ['/', [0, 1], undefined],
    ['^', [0, -1], ZERO_POWER],
    ['^', [0, 0.5], ZERO_POWER],
    ['^', [-8, 1 / 3], NEGATIVE_POWER],
    ['^', [-2, 2], NEGATIVE_POWER], // Where the exponent is a variable: its partial is what does not exist.
    ['^', [-10, 1001], undefined], // This is too large, and nothing else is wrong with it.
    ['^', [-1e-5, -1001], undefined],
    ['^', [10, 1000], undefined],
    ['ln', [-1], LOGARITHM],
    ['ln', [0], LOGARITHM],
    ['log10', [0], LOGARITHM],
    ['log2', [-3], LOGARITHM],
    ['ln', [1e-320], undefined],
    ['sqrt', [-1], 'the square root of a negative number'],
    ['sqrt', [0], 'the slope of a square root at 0'],
    ['asin', [1], 'asin at or outside −1 … 1'],
    ['asin', [2], 'asin at or outside −1 … 1'],
    ['acos', [-1], 'acos at or outside −1 … 1'],
    ['acos', [0.5], undefined],
  ]

  test.each(FAULTS)('%s at %j: %s', (name, operands, expected) => {
    const [x = Number.NaN, y = Number.NaN] = operands
    expect(rowOf(name).fault?.(x, y)).toBe(expected)
  })

  test('for every row that says anything', () => {
    const tabled = new Set(FAULTS.map(([name]) => name))
    expect([...tabled].sort()).toEqual(
      ROWS.filter(([, row]) => row.fault)
        .map(([name]) => name)
        .sort(),
    )
  })

  test.each(ROWS)('%s says nothing inside its domain', (name, row) => {
    fc.assert(
      fc.property(DOMAINS[name] as fc.Arbitrary<readonly number[]>, operands => {
        const [x = Number.NaN, y = Number.NaN] = operands
        expect(row.fault?.(x, y)).toBeUndefined()
      }),
    )
  })
})
