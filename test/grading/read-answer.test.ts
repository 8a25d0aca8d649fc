import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import { fromDouble } from '../../src/engine/rational.js'
import { readAnswer, type UnreadableCode } from '../../src/grading/read-answer.js'
import { fraction, refusalOf } from '../support/engine.js'
import { reading } from '../support/grading.js'

/** The names of the graphs in these tests. */
const NAMES = ['J', 'a', 'x', 'w']

function exactOf(typed: unknown): string {
  const read = reading(typed, NAMES)
  return read.kind === 'number' ? fraction(read.exact()) : read.kind
}

function codeOf(typed: unknown, names = NAMES): UnreadableCode | 'readable' {
  const read = reading(typed, names)
  return read.kind === 'unreadable' ? read.code : 'readable'
}

function messageOf(typed: unknown, names = NAMES): string {
  const read = reading(typed, names)
  return read.kind === 'unreadable' ? read.message : ''
}

describe('readable', () => {
  test.each([
    ['11', '11'],
    ['+11', '11'],
    ['-4', '-4'],
    ['−4', '-4'],
    ['- 4', '-4'],
    ['− 4', '-4'],
    ['.5', '1/2'],
    ['-.5', '-1/2'],
    ['4.', '4'],
    ['1.1e1', '11'],
    ['1.1E1', '11'],
    ['1e-3', '1/1000'],
    ['1e−3', '1/1000'],
    ['9/2', '9/2'],
    ['-9/2', '-9/2'],
    ['2*11', '22'],
    ['2·11', '22'],
    ['2×11', '22'],
    ['(1+1/3)^2', '16/9'],
    ['1/3*3', '1'],
    ['0.1 + 0.2', '3/10'],
    ['2^-2', '1/4'],
    ['-2^2', '-4'],
    ['2(3)', '6'],
    ['(2)', '2'],
    ['sqrt(4)/6', '1/3'],
    ['max(1/3, 1/2)', '1/2'],
    ['007', '7'],
    ['0', '0'],
    ['-0', '0'],
    ['1e400/1e399', '10'],
    ['1e-400', `1/${String(10n ** 400n)}`],
    ['0.000000000000000000000000000000000000003', `3/${String(10n ** 39n)}`],
  ])('%s, exactly', (typed, expected) => {
    expect(exactOf(typed)).toBe(expected)
  })

  test.each([
    ['sqrt(2)/2', Math.SQRT1_2],
    ['pi', Math.PI],
    ['2π', 2 * Math.PI],
    ['e^2', Math.E ** 2],
    ['exp(1)', Math.E],
    ['sigmoid(0.3)', 1 / (1 + Math.exp(-0.3))],
    ['ln(2)', Math.LN2],
    ['4^0.5', 2],
  ])('%s, as the shortest decimal of its double', (typed, expected) => {
    const read = reading(typed)
    if (read.kind !== 'number') throw new Error(`${typed} is ${read.kind}`)
    expect(read.double).toBeCloseTo(expected, 14)
    expect(read.exact()).toEqual(fromDouble(read.double))
  })

  test.each([
    [11, '11'],
    [-4.5, '-9/2'],
    [0.1, '1/10'],
    [1e21, String(10n ** 21n)],
    [0, '0'],
    [-0, '0'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('the JSON number %d, as its shortest decimal', (typed, expected) => {
    expect(exactOf(typed)).toBe(expected)
  })

  test.each([
    ' 11',
    '11 ',
    '\t11\r\n',
    '\u00a011\u00a0',
    '\u202f11',
    '\u200311',
    '\ufeff11',
    `${' '.repeat(5000)}11`,
  ])('%j: spaces around are no part of it', typed => {
    expect(exactOf(typed)).toBe('11')
  })

  test('up to 200 characters, 64 operations and a depth of 32', () => {
    expect(exactOf(`${'1+'.repeat(64)}1`)).toBe('65')
    expect(exactOf(`${'('.repeat(32)}1${')'.repeat(32)}`)).toBe('1')
    expect(exactOf(`  1 +${' '.repeat(196)}1  `)).toBe('2')
  })

  test('constants and functions, where the graph has no such name', () => {
    for (const name of ['e', 'pi']) {
      expect(codeOf(name)).toBe('readable')
      expect(codeOf(name, [name])).toBe('graph-name')
      expect(codeOf(`2${name}`, [name])).toBe('graph-name')
    }
    expect(codeOf('exp(1)', ['exp'])).toBe('graph-name')
  })
})

describe('blank', () => {
  test.each([[null], [undefined], [''], [' '], ['\t\r\n'], ['\u00a0\u2003'], [' '.repeat(10_000)]])(
    '%j',
    typed => {
      expect(reading(typed)).toEqual({ kind: 'blank' })
    },
  )

  test.each([[0], ['0'], [false], [[]], [{}]])('but not %j', typed => {
    expect(reading(typed).kind).not.toBe('blank')
  })
})

describe('not readable', () => {
  /** The forms of the contract, each with what else is refused for the same reason. */
  const FORMS: readonly (readonly [UnreadableCode, readonly unknown[]])[] = [
    ['unknown-name', ['11abc', 'abc', '0b101', '5m', 'undefined', 'J2', 'constructor', 'é']],
    ['not-a-number', ['nan', 'NaN', '-nan', Number.NaN]],
    ['infinite', ['inf', '-inf', 'Inf', 'infinity', '-Infinity', '+∞', '∞']],
    [
      'too-large',
      [
        '1e999',
        '-1e999',
        '1e400',
        '9^9^9^9^9',
        'exp(1000)',
        '1e308*10',
        '(-10)^1001',
        '1e-999',
        Infinity,
        -Infinity,
      ],
    ],
    [
      'separator',
      ['1,000', '3,14', '-3,14', '- 3,14', '1,000.5', '1.000,5', ',5', '3,', '2*3,14', '(3,14)', '1,000,000'],
    ],
    ['hexadecimal', ['0x0b', '-0xFF', '0X1', '+0x', '− 0x1']],
    [
      'outside-domain',
      [
        '1/0',
        '0/0',
        '1/(2-2)',
        'ln(-1)',
        'ln(0)',
        'sqrt(-2)',
        'asin(2)',
        '(-8)^(1/3)',
        '0^-1',
        '1/0 - 1/0',
        'relu(ln(-1))',
        '0*(1/0)',
      ],
    ],
    ['two-numbers', ['1 2', '1 000', '3 1/2', '1.2.3', '2(3)4', '5 5 5']],
    ['double-star', ['2**3', '2 ** 3', '2×*3']],
    ['graph-name', ['J', 'a', '2a', 'a*w', 'x(3)', 'J - J', '0*J', 'w^0', '1/0 + J']],
    [
      'answer-too-long',
      [`${' '.repeat(10_000)}1`, '1'.repeat(201), `1+${' '.repeat(199)}1`, 'x'.repeat(100_000)],
    ],
    [
      'answer-too-complex',
      [`${'1+'.repeat(65)}1`, '-'.repeat(33) + '1', '('.repeat(33) + '1' + ')'.repeat(33)],
    ],
    ['too-many-digits', ['1'.repeat(41), `0.${'3'.repeat(40)}`]],
    ['not-one-number', [[], [1], ['11'], [[1, 2], [3]], [[[[[[]]]]]]]],
    ['not-a-text-or-number', [true, false, {}, { value: 11 }, { toString: 11 }]],
    [
      'not-readable',
      [
        ...[
          '1 +',
          '*2',
          '()',
          '(1',
          '1)',
          '2 = 2',
          '5%',
          '$5',
          '1’000',
          '1_000',
          '–4',
          '"11"',
          '#',
          '__proto__',
        ],
        ...['½', '2²', '²', '٣', '１１', '1\u0000', '\u0000', '\ud800', '1\udfff', '😀', '\u202e11'],
        ...['sqrt(1,2)', 'max(1)', 'sin 1'],
      ],
    ],
  ]

  test.each(FORMS.flatMap(([code, forms]) => forms.map(typed => [typed, code] as const)))(
    '%j is %s',
    (typed, code) => {
      expect(codeOf(typed)).toBe(code)
      expect(messageOf(typed)).not.toBe('')
      expect(messageOf(typed).isWellFormed()).toBe(true)
    },
  )

  test('each form of the contract has a message of its own', () => {
    const named = [
      '11abc',
      'nan',
      'inf',
      '1e999',
      '1,000',
      '0x0b',
      '1/0',
      'exp(1000)',
      '1 2',
      '2**3',
      'J',
      '1'.repeat(201),
      true,
      {},
    ]
    const messages = named.map(typed => messageOf(typed))
    expect(messages).not.toContain('')
    expect(new Set(messages).size).toBe(named.length)
  })

  test('the message for a comma says which separator is expected', () => {
    for (const typed of ['1,000', '3,14', '2*3,14']) expect(messageOf(typed)).toMatch(/point.*3\.14.*1000/)
  })

  test('the message for a name of the graph names it', () => {
    expect(messageOf('2*w')).toContain('"w"')
    expect(messageOf('11abc')).toContain('"abc"')
  })

  test('the message for what is outside a domain says what', () => {
    expect(messageOf('1/0')).toContain('division by zero')
    expect(messageOf('ln(-1)')).toContain('logarithm')
  })

  test('a character that would not be seen is told by its number', () => {
    expect(messageOf('1\u200b1')).toContain('U+200B')
    expect(messageOf('1$')).toContain('"$"')
  })

  test('no message holds a control character', () => {
    for (const typed of ['\u0000', '1\u0007', '\u001b[31m1', '\u009b1', '\u202e11'])
      expect(messageOf(typed)).not.toMatch(/\p{C}/u)
  })
})

describe('reading an answer', () => {
  test('never looks at more than it must: ten million characters are refused at once', () => {
    const started = performance.now()
    expect(codeOf('9^'.repeat(5_000_000))).toBe('answer-too-long')
    expect(performance.now() - started).toBeLessThan(500)
  })

  test('draws on the budget, and throws too-complex alone when it is spent', () => {
    const budget = createStepBudget(1_000)
    const read = (typed: string) => readAnswer(typed, { names: new Set<string>(), budget })
    expect(read('1+1').kind).toBe('number')
    expect(refusalOf(() => read('1+1')).code).toBe('too-complex')
    // A number as it stands draws nothing.
    expect(read('123456').kind).toBe('number')
  })

  test('exact arithmetic on large numbers draws on the budget by their size', () => {
    const costly = `7^700/3^1280${'+1/7'.repeat(30)}`
    const read = (steps: number) =>
      readAnswer(costly, { names: new Set<string>(), budget: createStepBudget(steps) })
    expect(refusalOf(() => read(50_000)).code).toBe('too-complex')
    expect(read(1_000_000).kind).toBe('number')
  })
})
