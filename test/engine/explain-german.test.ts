import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { EXPLAIN_WORDS, type ExplainWords } from '../../src/engine/explain-words.js'
import { explainBox, type Step } from '../../src/engine/explain.js'
import { createSymbolics } from '../../src/engine/symbolic.js'
import { compile, evaluate, graph, plenty } from '../support/engine.js'
import { createExplainer, germanLinesOf, stepsOf } from '../support/explained.js'
import {
  BUILT_IN_GRAPHS,
  FAN_OUT,
  LAB_NETWORK_0,
  LAB_NETWORK_1,
  LINEAR_REGRESSION,
} from '../support/lab-graphs.js'

const MANY = Array.from({ length: 30 }, (_, index) => `n${String(index)}`)
const DEEP = Array.from({ length: 60 }).reduce<string>(inner => `sin(${inner}*w)`, 'w')
const ON_KINKS = [
  [1, 0, 3],
  [0, 5, 0],
]

/** What the built-in graphs have no need to say. */
const RARE: Readonly<Record<string, GraphDefinition>> = {
  'kinks of numbers': graph({ z: 0, v: 0 }, { r: 'relu(z)', q: 'abs(v)', J: '3*r + 2*q' }),
  'a kink of one entry': graph({ z: [0, 1] }, { r: 'relu(z)', J: 'sum(r)' }),
  'kinks of a vector': graph({ z: [0, 0] }, { r: 'relu(z)', J: 'sum(r)' }),
  'kinks of a matrix': graph({ z: ON_KINKS }, { r: 'relu(z)', J: 'sum(r)' }),
  'the edge of a domain': graph({ w_0: 0.9995 }, { a: 'asin(w_0)', J: '2*a' }),
  'both edges of a domain': graph({ w: 0 }, { J: 'sqrt(0.0000001 - w^2)' }),
  'a nudge that is lost': graph({ w: 1e150 }, { a: 'w^2/1e200', J: 'a + w' }),
  'a derivative that does not exist': graph({ w: 3 }, { a: 'sqrt(x)*w', J: 'a^2 + a' }, { data: { x: 0 } }),
  'many nodes': graph(
    { w: 1 },
    { ...Object.fromEntries(MANY.map((name, i) => [name, `${String(i)}*w`])), J: MANY.join(' + ') },
  ),
  'a long formula': graph({ w: 1 }, { J: DEEP }),
  'an array with a direct way': graph({ u: [1, 2] }, { v: '2*u', z: '3*v', J: 'sum(v*z)' }),
  'an array through a number': graph({ k: [1, 2], m: 2 }, { n: 'sum(k*m) + m^2', J: 'n^2' }),
  'rounded numbers': graph({ w: 1 / 3 }, { a: 'exp(w)', J: 'sin(a)' }),
}

const ALL = [...Object.entries(BUILT_IN_GRAPHS), ...Object.entries(RARE)]

/** The steps of every box of a graph, asked or not, said by these tables. */
function everyBox(definition: GraphDefinition, ...tables: readonly ExplainWords[]) {
  const { graph: compiled } = compile(definition)
  const evaluation = evaluate(compiled)
  const explainers = tables.map(table => createExplainer(compiled, evaluation, table))
  return [...compiled.boxes.values()].map(box => ({
    id: box.id,
    said: explainers.map(explain => explain(box)),
  }))
}

const WORDS = /\\text\{((?:\\.|[^{}\\])*)\}/g

/** The words of a step, in lower case; names of one letter are none. */
function wordsOf({ tex }: Step): string[] {
  const said = Array.from(tex.matchAll(WORDS), ([, words = '']) => words).join(' ')
  return (said.match(/\p{L}{2,}/gu) ?? []).map(word => word.toLowerCase())
}

/** What a step says beside its words, in order. */
function formulasOf({ tex }: Step): string {
  return tex.replaceAll(WORDS, '')
}

