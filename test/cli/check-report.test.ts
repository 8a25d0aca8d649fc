import { describe, expect, test } from 'vitest'
import { reportCheck } from '../../src/cli/check-report.js'
import { DEFINITION_BYTES } from '../../src/contracts/graph.js'
import { checkGraph } from '../../src/services/check-graph.js'
import { BUILT_IN_GRAPHS, LAB_NETWORK_1 } from '../support/lab-graphs.js'

const W = { name: 'w', role: 'parameter', value: 3 } as const

/** A definition with one parameter w, some of it replaced. */
function defined(more: object): object {
  return { title: 'A graph', inputs: [W], nodes: [{ name: 'J', expression: '2*w' }], output: 'J', ...more }
}

function reported(definition: unknown): { readonly text: string; readonly faults: number } {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition)
  const check = checkGraph(new TextEncoder().encode(text))
  return { text: reportCheck(check), faults: check.faults.length }
}

describe('a fault is told with its code and place, and a caret under the place in an expression', () => {
  test.each<[string, unknown, string]>([
    [
      'an unknown name',
      defined({ nodes: [{ name: 'J', expression: '2 + q*w' }] }),
      'fault: unknown-name at /nodes/0/expression, column 5\n  Unknown name "q".\n    2 + q*w\n        ^\n',
    ],
    [
      'a sign too many',
      defined({ nodes: [{ name: 'J', expression: 'w^^2' }] }),
      'fault: syntax at /nodes/0/expression, column 3\n  Unexpected "^": expected a number, a name or "(".\n    w^^2\n      ^\n',
    ],
    ['a cycle', defined({ nodes: [{ name: 'J', expression: 'J + w' }] }), 'fault: cycle at /nodes/0'],
    [
      'a value that does not exist',
      defined({ nodes: [{ name: 'J', expression: 'ln(w - 3)' }] }),
      'fault: domain-error at /nodes/0/expression',
    ],
    ['an unknown box', defined({ boxes: ['J', 'dJ_dq'] }), 'fault: unknown-box at /boxes/1'],
    ['a fault of form', defined({ title: 7 }), 'fault: wrong-type at /title'],
    ['a field that is not known', defined({ 'a/b': 1 }), 'fault: unknown-field at /a~1b'],
    [
      'a name of the language',
      JSON.stringify(defined({})).replace('"title"', '"__proto__":{},"title"'),
      'fault: unknown-field at /__proto__',
    ],
    [
      'a place in the figure',
      defined({ figure: { places: [{ name: 'q', column: 0, row: 0 }] } }),
      'fault: unplaceable-name at /figure/places/0/name',
    ],
    [
      'a text that is no JSON',
      '{\r\n "title": "x"\r\n "inputs": []\n}',
      'fault: malformed-json at line 3, column 2\n  "," or "}" is expected here.\n     "inputs": []\n     ^\n',
    ],
    ['no text at all', '', 'fault: malformed-json at line 1, column 1'],
    ...[
      ['null', 'null'],
      ['[1]', 'an array'],
      ['"w"', 'a string'],
      ['7', 'a number'],
      ['true', 'a boolean'],
    ].map(([text, kind]): [string, unknown, string] => [
      `${text!} in the place of an object`,
      text,
      `fault: wrong-type\n  A definition is a JSON object with the fields title, inputs, nodes and output; this is ${kind!}.\n`,
    ]),
    ['more nodes than a server takes', defined({ nodes: flood(2001) }), 'fault: too-many-nodes at /nodes'],
  ])('%s', (_case, definition, expected) => {
    const { text, faults } = reported(definition)
    expect(text).toContain(expected)
    expect(faults).toBeGreaterThan(0)
    expect(text).toContain(`${String(faults)} fault${faults === 1 ? '' : 's'}, no warnings\n`)
  })

  test('of bytes that are no text', () => {
    expect(reportCheck(checkGraph(Uint8Array.of(0x22, 0xff, 0x22)))).toContain('The file is not in UTF-8.')
  })

  test('of more bytes than can be published', () => {
    const sized = (length: number) =>
      checkGraph(new TextEncoder().encode(JSON.stringify(LAB_NETWORK_1).padEnd(length))).faults
    expect(sized(DEFINITION_BYTES)).toEqual([])
    const message = 'The definition is larger than 2 MiB, the most that can be published.'
    expect(sized(DEFINITION_BYTES + 1)).toEqual([{ code: 'body-too-large', path: '', message }])
  })

  test('and all of them, to a hundred', () => {
    const nodes = Array.from({ length: 130 }, (_, i) => ({ name: `n${String(i)}`, expression: 'q' }))
    const { text, faults } = reported(defined({ nodes, output: 'n0' }))
    expect(faults).toBe(130)
    expect(text).toContain('/nodes/99/expression')
    expect(text).not.toContain('/nodes/100/expression')
    expect(text).toContain('… and 30 more faults')
  })
})

