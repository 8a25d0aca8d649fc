import { describe, expect, test } from 'vitest'
import { absoluteFloor, isWithin, type Tolerance } from '../../src/grading/tolerance.js'
import { number } from '../support/grading.js'

function right(typed: unknown, truth: number, tolerance: Tolerance): boolean {
  return isWithin(number(typed), truth, tolerance)
}

type Row = readonly [
  truth: number,
  tolerance: Tolerance,
  right: readonly unknown[],
  wrong: readonly unknown[],
]

function check(rows: readonly Row[]): void {
  test.each(rows)('the truth %d under %j takes %j and not %j', (truth, tolerance, takes, refuses) => {
    for (const typed of takes) expect([typed, right(typed, truth, tolerance)]).toEqual([typed, true])
    for (const typed of refuses) expect([typed, right(typed, truth, tolerance)]).toEqual([typed, false])
  })
}

describe('absolute and relative', () => {
  check([
    [
      11,
      {},
      ['11', '11.011', '10.989', '11011/1000', '11.0109999'],
      ['11.01100001', '10.98899999', '-11', '11.1', '0'],
    ],
    [-11, {}, ['-11', '-11.011', '-10.989'], ['-11.01100001', '-10.98899999', '11']],
    [121, {}, ['121.121', '120.879'], ['121.1210000000000000000001', '120.8789999999999999999999']],
    [0.3, {}, ['0.3003', '0.2997', '3/10'], ['0.30030000000000001', '0.2996999999999999999']],
    [1e-9, {}, ['0', '1e-9', '2e-9'], ['2.0000000001e-9', '-1e-12']],
    [0, {}, ['0', '1e-9', '-1e-9', '0.000000001'], ['1.0000000001e-9', '-1.1e-9', '0.001']],
    [3, { relative: 0 }, ['3', '3.000000001', '2.999999999'], ['3.0000000011', '2.9999999989']],
    [3, { absolute: 0, relative: 0 }, ['3', '6/2', '3.0'], ['3.0000000000000000001', '2.999999999999999999']],
    [0, { absolute: 0 }, ['0', '-0', '1-1'], ['1e-400', '-1e-30']],
    [
      10,
      { absolute: 0.5, relative: 0 },
      ['10.5', '9.5'],
      ['10.5000000000000000001', '9.4999999999999999999'],
    ],
    [10, { absolute: 0.5 }, ['10.5'], ['10.51']],
    [1000, { absolute: 0.5 }, ['1001', '999'], ['1001.0001', '998.9999']],
    [1000, { relative: 0.1 }, ['1100', '900'], ['1100.0000001']],
    [1 / 3, {}, ['1/3', '0.3333', '0.333'], ['0.33', '0.332']],
    [1e300, {}, ['1e300', '1.001e300', '0.999e300'], ['1.0010001e300', '1e301', '-1e300']],
    [1.7e308, {}, ['1.7e308'], ['-1.7e308', '0']],
    [5e-324, { absolute: 0 }, ['5e-324'], ['0', '1e-323']],
  ])
})

describe('decimals', () => {
  check([
    // Both exactly half a unit away: what floats made of them decided in the lab.
    [
      4.5,
      { decimals: 2 },
      ['4.5', '4.505', '4.495', 4.505, 4.495],
      ['4.5050000000000000001', '4.4949999999999999999'],
    ],
    [
      11,
      { decimals: 2 },
      ['11', '11.005', '10.995', 11.005, 10.995],
      ['11.0050000000000000001', '10.9949999999999999999'],
    ],
    [-4.5, { decimals: 2 }, ['-4.505', '-4.495'], ['-4.5051', '-4.4949', '4.5']],
    [0.15, { decimals: 1 }, ['0.2', '0.1', '3/20'], ['0.2000000001', '0.0999999999']],
    [1.005, { decimals: 2 }, ['1', '1.01', '1.00'], ['0.9999999', '1.0100000001']],
    [3, { decimals: 0 }, ['3', '3.5', '2.5', '7/2'], ['3.50000001', '2.4999999']],
    [0.004, { decimals: 2 }, ['0', '0.009', '-0.001'], ['0.0091', '-0.0011']],
    [0, { decimals: 2 }, ['0.005', '-0.005'], ['0.0050001']],
    [1e20, { decimals: 2 }, ['1e20', '100000000000000000000.005'], ['100000000000000000000.0051']],
    [0.1, { decimals: 15 }, ['0.1', '0.1000000000000005'], ['0.10000000000000051']],
    [1 / 3, { decimals: 4 }, ['0.3333', '1/3'], ['0.334', '0.3332']],
  ])
})