/** The same table with all words left out of what it says, which notes what it was asked for. */
function silence<Said>(said: Said, used: Set<string>, name: string): Said
function silence(said: unknown, used: Set<string>, name: string): unknown {
  if (typeof said === 'string') {
    used.add(name)
    return ''
  }
  if (typeof said === 'function') {
    return (...given: unknown[]): unknown => silence(Reflect.apply(said, undefined, given), used, name)
  }
  if (typeof said !== 'object' || said === null) throw new Error(`${name} is no part of a table`)
  if ('tex' in said && typeof said.tex === 'string') {
    used.add(name)
    return { ...said, tex: said.tex.replaceAll(WORDS, '') }
  }
  const parts = new Map<string, unknown>()
  for (const [key, part] of Object.entries(said) as [string, unknown][]) {
    parts.set(key, silence(part, used, name === '' ? key : `${name}.${key}`))
  }
  return Object.fromEntries(parts)
}

/** The names of all sentences of a table. */
function sentencesOf({ recomputed, ...sentences }: ExplainWords): string[] {
  return [...Object.keys(sentences), ...Object.keys(recomputed).map(key => `recomputed.${key}`)]
}

describe('in German', () => {
  test.each(ALL)('%s: every box has the steps and formulas that it has in English', (_name, definition) => {
    for (const { id, said } of everyBox(definition, EXPLAIN_WORDS.en, EXPLAIN_WORDS.de)) {
      const [english = [], german = []] = said
      expect(
        german.map(({ kind }) => kind),
        id,
      ).toEqual(english.map(({ kind }) => kind))
      expect(german.map(formulasOf), id).toEqual(english.map(formulasOf))
      expect(
        german.map(step => wordsOf(step).length > 0),
        id,
      ).toEqual(english.map(step => wordsOf(step).length > 0))
    }
  })

  test('no English word is left', () => {
    const [english, german] = [new Set<string>(), new Set<string>()]
    for (const { said } of ALL.flatMap(([, definition]) =>
      everyBox(definition, EXPLAIN_WORDS.en, EXPLAIN_WORDS.de),
    )) {
      for (const word of (said[0] ?? []).flatMap(wordsOf)) english.add(word)
      for (const word of (said[1] ?? []).flatMap(wordsOf)) german.add(word)
    }
    expect(english.size).toBeGreaterThan(90)
    expect(german.size).toBeGreaterThan(90)
    // Two words of both languages.
    expect([...german].filter(word => english.has(word)).sort()).toEqual(['in', 'matrix'])
  })

  test('every reason for which the arithmetic is left out is said, by its kind', () => {
    const { leftOut } = EXPLAIN_WORDS.de
    expect(leftOut({ kind: 'work' })).toBe('Sie wäre zu aufwendig')
    expect(leftOut({ kind: 'rounding', name: 'w' })).toBe('ε geht in der Rundung von w verloren')
    expect(leftOut({ kind: 'domain', nudged: 'w − 0.001' })).toBe(
      'w − 0.001 liegt außerhalb des Definitionsbereichs',
    )
    expect(leftOut({ kind: 'overflow', nudged: 'w ± 0.001' })).toBe('Der Quotient für w ± 0.001 wird zu groß')
    const { graph: compiled } = compile(LAB_NETWORK_0)
    const [first] = explainBox(compiled, evaluate(compiled), compiled.boxes.get('da_dw')!, {
      symbolics: createSymbolics(compiled, plenty()),
      differences: { epsilon: 0.001, reason: { kind: 'work' } },
      say: EXPLAIN_WORDS.de,
    })
    expect(first?.text).toBe('Die Rechenprobe entfällt: Sie wäre zu aufwendig')
  })
})

describe.each(Object.entries(EXPLAIN_WORDS))('all words of %s come from its table', (_language, table) => {
  const used = new Set<string>()
  const silent = silence<ExplainWords>(table, used, '')

  test('a table without words leaves formulas alone, and all of a table is used', () => {
    for (const [, definition] of ALL) {
      for (const { id, said } of everyBox(definition, silent)) {
        for (const { tex } of said[0] ?? []) expect(tex, id).not.toContain('\\text')
      }
    }
    expect([...used].sort()).toEqual(sentencesOf(table).sort())
  })
})

