import { describe, expect, test } from 'vitest'
import { startBoard, type Board, type Verdict } from '../../src/web/state/board.js'
import { echoText } from '../../src/web/state/echoes.js'

const PLACE = { x: 0, y: 0, width: 40, height: 14 }
const GRAPH = { inputs: [{ name: 'w', role: 'parameter' as const, value: -2 }] }

/** A board with one entry, which is right or is not. */
function boardWith(text: string, status: Verdict['status'] = 'correct'): Board {
  const verdict: Verdict = { status, entry: text, remarks: [], partly: null, expected: null }
  return { ...startBoard(new Map([['dc_dw', text]])), verdicts: new Map([['dc_dw', verdict]]) }
}

const echo = (kind: 'gradient' | 'factor' | 'thousandth', of = 'dc_dw') => ({ kind, of, place: PLACE })

test('a given value stands in the figure whatever is filled in', () => {
  expect(echoText(GRAPH, startBoard(), { kind: 'input', of: 'w', place: PLACE })).toBe('−2')
})

describe('an entry', () => {
  test('stands in the figure once more when it is right, and only then', () => {
    expect(echoText(GRAPH, boardWith(' 2 '), echo('gradient'))).toBe('2')
    for (const status of ['incorrect', 'follows', 'invalid'] as const)
      expect(echoText(GRAPH, boardWith('2', status), echo('gradient'))).toBeNull()
    expect(echoText(GRAPH, startBoard(), echo('gradient'))).toBeNull()
  })

  test('that is revealed stands there too', () => {
    const board = { ...startBoard(), revealed: new Map([['dc_dw', '2']]) }
    expect(echoText(GRAPH, board, echo('factor'))).toBe('2')
  })

  test.each([
    ['3', '3', '0.003'],
    ['−0.5', '−0.5', '−0.0005'],
    ['.1', '.1', '0.0001'],
    ['66.6', '66.6', '0.0666'],
    ['1e-3', '1e−3', '0.000001'],
    ['−1e−3', '−1e−3', '−0.000001'],
  ])('of a nudge by %s is told as %s ε, and as %s', (text, factor, thousandth) => {
    expect(echoText(GRAPH, boardWith(text), echo('factor'))).toBe(factor)
    expect(echoText(GRAPH, boardWith(text), echo('thousandth'))).toBe(thousandth)
  })

  test('that is a calculation leaves the nudge open: it would read as another number', () => {
    for (const kind of ['factor', 'thousandth'] as const)
      expect(echoText(GRAPH, boardWith('9/2'), echo(kind))).toBeNull()
    expect(echoText(GRAPH, boardWith('9/2'), echo('gradient'))).toBe('9/2')
  })
})