function flood(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({
    name: i === count - 1 ? 'J' : `n${String(i)}`,
    expression: i === 0 ? 'w' : `n${String(i - 1)}`,
  }))
}

describe('a definition that can be published', () => {
  test('is shown with its warnings and a table of its boxes', () => {
    expect(reported(LAB_NETWORK_1).text).toBe(LAB_NETWORK_1_REPORT)
  })

  test('is warned of at its places', () => {
    const { text, faults } = reported(
      defined({
        nodes: [
          { name: 'a', expression: '1/2w' },
          { name: 'J', expression: 'a' },
        ],
      }),
    )
    expect(faults).toBe(0)
    expect(text).toContain('warning: ambiguous-multiplication at /nodes/0/expression, column 4\n')
    expect(text).toContain('    1/2w\n       ^\n')
  })

  test.each(Object.entries(BUILT_IN_GRAPHS))('%s fits into 100 columns', (_key, definition) => {
    const { text, faults } = reported(definition)
    expect(faults).toBe(0)
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(100)
  })

  test('has the first fifty of its boxes shown, and a count', () => {
    const { text } = reported(defined({ nodes: flood(100) }))
    expect(text).toContain('\nn49 ')
    expect(text).not.toContain('\nn50 ')
    expect(text).toContain('… and 249 more boxes\n')
  })

  test('has boxes that ask for an expression marked, without slips', () => {
    const { text } = reported(defined({ boxes: [{ id: 'J', answer: 'expression' }] }))
    expect(text).toContain('J    6      2*w  (asked as an expression)\n\nno faults')
  })
})

test('nothing in a definition reaches a terminal as a control sequence', () => {
  const evil = '\u001b]0;x\u0007\u202e\n\u009b2J'
  for (const definition of [
    defined({ title: evil, [evil]: 1, output: evil }),
    defined({ output: evil, boxes: [evil], nodes: [{ name: evil, expression: `w + ${evil}` }] }),
    defined({ inputs: [{ ...W, name: evil }], figure: { places: [{ name: evil, column: 0, row: 0 }] } }),
    `{"${evil}`,
    `{} ${evil}`,
  ]) {
    const { text, faults } = reported(definition)
    expect(faults).toBeGreaterThan(0)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u)
  }
})

const LAB_NETWORK_1_REPORT = `warning: same-value at /boxes
  The right values of "d", "dJ_dd", "dJ_da", "dJ_dc" and "dJ_db" are the same whatever the inputs: a
  mix-up of these boxes cannot be seen.

A simple neural network
  4 nodes, output J, 13 boxes
  parameters: w = −2, b = 8
  data: x = 2, y = 1

box    right  symbolic
c      −4     w*x
         sign: 4 · reciprocal: −0.25
a      4      c + b
         sign: −4 · reciprocal: 0.25
d      3      a - y
         sign: −3 · reciprocal: 0.333333
J      4.5    d^2/2
         sign: −4.5 · reciprocal: 0.222222
dJ_dd  3      d
         finite-difference: 3.5, 2.5, 3.05, … · power-rule: 1.5, 9 · wrong-point: 4, 1 · sign: −3
         reciprocal: 0.333333
dd_da  1      1
         gave-gradient: 3 · sign: −1 · other-derivative: −1
dJ_da  3      d
         finite-difference: 3.5, 2.5, 3.05, … · forgot-upstream: 1 · sign: −3 · other-derivative: −3
         reciprocal: 0.333333
da_dc  1      1
         gave-gradient: 3 · sign: −1
dJ_dc  3      d
         finite-difference: 3.5, 2.5, 3.05, … · forgot-upstream: 1 · sign: −3 · reciprocal: 0.333333
da_db  1      1
         gave-gradient: 3 · sign: −1
dJ_db  3      d
         finite-difference: 3.5, 2.5, 3.05, … · forgot-upstream: 1 · sign: −3 · reciprocal: 0.333333
dc_dw  2      x
         gave-gradient: 6 · sign: −2 · other-derivative: −2 · reciprocal: 0.5
dJ_dw  6      x*d
         finite-difference: 8, 4, 6.2, … · forgot-upstream: 2 · sign: −6 · other-derivative: −6
         reciprocal: 0.166667

no faults, 1 warning
`