describe('the labs', () => {
  test.each<[string, GraphDefinition, string, string[]]>([
    [
      'lab-network0',
      LAB_NETWORK_0,
      'dJ_dw',
      [
        'nudge: Addiere ε = 0.001 zu w und berechne alles, was folgt, neu: w_ε = 3.001, und aus J = 121 wird J_ε = 121.066009',
        'quotient: ∂J/∂w ≈ (J_ε − J)/ε = 66.0090000000082',
        'words: Wenn sich w ein wenig (ε) ändert, ändert sich a um das 3-Fache davon und J wiederum um das 22-Fache davon; also ändert sich J um das 66-Fache von ε',
        'chain-rule: ∂J/∂w = ∂a/∂w · ∂J/∂a',
        'symbolic: ∂J/∂w = 3 · 2*a = 6*a',
        'numbers: ∂J/∂w = ∂a/∂w · ∂J/∂a = 3 · 22 = 66',
      ],
    ],
    [
      'lab-network1',
      LAB_NETWORK_1,
      'dJ_dw',
      [
        'nudge: Addiere ε = 0.001 zu w und berechne alles, was folgt, neu: w_ε = −1.999, und aus J = 4.5 wird J_ε = 4.506002',
        'quotient: ∂J/∂w ≈ (J_ε − J)/ε = 6.001999999999619',
        'words: Wenn sich w ein wenig (ε) ändert, ändert sich c um das 2-Fache davon und J wiederum um das 3-Fache davon; also ändert sich J um das 6-Fache von ε',
        'chain-rule: ∂J/∂w = ∂c/∂w · ∂J/∂c',
        'symbolic: ∂J/∂w = x · d = x*d',
        'numbers: ∂J/∂w = ∂c/∂w · ∂J/∂c = 2 · 3 = 6',
      ],
    ],
    [
      'lab-network1',
      LAB_NETWORK_1,
      'dd_da',
      [
        'nudge: Addiere ε = 0.001 zu a: a_ε = 4.001, und aus d = 3 wird d_ε = 3.001',
        'quotient: ∂d/∂a ≈ (d_ε − d)/ε = 1.000000000000334',
        'symbolic: ∂d/∂a = 1',
      ],
    ],
  ])('every step of one box of %s', (_name, definition, id, expected) => {
    expect(germanLinesOf(definition, id)).toEqual(expected)
  })

  test.each([
    ['dJ_da', 'a', 'd'],
    ['dJ_dc', 'c', 'a'],
    ['dJ_db', 'b', 'a'],
  ])('the chain rule in words: %s of lab-network1', (id, name, consumer) => {
    expect(germanLinesOf(LAB_NETWORK_1, id)).toContain(
      `words: Wenn sich ${name} ein wenig (ε) ändert, ändert sich ${consumer} um das 1-Fache davon und J wiederum um das 3-Fache davon; also ändert sich J um das 3-Fache von ε`,
    )
  })

  test('in TeX too', () => {
    expect(stepsOf(LAB_NETWORK_0, 'dJ_dw', EXPLAIN_WORDS.de)[2]?.tex).toBe(
      '\\text{Wenn sich }w\\text{ ein wenig (}\\varepsilon\\text{) ändert, ändert sich }a\\text{ um das }3\\text{-Fache davon und }J\\text{ wiederum um das }22\\text{-Fache davon; also ändert sich }J\\text{ um das }66\\text{-Fache von }\\varepsilon',
    )
  })
})

