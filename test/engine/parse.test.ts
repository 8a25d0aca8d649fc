import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { read, refusalOf, tree } from '../support/engine.js'

const NAMES = ['a', 'b', 'c', 'w', 'x']

function treeOf(text: string, names: readonly string[] = NAMES): string {
  return tree(read(text, names).root)
}

describe('operators', () => {
  test.each([
    ['a + b*c', '(+ a (* b c))'],
    ['a*b + c', '(+ (* a b) c)'],
    ['(a + b)*c', '(* (+ a b) c)'],
    ['a - b - c', '(- (- a b) c)'],
    ['a - b + c', '(+ (- a b) c)'],
    ['a/b/c', '(/ (/ a b) c)'],
    ['a/b*c', '(* (/ a b) c)'],
    ['a*b^c', '(* a (^ b c))'],
    ['a^b*c', '(* (^ a b) c)'],
    ['a^b/c', '(/ (^ a b) c)'],
  ])('%s binds as %s', (text, expected) => {
    expect(treeOf(text)).toBe(expected)
  })

  test.each([
    ['a^b^c', '(^ a (^ b c))'],
    ['a^b^c^x', '(^ a (^ b (^ c x)))'],
    ['(a^b)^c', '(^ (^ a b) c)'],
  ])('^ is right-associative: %s is %s', (text, expected) => {
    expect(treeOf(text)).toBe(expected)
  })

  test.each([
    ['-a^2', '(negate (^ a 2))'],
    ['(-a)^2', '(^ (negate a) 2)'],
    ['a^-b', '(^ a (negate b))'],
    ['a^-b^c', '(^ a (negate (^ b c)))'],
    ['a^-b*c', '(* (^ a (negate b)) c)'],
    ['-a*b', '(* (negate a) b)'],
    ['-a/b', '(/ (negate a) b)'],
    ['-a + b', '(+ (negate a) b)'],
    ['a*-b', '(* a (negate b))'],
    ['a - -b', '(- a (negate b))'],
    ['--a', '(negate (negate a))'],
    ['+a', 'a'],
    ['a + +b', '(+ a b)'],
    ['-+a^2', '(negate (^ a 2))'],
  ])('a sign binds less tightly than ^ and more than *: %s is %s', (text, expected) => {
    expect(treeOf(text)).toBe(expected)
  })

  test.each([
    ['a·b', '(* a b)'],
    ['a×b', '(* a b)'],
    ['a−b', '(- a b)'],
    ['−a·2×b', '(* (* (negate a) 2) b)'],
  ])('typographic signs are operators: %s is %s', (text, expected) => {
    expect(treeOf(text)).toBe(expected)
  })

  test('any space may stand between tokens, and none need', () => {
    expect(treeOf(' \t\r\n\u00a0a\u2003+ \ufeff b ')).toBe('(+ a b)')
    expect(treeOf('a+b')).toBe('(+ a b)')
  })
})

describe('numbers', () => {
  test.each([
    ['0', '0'],
    ['007', '7'],
    ['.5', '1/2'],
    ['4.', '4'],
    ['4.e1', '40'],
    ['1.25', '5/4'],
    ['2e3', '2000'],
    ['2E3', '2000'],
    ['2e+3', '2000'],
    ['2e-3', '1/500'],
    ['2e−3', '1/500'],
    ['1.5e2', '150'],
  ])('the longest number wins: %s is %s', (text, expected) => {
    // A graph's own names make no difference to that.
    expect(treeOf(text, ['e', 'e3'])).toBe(expected)
  })

  test.each([
    ['2e+a', '(+ (* 2 #e) a)'],
    ['2e-a', '(- (* 2 #e) a)'],
    ['2e', '(* 2 #e)'],
    ['2 e3', '(* 2 e3)'],
  ])('an e without digits behind it is a name: %s is %s', (text, expected) => {
    expect(treeOf(text, ['a', 'e3'])).toBe(expected)
  })
})

