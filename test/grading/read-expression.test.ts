import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { createExpressionReader, type ExpressionReading } from '../../src/grading/read-expression.js'
import { compile, graph, plenty, refusalOf, tree } from '../support/engine.js'
import { reading } from '../support/grading.js'
import { LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'

function readIn(compiled: CompiledGraph, id: string, typed: unknown, budget = plenty()): ExpressionReading {
  const box = compiled.boxes.get(id)
  if (box === undefined) throw new Error(`no box ${id}`)
  return createExpressionReader(compiled, budget)(typed, box)
}

/** A reading in short: `2*a` as a tree, else its code or kind. */
function shown(compiled: CompiledGraph, id: string, typed: unknown): string {
  const read = readIn(compiled, id, typed)
  if (read.kind === 'expression') return `${read.form} ${tree(read.root)}`
  return read.kind === 'unreadable' ? read.code : read.kind
}

function messageOf(compiled: CompiledGraph, id: string, typed: unknown): string {
  const read = readIn(compiled, id, typed)
  return read.kind === 'unreadable' ? read.message : ''
}

const LAB0 = compile(LAB_NETWORK_0).graph
const LAB1 = compile(LAB_NETWORK_1).graph
/** u and v share w; s stands beside both. */
const FORKED = compile(graph({ w: 2, t: 3 }, { u: '3*w', v: 'u^2', s: 't^2', J: 'u + v*s' })).graph

describe('readable', () => {
  test.each([
    ['2*a', 'expression (* 2 a)'],
    ['2a', 'expression (* 2 a)'],
    [' a+a ', 'expression (+ a a)'],
    ['22·a/11', 'expression (/ (* 22 a) 11)'],
    ['2(2 + 3w)', 'expression (* 2 (+ 2 (* 3 w)))'],
    ['a(2)', 'expression (* a 2)'],
    ['−a', 'expression (negate a)'],
    ['0*a', 'expression (* 0 a)'],
    ['22', 'number 22'],
    ['2*11', 'number 22'],
    ['1e400/1e399', 'number 10'],
    [22, 'number 22'],
    [-0.5, 'number -1/2'],
    ['sqrt(2)', 'number (sqrt 2)'],
    ['sum(3)', 'number (sum 3)'],
  ])('%j in a gradient box', (typed, expected) => {
    expect(shown(LAB0, 'dJ_da', typed)).toBe(expected)
  })

  test('the names that occur, in order of first appearance', () => {
    expect(readIn(LAB0, 'dJ_da', 'w*a + w')).toMatchObject({ kind: 'expression', operands: ['w', 'a'] })
    expect(readIn(LAB0, 'dJ_da', '7')).toMatchObject({ kind: 'expression', operands: [] })
  })

  test.each([[null], [undefined], [''], [' \t\n']])('%j is blank', typed => {
    expect(readIn(LAB0, 'dJ_da', typed)).toEqual({ kind: 'blank' })
  })

  test("a graph's own names win over constants, functions and what looks like no number", () => {
    const own = compile(graph({ e: 1, inf: 2, nan: 3, x: 4 }, { exp: 'e*inf*nan*x', J: 'exp^2' })).graph
    const forms = ['2e', 'inf', '-nan', '0x', 'exp(2)'].map(typed => shown(own, 'dJ_dexp', typed))
    expect(forms).toEqual([
      'expression (* 2 e)',
      'expression inf',
      'expression (negate nan)',
      'expression (* 0 x)',
      'expression (* exp 2)',
    ])
  })
})

describe('names', () => {
  test.each([
    // A forward box of n: what n depends on, directly or not.
    ['u', '3w', true],
    ['u', 'u', false],
    ['u', 'v', false],
    ['u', 't', false],
    ['v', '9*w^2', true],
    ['v', 'u*3w', true],
    ['v', 's', false],
    ['v', 'J - s', false],
    ['J', 'u + v*s', true],
    ['J', 'J', false],
    // A local derivative: n as well.
    ['dv_du', '2*v/u', true],
    ['dv_du', '6w', true],
    ['dv_du', 's', false],
    ['dv_du', 'J', false],
    // A gradient: all.
    ['dJ_du', '1 + 2*u*s + 0*J', true],
    ['dJ_dt', 'v*2*t', true],
  ])('in %s, %s may be used: %s', (id, typed, allowed) => {
    expect(shown(FORKED, id, typed).startsWith('expression')).toBe(allowed)
    if (!allowed) expect(shown(FORKED, id, typed)).toBe('name-not-allowed')
  })

  test('the message says which may stand there, by the kind of the box', () => {
    expect(messageOf(FORKED, 'v', 'u + s')).toBe(
      'The name "s" cannot stand in this box: write the inputs and nodes that "v" is computed from.',
    )
    expect(messageOf(FORKED, 'dv_du', 's')).toBe(
      'The name "s" cannot stand in this box: write "v", and the inputs and nodes that "v" is computed from.',
    )
  })

  test.each(['dJ_da', '3*dJ_da', 'da_dw*dJ_da', 'local_dJ_du'])(
    'derivatives by the ids of their boxes cannot be used: %s',
    typed => {
      for (const id of ['dJ_dw', 'a', 'da_dw']) {
        const known = typed === 'local_dJ_du' ? FORKED : LAB0
        const box = known === FORKED ? 'dJ_dw' : id
        expect(shown(known, box, typed)).toBe('name-not-allowed')
        expect(messageOf(known, box, typed)).toMatch(/^Derivatives such as "\w+" cannot be used here/)
      }
    },
  )

  test('even an id that is longer than a name may be', () => {
    const long = 'a'.repeat(30)
    const compiled = compile(graph({ w: 1 }, { [long]: '2*w', J: `${long}^2` })).graph
    expect(messageOf(compiled, 'dJ_dw', `2*dJ_d${long}`)).toMatch(`Derivatives such as "dJ_d${long}"`)
    expect(shown(compiled, 'dJ_dw', `2*dJ_d${long}b`)).toBe('not-readable')
  })

  test('a node depends on what a walk through the definition reaches, and on nothing else', () => {
    fc.assert(
      fc.property(randomGraph, ({ definition }) => {
        const compiled = compile(definition).graph
        const read = createExpressionReader(compiled, plenty())
        // Asked from the last to the first and back, so that no order of questions matters.
        const nodes = [...compiled.nodes].reverse()
        for (const node of [...nodes, ...compiled.nodes]) {
          const box = compiled.boxes.get(node.name)
          if (box === undefined) throw new Error('every node has a forward box')
          const reached = new Set(node.operands)
          for (const name of reached)
            for (const operand of compiled.nodes.find(other => other.name === name)?.operands ?? [])
              reached.add(operand)
          for (const name of compiled.shapes.keys())
            expect(read(name, box).kind).toBe(reached.has(name) ? 'expression' : 'unreadable')
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('not readable', () => {
  /** Forms that are refused in a number box and in this one for one reason, in the same words where they fit. */
  test.each([
    ...['11abc', 'nan', '-NaN', Number.NaN, 'inf', '+∞', '1e999', Infinity, 'exp(1000)'],
    ...['1,000', '3,14', '2*3,14', '0x0b', '1/0', 'ln(-1)', '0*(1/0)', '1 2', '2**3'],
    ...['1'.repeat(41), `${'1+'.repeat(65)}1`, '('.repeat(33), 'x'.repeat(201), ' '.repeat(10_001) + '1'],
    ...[true, {}, 'constructor', '__proto__'],
  ])('%j as in a number box', typed => {
    const asNumber = reading(typed)
    expect(asNumber.kind).toBe('unreadable')
    const asExpression = readIn(LAB0, 'dJ_da', typed)
    const words = JSON.stringify(asNumber).replace('as a number', 'as an expression')
    expect(JSON.stringify(asExpression)).toBe(words)
  })

  test.each([
    ['a/', 'not-readable'],
    ['[a, w]', 'not-readable'],
    ['2*a = 22', 'not-readable'],
    ['a*1/0', 'expression'],
    ['a*(1/0)', 'outside-domain'],
    ['a + 0*ln(-1)', 'outside-domain'],
    ['a*1e400', 'too-large'],
    ['a*1e400/1e399', 'too-large'],
    ['a + exp(1000)', 'too-large'],
    ['3a,5', 'separator'],
    ['a**2', 'double-star'],
    ['2a 3', 'two-numbers'],
    ['q*a', 'unknown-name'],
    [['2a'], 'not-one-number'],
  ])('%j is %s', (typed, code) => {
    expect(shown(LAB0, 'dJ_da', typed).split(' ')[0]).toBe(code)
  })

  test('says where, and what the box asks for', () => {
    expect(readIn(LAB0, 'dJ_da', '  2*a +')).toMatchObject({ code: 'not-readable', position: 7 })
    expect(messageOf(LAB0, 'dJ_da', '2*a +')).toContain(
      'This cannot be read as an expression. The expression ends',
    )
    expect(messageOf(LAB0, 'dJ_da', [1])).toBe('This box asks for one expression, not for a list.')
    expect(messageOf(LAB0, 'dJ_da', 'wa')).toContain('write w*a')
  })

  const ARRAYS = compile(
    graph(
      { W: [1, 2], b: 3 },
      { r: 'matmul(X, W)', J: 'mean(r*r) + b' },
      {
        data: {
          X: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
      },
    ),
  ).graph

  test.each([
    ['dJ_dW', 'matmul(transpose(X), r)', 'expression'],
    ['dJ_dW', '2*W + b', 'expression'],
    ['dJ_dW', 'b', 'expression'],
    ['dJ_dW', '0', 'number'],
    ['dJ_dW', 'matmul(X, r)', 'wrong-shape'],
    ['dJ_dW', 'r', 'wrong-shape'],
    ['dJ_dW', 'matmul(2, 3)', 'wrong-shape'],
    ['dJ_dW', 'X', 'wrong-shape'], // It would make more entries of the box's.
    ['dJ_db', 'W', 'wrong-shape'],
    ['dJ_db', 'sum(W)', 'expression'],
    ['dJ_dW', '[1, 2]', 'not-readable'],
    ['dJ_dW', [1, 2], 'not-one-number'],
  ])('shapes conform, to each other and to the box: in %s, %j is %s', (id, typed, expected) => {
    expect(shown(ARRAYS, id, typed).split(' ')[0]).toBe(expected)
  })

  test('of another shape, with both', () => {
    expect(messageOf(ARRAYS, 'dJ_dW', 'r')).toBe(
      'This box asks for an expression of shape (2,); this has the shape (3,).',
    )
    expect(messageOf(ARRAYS, 'dJ_dW', 'W + r')).toBe(
      '"W + r" has operands of shapes (2,) and (3,), which do not conform.',
    )
  })
})

describe('work', () => {
  test('is bounded', () => {
    expect(refusalOf(() => readIn(LAB1, 'dJ_da', 'd', createStepBudget(0))).code).toBe('too-complex')
    expect(refusalOf(() => readIn(LAB1, 'a', 'w*x + b', createStepBudget(48))).code).toBe('too-complex')
  })

  test('on every box of a large graph is about as much as on one', () => {
    const count = 2000
    const definition: GraphDefinition = graph(
      { w: 1 },
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => {
          const before = [1, 2, 3, 4, 5, 6, 7, 8, 9]
            .filter(back => back <= i)
            .map(back => `n${String(i - back)}`)
          return [`n${String(i)}`, ['w', ...before].join(' + ')]
        }),
      ),
    )
    const compiled = compile(definition).graph
    const [all, reading] = [plenty(), plenty()]
    const read = createExpressionReader(compiled, all, reading)
    const start = all.remaining
    for (const box of compiled.boxes.values()) expect(read('w', box).kind).toBe('expression')
    expect(compiled.boxes.size).toBeGreaterThan(20_000)
    // The walks through the graph are taken once; what is typed is read from a budget of its own.
    expect(start - all.remaining).toBeLessThan(300_000)
    expect(plenty().remaining - reading.remaining).toBeGreaterThan(compiled.boxes.size * 800)
  })
})