describe('what is rare', () => {
  test('several ways, one of them direct', () => {
    expect(germanLinesOf(FAN_OUT, 'dJ_du').slice(2, 7)).toEqual([
      'words: u geht in 2 Knoten ein: Eine kleine Änderung (ε) wirkt über jeden davon auf J',
      'path: Über v: v ändert sich um das −1-Fache von ε und J um das −4-Fache davon, also J um das 4-Fache von ε',
      'path: Direkt: J ändert sich um das 5-Fache von ε',
      'words: Insgesamt ändert sich J um 4 + 5 = 9 mal ε',
      'chain-rule: ∂J/∂u = ∂v/∂u · ∂J/∂v + ∂J/∂u (direkt)',
    ])
    expect(germanLinesOf(FAN_OUT, 'local_dJ_du')[0]).toBe(
      'nudge: Addiere ε = 0.001 zu u, aber nur in der Formel von J: u_ε = 6.001, und aus J = 34 wird J_ε = 34.005',
    )
    expect(stepsOf(FAN_OUT, 'local_dJ_du', EXPLAIN_WORDS.de).at(-1)?.tex).toBe(
      '\\left.\\frac{\\partial J}{\\partial u}\\right|_{\\text{direkt}} = 5',
    )
  })

  test('many ways, of which one or more are passed over', () => {
    const { moreNodes } = EXPLAIN_WORDS.de
    expect(moreNodes(1).text).toBe('… und ebenso über 1 weiteren Knoten')
    expect(moreNodes(18).text).toBe('… und ebenso über 18 weitere Knoten')
  })

  test('numbers that are rounded', () => {
    expect(germanLinesOf(RARE['rounded numbers']!, 'dJ_dw')).toContain(
      'words: Wenn sich w ein wenig (ε) ändert, ändert sich a um das etwa 1.3956124-Fache davon und J wiederum um das etwa 0.17428923-Fache davon; also ändert sich J um das etwa 0.24324021-Fache von ε',
    )
  })

  test('a formula that is too long, and a derivative that does not exist', () => {
    expect(germanLinesOf(RARE['a long formula']!, 'J')[0]).toBe(
      'definition: Die Formel von J hat 120 Rechenschritte: zu viele, um sie hier auszuschreiben',
    )
    expect(germanLinesOf(RARE['a derivative that does not exist']!, 'da_dx')).toEqual([
      'words: ∂a/∂x hat hier keinen endlichen Wert',
    ])
  })

  test('kinks, in a number and in entries', () => {
    const before =
      'convention: Die Werte liegen auf einem Knick von r, wo die Steigung springt: Jeder Wert von'
    expect(germanLinesOf(RARE['kinks of numbers']!, 'dJ_dz')[2]).toBe(
      `${before} 0 bis 3 ist richtig, und nach Vereinbarung gilt 0`,
    )
    const entries = `${before} 0 bis 1 ist in Eintrag 1 richtig, und nach Vereinbarung gilt 0`
    expect(germanLinesOf(RARE['a kink of one entry']!, 'dr_dz')[2]).toBe(entries)
    expect(germanLinesOf(RARE['kinks of a vector']!, 'dr_dz')[2]).toBe(
      `${entries}; 1 weiterer Eintrag hat einen eigenen Bereich`,
    )
    expect(germanLinesOf(RARE['kinks of a matrix']!, 'dr_dz')[2]).toBe(
      `${before} 0 bis 1 ist in Zeile 1, Eintrag 2 richtig, und nach Vereinbarung gilt 0; 2 weitere Einträge haben eigene Bereiche`,
    )
  })

  test('arrays', () => {
    expect(germanLinesOf(LINEAR_REGRESSION, 'u')[1]).toBe(
      'words: X ist eine 4×2-Matrix, w ist ein Vektor mit 2 Einträgen; also ist u ein Vektor mit 4 Einträgen',
    )
    expect(germanLinesOf(LINEAR_REGRESSION, 'dJ_dw')[0]).toBe(
      'nudge: Addiere ε = 0.001 einzeln zu jedem Eintrag von w und berechne alles, was folgt, neu',
    )
    expect(germanLinesOf(LINEAR_REGRESSION, 'dJ_db')).toContain(
      'path: Über p: b wirkt auf viele Einträge von p; was ∂J/∂p von jedem davon zurückträgt, wird addiert (das Vektor-Jacobi-Produkt)',
    )
  })
})