describe('implicit multiplication', () => {
  test.each([
    ['3w', '(* 3 w)'],
    ['3 w', '(* 3 w)'],
    ['a b', '(* a b)'],
    ['2(a+1)', '(* 2 (+ a 1))'],
    ['(a+1)(b+1)', '(* (+ a 1) (+ b 1))'],
    ['(a)b', '(* a b)'],
    ['x(3)', '(* x 3)'],
    ['x (a)', '(* x a)'],
    ['2sqrt(x)', '(* 2 (sqrt x))'],
    ['a sin(x) b', '(* (* a (sin x)) b)'],
    ['2pi', '(* 2 #pi)'],
    ['2a^2', '(* 2 (^ a 2))'],
    ['a^2b', '(* (^ a 2) b)'],
    ['-2a', '(* (negate 2) a)'],
    ['a + 2b', '(+ a (* 2 b))'],
    ['2a b/c', '(/ (* (* 2 a) b) c)'],
    ['1/2a', '(* (/ 1 2) a)'],
  ])('%s is the product %s', (text, expected) => {
    expect(treeOf(text)).toBe(expected)
  })

  test.each([
    ['1/2a', [3]],
    ['1/2 a', [4]],
    ['a/b(c+1)', [3]],
    ['1/-2a', [4]],
    ['1/2^3a', [5]],
    ['1/2a + 3/4b', [3, 10]],
    ['sin(1/2a)', [7]],
    ['1/2*a', []],
    ['1/(2a)', []],
    ['2a/3', []],
    ['a/3 + 2b', []],
  ])('%s is pointed out as ambiguous at %j', (text, positions) => {
    expect(read(text, NAMES).ambiguousProducts).toEqual(positions)
  })

  test.each([
    ['2 3', 2],
    ['a 3', 2],
    ['(a)3', 3],
    ['sin(x)2', 6],
    ['1.2.3', 3],
    ['2e3.5', 3],
  ])('a number on the right needs a sign: %s is refused at %i', (text, position) => {
    expect(refusalOf(() => read(text, NAMES))).toMatchObject({ code: 'two-numbers', position })
  })

  test.each([
    ['a**2', 1],
    ['a*×2', 1],
    ['2 + a ** b', 6],
  ])('%s is no power: refused at %i with a hint at ^', (text, position) => {
    const refusal = refusalOf(() => read(text, NAMES))
    expect(refusal).toMatchObject({ code: 'double-star', position })
    expect(refusal.message).toContain('^')
  })
})

describe('names', () => {
  test.each([
    ['e', '#e', 'e'],
    ['pi', '#pi', 'pi'],
    ['π', '#pi', 'π'],
    ['2e', '(* 2 #e)', '(* 2 e)'],
    ['exp(2)', '(exp 2)', '(* exp 2)'],
    ['relu(1)', '(relu 1)', '(* relu 1)'],
  ])("a graph's own name wins: %s is %s, and %s where it is declared", (text, alone, declared) => {
    expect(treeOf(text, [])).toBe(alone)
    expect(treeOf(text, ['e', 'pi', 'π', 'exp', 'relu'])).toBe(declared)
  })

  test.each(['i', 'E', 'lambda', 'λ', 'exp', 'w_1', 'Ωmega', 'été', 'x'.repeat(32)])(
    'a graph may use the name %s',
    name => {
      expect(treeOf(`2${name} + 1`, [name])).toBe(`(+ (* 2 ${name}) 1)`)
    },
  )

  test('a name is the longest one that can be read', () => {
    expect(treeOf('ab + a b', ['a', 'b', 'ab'])).toBe('(+ ab (* a b))')
  })

  test.each([
    ['q', 0],
    ['a + q', 4],
    ['I', 0],
    ['constructor', 0],
    ['toString', 0],
    ['hasOwnProperty(1)', 0],
    ['Infinity', 0],
    ['copy(a)', 0],
    ['negate(a)', 0],
  ])('%s is unknown, at %i', (text, position) => {
    expect(refusalOf(() => read(text, NAMES))).toMatchObject({ code: 'unknown-name', position })
  })

  test.each([
    ['wx', 'w*x'],
    ['aw', 'a*w'],
    ['xw0', 'x*w0'],
  ])('the unknown name %s is taken for the product %s', (text, product) => {
    const refusal = refusalOf(() => read(text, [...NAMES, 'w0']))
    expect(refusal.code).toBe('unknown-name')
    expect(refusal.message).toContain(product)
  })

  test('an unknown name that is no product gets no such hint', () => {
    expect(refusalOf(() => read('wq', NAMES)).message).not.toContain('*')
  })

  test.each([['_a'], ['a$'], ['привет'], ['名'], ['ﬁ'], ['__proto__']])(
    '%s is no name: names begin with a Latin or Greek letter',
    text => {
      expect(refusalOf(() => read(text, NAMES)).code).toBe('syntax')
    },
  )

  test('a name of more than 32 characters is refused where it begins', () => {
    expect(refusalOf(() => read(`1 + ${'x'.repeat(33)}`))).toMatchObject({
      code: 'invalid-name',
      position: 4,
    })
  })
})

