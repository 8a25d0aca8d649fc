import { describe, expect, test } from 'vitest'
import { MISCONCEPTIONS } from '../../src/grading/misconceptions.js'
import { LANGUAGES } from '../../src/contracts/languages.js'
import { PROBLEMS } from '../../src/errors.js'
import { stringsOf } from '../../src/strings/strings.js'
import { isWorthALook } from '../../src/web/state/typing.js'
import { verdictsOf, verdictsOfRefusal } from '../../src/web/state/verdicts.js'
import { askedForm, boxTitle, problemText, remarkText, verdictText } from '../../src/web/state/wording.js'
import { LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { grade } from '../support/grading.js'

const [en, de] = [stringsOf('en'), stringsOf('de')]

describe('what is looked at while it is typed', () => {
  test.each(['11abc', '3,14', '1/0', '[1, 2]', 'sqrt(2) 3', '2**3', '1e999', '2x'])('%s', text => {
    expect(isWorthALook(text)).toBe(true)
  })

  test.each([
    '',
    ' ',
    '-',
    'a',
    '1',
    '3.',
    '3,',
    '2*',
    '1e',
    '1e-',
    '(1+2',
    '[1, 2',
    '9/',
    '− ',
    'sq',
    '2*sqrt',
    '3 + w',
    'dJ_d',
  ])('nobody is told off for %j', text => {
    expect(isWorthALook(text)).toBe(false)
  })
})

test('what follows from an earlier slip names the box to look at again, in every language', () => {
  const remarks =
    grade(LAB_NETWORK_1, { c: '-4', a: '5', d: '4' }).boxes.find(({ id }) => id === 'd')?.feedback ?? []
  expect(remarks.map(remark => remarkText(en, remark))).toEqual([
    'Right for the value you have in a; look at a again.',
  ])
  expect(remarks.map(remark => remarkText(de, remark))).toEqual([
    'Richtig für den Wert, den du in a hast; sieh dir a noch einmal an.',
  ])
})

test('every misconception is told in the language of the page; what it has no words for, as the server says it', () => {
  for (const { code } of MISCONCEPTIONS) {
    expect(remarkText(de, { code, message: 'English.' })).not.toBe('English.')
    expect(remarkText(en, { code, message: 'English.' })).toBe('English.')
  }
  expect(remarkText(de, { code: 'constructor', message: 'English.' })).toBe('English.')
})

test('a refusal is told in the language of the page alone, whatever its code; in English as the server says it', () => {
  const detail = 'This assignment no longer takes answers.'
  expect(problemText(de, { code: 'assignment-closed', detail })).toBe('Diese Aufgabe ist geschlossen.')
  expect(problemText(en, { code: 'assignment-closed', detail })).toBe(detail)
  for (const code of ['', 'constructor', 'of-tomorrow'])
    expect(problemText(de, { code, detail })).toBe(de.problem)
  expect(problemText(en, { code: '', detail: '' })).toBe(en.problem)
  for (const code of Object.keys(de.problems ?? {})) expect(Object.keys(PROBLEMS)).toContain(code)
})

test('points are counted as people count them', () => {
  expect([en.learn.points('1'), en.learn.points('0.5')]).toEqual(['1 point', '0.5 points'])
  expect([de.learn.points('1'), de.learn.points('1,5')]).toEqual(['1 Punkt', '1,5 Punkte'])
  expect(en.learn.scored('0', '1')).toBe('It earns 0 of 1 point.')
  expect(de.learn.best('3', '10')).toBe('Bisher 3 von 10 Punkten')
  expect(de.learn.best('0', '1')).toBe('Bisher 0 von 1 Punkt')
})

test('both languages say something for every key', () => {
  const empty: string[] = []
  const look = (value: unknown, path: string): void => {
    if (typeof value === 'string' && value.trim() === '') empty.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [key, part] of Object.entries(value)) look(part, `${path}.${key}`)
  }
  for (const language of LANGUAGES) look(stringsOf(language), language)
  expect(empty).toEqual([])
})

test('a box is called by its label and what it is', () => {
  const label = { text: '∂J/∂a' }
  expect(boxTitle(en, { kind: 'forward', of: 'a', wrt: null, label: { text: 'a' } })).toBe('a, forward value')
  expect(boxTitle(en, { kind: 'gradient', of: 'J', wrt: 'a', label })).toBe(
    '∂J/∂a, gradient of J with respect to a',
  )
  expect(askedForm(en, { kind: 'forward', of: 'v', wrt: null, label, shape: [2, 3] })?.placeholder).toContain(
    '[[',
  )
  expect(askedForm(en, { kind: 'forward', of: 'v', wrt: null, label })).toBeNull()
})

describe('answers of the server', () => {
  test('become verdicts on what was sent; of an array it is said how much is right', () => {
    const entries = [{ status: 'correct' }, { status: 'incorrect' }] as const
    const sent = new Map([['v', '[1, 2]']])
    const found = verdictsOf([{ id: 'v', status: 'incorrect', entries, expected: [1, 3] }], sent).get('v')
    expect(found).toMatchObject({ entry: '[1, 2]', partly: { right: 1, all: 2 }, expected: '[1,3]' })
    expect(found && verdictText(en, found)).toBe('Not right yet (1 of 2 entries are right). Right is: [1,3]')
  })

  test('that refuse mark each box that cannot be read', () => {
    const errors = [
      { path: '/answers/a~1b', code: 'separator', message: 'A comma.' },
      { path: '/variant', code: 'x', message: 'y' },
    ]
    const verdicts = verdictsOfRefusal(errors, new Map([['a/b', '3,1']]))
    expect([...verdicts].map(([id, { status, entry }]) => [id, status, entry])).toEqual([
      ['a/b', 'invalid', '3,1'],
    ])
  })
})
