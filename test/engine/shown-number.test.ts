import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bracketNegative,
  showDouble,
  showNumber,
  showResult,
  showRounded,
} from '../../src/engine/shown-number.js'

describe('a number inside a formula', () => {
  test.each<[number, string, string]>([
    [11, '11', '11'],
    [4.5, '4.5', '4.5'],
    [-2, '−2', '-2'],
    [-0, '0', '0'],
    [121.022001, '121.022001', '121.022001'],
    [123_456_789_012, '123456789012', '123456789012'],
    [0.1 + 0.2, '0.3', '0.3'],
    [1.1 * 1.1, '1.21', '1.21'],
    [1e-7, '1e−7', '10^{-7}'],
    [-1e-7, '−1e−7', '-10^{-7}'],
    [2.5e-9, '2.5e−9', '2.5 \\cdot 10^{-9}'],
    [1e21, '1e21', '10^{21}'],
  ])('%f is shown as %s', (value, text, tex) => {
    expect(showNumber(value)).toMatchObject({ text, tex, exact: true })
  })

  test.each<[number, string]>([
    [1 / 3, '0.33333333'],
    [-2 / 3, '−0.66666667'],
    [0.9820137900379085, '0.98201379'],
    [12_345_678_901_234, '12345679000000'],
  ])('%f is cut to %s, and says so', (value, text) => {
    expect(showNumber(value)).toMatchObject({ text, exact: false, value: Number(text.replace('−', '-')) })
  })
})

describe('a result', () => {
  test.each<[number, string, boolean]>([
    [66, '66', true],
    [0.1 + 0.2, '0.3', true],
    [1 / 3, '0.3333333333333333', false],
    [0.12345678901234568, '0.12345678901234568', false],
    [Number.MAX_VALUE, '1.7976931348623157e308', false],
    [5e-324, '5e−324', true],
  ])('%f is shown with all its digits: %s', (value, text, exact) => {
    expect(showResult(value)).toMatchObject({ text, exact })
  })

  test('is off by no more than the noise of doubles', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const { text } = showResult(value)
        const read = Number(text.replaceAll('−', '-'))
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-13)
        expect(text.length).toBeLessThanOrEqual(24)
      }),
    )
  })
})

test('a machine’s own number keeps every digit', () => {
  expect(showDouble(66.0090000000082).text).toBe('66.0090000000082')
  expect(showDouble(1.000000000000334).text).toBe('1.000000000000334')
})

describe('a rounded number', () => {
  test.each<[number, number, string, boolean]>([
    [121.02200099999999, 12, '121.022001', true],
    [0.964351083824617, 12, '0.964351083825', false],
    [0.0009999999999994458, 9, '0.001', true],
    [1e-17, 0, '0', true],
    [1e-17, -5, '0', true],
    [0, 12, '0', true],
  ])('%f to %i digits is %s', (value, digits, text, exact) => {
    expect(showRounded(value, digits)).toMatchObject({ text, exact })
  })
})

test('brackets stand around numbers below 0 alone', () => {
  expect(bracketNegative(showNumber(-2))).toMatchObject({ text: '(−2)', tex: '\\left(-2\\right)' })
  expect(bracketNegative(showNumber(2))).toMatchObject({ text: '2', tex: '2' })
  expect(bracketNegative(showNumber(-0))).toMatchObject({ text: '0', tex: '0' })
})