describe('functions', () => {
  const ONE =
    'exp ln log10 log2 sqrt abs sign sin cos tan asin acos atan sinh cosh tanh sigmoid relu leaky_relu softplus square ' +
    'transpose sum mean softmax log_softmax logsumexp'
  const ARITIES = new Map<string, number>([
    ...ONE.split(' ').map(name => [name, 1] as const),
    ['log', 1],
    ['min', 2],
    ['max', 2],
    ['matmul', 2],
    ['dot', 2],
  ])

  test('those of the contract are there, and no other', () => {
    expect([...OPERATIONS.functions.keys()].sort()).toEqual([...ARITIES.keys()].sort())
  })

  test.each([...ARITIES])('%s takes exactly %i', (name, arity) => {
    const call = (count: number): string => `${name}(${NAMES.slice(0, count).join(', ')})`
    const called = name === 'log' ? 'ln' : name
    expect(treeOf(call(arity))).toBe(`(${[called, ...NAMES.slice(0, arity)].join(' ')})`)
    for (const wrong of [0, arity - 1, arity + 1].filter(count => count !== arity)) {
      const refusal = refusalOf(() => read(`1 + ${call(wrong)}`, NAMES))
      expect(refusal).toMatchObject({ code: 'wrong-argument-count', position: 4 })
      expect(refusal.message).toBe(
        `${name} takes ${String(arity)} ${arity === 1 ? 'value' : 'values'}, not ${String(wrong)}.`,
      )
    }
  })

  test.each([
    ['sin x', 4, '"("'],
    ['2sqrt', 5, '"("'],
    ['max(a b', 7, '","'],
    ['max(a, b', 8, '")"'],
    ['max(a,)', 6, 'a number'],
    ['max(,a)', 4, 'a number'],
  ])('the call %s is refused at %i, expecting %s', (text, position, expected) => {
    const refusal = refusalOf(() => read(text, NAMES))
    expect(refusal).toMatchObject({ code: 'syntax', position })
    expect(refusal.message).toContain(expected)
  })
})

describe('refusals', () => {
  const OPERAND = 'a number, a name or "("'
  test.each([
    ['', 0, OPERAND],
    ['   ', 3, OPERAND],
    ['a +', 3, OPERAND],
    ['a + * b', 4, OPERAND],
    ['* a', 0, OPERAND],
    ['()', 1, OPERAND],
    ['(a', 2, '")"'],
    ['(a, b)', 2, '")"'],
    ['a)', 1, 'the end'],
    ['a, b', 1, 'the end'],
    ['a ^', 3, OPERAND],
    ['a = 2', 2, 'an operator'],
    ['a; b', 1, 'an operator'],
    ['a + .', 4, 'a number'],
    ['1_000', 1, 'an operator'],
    ['a\u0000', 1, 'an operator'],
    ['a + \ud800', 4, 'a number'],
    ['a + 😀', 4, 'a number'],
    ['٣', 0, 'a number'],
    ['½', 0, 'a number'],
  ])('%j is refused at %i, expecting %s', (text, position, expected) => {
    const refusal = refusalOf(() => read(text, NAMES))
    expect(refusal).toMatchObject({ code: 'syntax', position })
    expect(refusal.message).toContain(expected)
    expect(refusal.message.isWellFormed()).toBe(true)
  })
})