describe('significant digits', () => {
  check([
    [1234, { significantDigits: 3 }, ['1234', '1239', '1229', '1230'], ['1239.0001', '1228.9999', '1240']],
    [1000, { significantDigits: 3 }, ['1005', '995'], ['1005.0001', '994.9999']],
    [999, { significantDigits: 3 }, ['999.5', '998.5'], ['999.50001', '1000', '998.49999']],
    [999.9, { significantDigits: 3 }, ['1000', '999.4', '1000.4'], ['1000.40001', '999.39']],
    [0.001, { significantDigits: 2 }, ['0.00105', '0.00095'], ['0.0010500001', '0.0009499999']],
    [0.00099, { significantDigits: 2 }, ['0.000995', '0.000985'], ['0.0009950001', '0.0009849999']],
    [-1234, { significantDigits: 3 }, ['-1239', '-1229'], ['-1239.1', '1234']],
    [1, { significantDigits: 1 }, ['1.5', '0.5'], ['1.50001', '0.49999']],
    [9.5, { significantDigits: 1 }, ['10', '9'], ['10.00001', '8.99999']],
    [1e15, { significantDigits: 15 }, ['1000000000000005', '999999999999995'], ['1000000000000005.1']],
    [0.3, { significantDigits: 15 }, ['0.3', '3/10', '0.3000000000000005'], ['0.30000000000000051']],
    [1e300, { significantDigits: 2 }, ['1.05e300', '0.95e300'], ['1.0500001e300']],
    [5e-324, { significantDigits: 1 }, ['5e-324'], ['0', '1e-323']],
    [0, { significantDigits: 3 }, ['0', '1e-9', '-1e-9'], ['1.01e-9', '0.001']],
  ])
})

describe('what was typed', () => {
  test('counts exactly as typed, past the digits of a double', () => {
    expect(right('11.01100000000000000000000000001', 11, {})).toBe(false)
    expect(right('11.011', 11, {})).toBe(true)
    expect(right('1/3', 0.3333333333333333, { absolute: 4e-17, relative: 0 })).toBe(true)
    expect(right('1/3', 0.3333333333333333, { absolute: 3e-17, relative: 0 })).toBe(false)
  })

  test('counts as its shortest decimal where it is irrational', () => {
    expect(right('sqrt(2)', Math.SQRT2, { absolute: 0, relative: 0 })).toBe(true)
    expect(right('2*sqrt(2)', 2 * Math.SQRT2, { absolute: 0, relative: 0 })).toBe(true)
    expect(right('pi', Math.PI, { significantDigits: 15 })).toBe(true)
  })

  test('so large or so long that there is no exact difference still gets an answer', () => {
    // 1 + 1/(a number of 2,021 bits), held against a truth whose own denominator has 50.
    const long = `1 + 1/(${'7'.repeat(40)}^15*7^10)`
    expect(right(long, 1.000000000000001, { absolute: 1e-14, relative: 0 })).toBe(true)
    expect(right(long, 1.000000000000001, { absolute: 1e-16, relative: 0 })).toBe(false)
    expect(right('1e308', 5e-324, {})).toBe(false)
  })
})

test('the floor at 0 is the absolute part, or its default', () => {
  expect(absoluteFloor({})).toBe(1e-9)
  expect(absoluteFloor({ relative: 0.1 })).toBe(1e-9)
  expect(absoluteFloor({ absolute: 0.5 })).toBe(0.5)
  expect(absoluteFloor({ absolute: 0 })).toBe(0)
  expect(absoluteFloor({ significantDigits: 3 })).toBe(1e-9)
})