describe('bounds', () => {
  test('a literal has at most 40 digits, wherever its point stands', () => {
    for (const literal of ['1'.repeat(40), `${'1'.repeat(20)}.${'1'.repeat(20)}`, `.${'0'.repeat(40)}`]) {
      expect(() => read(literal)).not.toThrow()
      expect(refusalOf(() => read(`2 + 1${literal}`))).toMatchObject({
        code: 'literal-too-long',
        position: 4,
      })
    }
  })

  test.each(['1e400', '1e-400', '1e+400', '1E−400', '1e0000400'])('%s is within the exponents read', text => {
    expect(() => read(text)).not.toThrow()
  })

  test.each(['1e401', '1e-401', '1e+999', '0e999', '1e99999999999999999999'])('%s is past them', text => {
    expect(refusalOf(() => read(`2 + ${text}`))).toMatchObject({ code: 'exponent-too-large', position: 4 })
  })

  test('an expression has at most 10,000 characters', () => {
    const sum = (length: number): string => 'a+'.repeat(length / 2 - 1).padEnd(length - 1) + 'a'
    expect(() => read(sum(10_000), NAMES)).not.toThrow()
    expect(refusalOf(() => read(`${sum(10_000)} `, NAMES))).toMatchObject({
      code: 'expression-too-long',
      position: 10_000,
    })
  })

  const nestings: readonly (readonly [string, (levels: number) => string])[] = [
    ['parentheses', levels => '('.repeat(levels) + 'a' + ')'.repeat(levels)],
    ['calls', levels => 'sin('.repeat(levels) + 'a' + ')'.repeat(levels)],
    ['signs', levels => '-'.repeat(levels) + 'a'],
    ['powers', levels => 'a^'.repeat(levels) + 'a'],
    ['products in parentheses', levels => '2(1+'.repeat(levels) + 'a' + ')'.repeat(levels)],
  ]
  test.each(nestings)('%s nest 256 levels deep and no further', (_name, nest) => {
    expect(() => read(nest(256), NAMES)).not.toThrow()
    expect(refusalOf(() => read(nest(257), NAMES)).code).toBe('expression-too-deep')
  })

  test.each(nestings)('%s nested 10,000 levels deep are refused and overflow no stack', (_name, nest) => {
    const limits = { characters: 100_000, depth: 256, operations: 100_000 }
    expect(refusalOf(() => read(nest(10_000), NAMES, { limits })).code).toBe('expression-too-deep')
  })

  test('a long sum or product is not deep', () => {
    expect(() => read('a+'.repeat(4999) + 'a', NAMES)).not.toThrow()
    expect(() => read('a*'.repeat(4999) + 'a', NAMES)).not.toThrow()
    expect(() => read('a '.repeat(4999) + 'a', NAMES)).not.toThrow()
    const innermost = `${'('.repeat(256)}a + b*c/x - 2w${')'.repeat(256)}`
    expect(() => read(innermost, NAMES)).not.toThrow()
  })

  test('every operator, sign and call counts as an operation', () => {
    const limits = { characters: 1000, depth: 100, operations: 64 }
    const forms: readonly ((count: number) => string)[] = [
      count => `1${'+2'.repeat(count)}`,
      count => `1${'(2)'.repeat(count)}`,
      count => `1${'/-2'.repeat(count / 2)}${count % 2 === 1 ? '+2' : ''}`,
      count => `${'exp('.repeat(count)}0${')'.repeat(count)}`,
    ]
    for (const form of forms) {
      expect(() => read(form(64), [], { limits })).not.toThrow()
      expect(refusalOf(() => read(form(65), [], { limits })).code).toBe('expression-too-large')
    }
  })

  test('reading draws on the budget before it does any work', () => {
    const budget = createStepBudget(100)
    read('a + b + c', NAMES, { budget })
    read('a + b + c', NAMES, { budget })
    expect(refusalOf(() => read('a + b + c', NAMES, { budget })).code).toBe('too-complex')
    expect(refusalOf(() => read('not an ]expression[', [], { budget: createStepBudget(5) })).code).toBe(
      'too-complex',
    )
  })
})

describe('what is read', () => {
  test.each([
    ['b + a*b + x', ['b', 'a', 'x']],
    ['a - a + 0*b', ['a', 'b']],
    ['c^0', ['c']],
    ['max(x, sin(a)) + e + pi', ['x', 'a']],
    ['x(a)', ['x', 'a']],
    ['1 + 2', []],
  ])(
    'the operands of %s are %j: in order of first appearance, before any simplification',
    (text, operands) => {
      expect(read(text, NAMES).operands).toEqual(operands)
    },
  )

  test('equal parts are one part', () => {
    const { root } = read('sin(a + 1)*sin(a+1.0)', NAMES)
    expect(root.kind === 'apply' && root.operands[0] === root.operands[1]).toBe(true)
  })

  test('nothing is simplified', () => {
    expect(treeOf('1*a + 0 - (2 + 3)')).toBe('(- (+ (* 1 a) 0) (+ 2 3))')
  })
})
