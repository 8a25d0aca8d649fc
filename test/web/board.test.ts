import { describe, expect, test } from 'vitest'
import {
  countFilled,
  countRight,
  entryOf,
  reduceBoard,
  shownVerdict,
  startBoard,
  type Board,
  type BoardAction,
  type BoxStatus,
  type Verdict,
} from '../../src/web/state/board.js'

const after = (board: Board, ...actions: readonly BoardAction[]): Board => actions.reduce(reduceBoard, board)
const typed = (box: string, text: string, visit = 1): BoardAction => ({ kind: 'typed', box, text, visit })
const left = (box: string): BoardAction => ({ kind: 'left', box })
const verdict = (status: BoxStatus, entry: string): Verdict => ({
  status,
  entry,
  remarks: [],
  partly: null,
  expected: null,
})
const judged = (sequence: number, verdicts: Readonly<Record<string, Verdict>>): BoardAction => ({
  kind: 'judged',
  sequence,
  verdicts: new Map(Object.entries(verdicts)),
})
const boxes = [{ id: 'a' }, { id: 'J' }]

describe('a verdict', () => {
  test('shows once its box was left with what it was given for', () => {
    const board = after(startBoard(), typed('a', '11'), judged(1, { a: verdict('correct', '11') }))
    expect(shownVerdict(board, 'a')).toBeNull()
    expect(shownVerdict(after(board, left('a')), 'a')?.status).toBe('correct')
  })

  test('of what cannot be read may show while the box is typed in', () => {
    const board = after(startBoard(), typed('a', '11abc'), judged(1, { a: verdict('invalid', '11abc') }))
    expect(shownVerdict(board, 'a')?.status).toBe('invalid')
  })

  test('of what is still typed says that it cannot be read and nothing else, of that box alone', () => {
    const board = after(
      startBoard(new Map([['J', '144']])),
      judged(1, { J: verdict('follows', '144') }),
      typed('a', '13'),
    )
    const wrong: BoardAction = { kind: 'read', box: 'a', verdict: verdict('incorrect', '13') }
    expect(after(board, wrong)).toBe(board)
    const unreadable: BoardAction = { kind: 'read', box: 'a', verdict: verdict('invalid', '13') }
    expect(shownVerdict(after(board, unreadable), 'a')?.status).toBe('invalid')
    expect(shownVerdict(after(board, unreadable), 'J')?.status).toBe('follows')
  })

  test('is gone as soon as the entry is another: a right label never stands at a wrong entry', () => {
    const right = after(startBoard(), typed('a', '11'), left('a'), judged(1, { a: verdict('correct', '11') }))
    const changed = after(right, typed('a', '12', 2))
    expect(shownVerdict(changed, 'a')).toBeNull()
    expect(countRight(changed, boxes)).toBe(0)
    expect(shownVerdict(after(changed, left('a')), 'a')).toBeNull()
  })

  test('of an older request never takes the place of a newer one', () => {
    const board = after(startBoard(), typed('a', '11'), left('a'), judged(2, { a: verdict('correct', '11') }))
    expect(after(board, judged(1, { a: verdict('incorrect', '11') }))).toBe(board)
  })

  test('is shown of a blank box where it tells what is right, until something is typed there', () => {
    const told = { ...verdict('blank', ''), expected: '121' }
    const board = after(startBoard(), judged(1, { J: told }))
    expect(shownVerdict(board, 'J')).toEqual(told)
    expect(shownVerdict(after(board, typed('J', '1')), 'J')).toBeNull()
  })

  test('is not shown of a blank box, nor while values are revealed', () => {
    const board = after(
      startBoard(new Map([['a', '11']])),
      judged(1, { a: verdict('correct', '11'), J: verdict('blank', '') }),
    )
    expect(shownVerdict(board, 'J')).toBeNull()
    expect(shownVerdict(after(board, { kind: 'revealed', values: new Map([['a', '11']]) }), 'a')).toBeNull()
  })
})

describe('undo', () => {
  test('takes back one visit to a box at a time, and Clear at once', () => {
    const board = after(startBoard(), typed('a', '1', 1), typed('a', '11', 1), typed('J', '121', 2), {
      kind: 'cleared',
    })
    expect(board.entries.size).toBe(0)
    const once = after(board, { kind: 'undone' })
    expect([...once.entries]).toEqual([
      ['a', '11'],
      ['J', '121'],
    ])
    const twice = after(once, { kind: 'undone' })
    expect([...twice.entries]).toEqual([['a', '11']])
    const thrice = after(twice, { kind: 'undone' })
    expect(thrice.entries.size).toBe(0)
    expect(after(thrice, { kind: 'undone' })).toBe(thrice)
  })

  test('has nothing to take back where a text was typed back to what it was', () => {
    const board = after(startBoard(new Map([['a', '1']])), typed('a', '12', 1), typed('a', '1', 1))
    expect(board.history).toEqual([])
  })
})

test('revealing leaves the entries untouched, and nothing can be typed over what is shown', () => {
  const start = after(startBoard(), typed('a', '7'))
  const revealed = after(start, { kind: 'revealed', values: new Map([['a', '11']]) }, typed('a', '8', 2), {
    kind: 'cleared',
  })
  expect(entryOf(after(revealed, { kind: 'hidden' }), 'a')).toBe('7')
  const solved = after(start, left('a'), judged(1, { a: verdict('correct', '7') }))
  expect(countRight(after(solved, { kind: 'revealed', values: new Map() }), boxes)).toBe(1)
})

describe('entries of another tab', () => {
  test('are taken over, but for the box that is typed in', () => {
    const board = after(startBoard(), typed('a', '1'), typed('J', '2', 2))
    const others = new Map([
      ['a', '11'],
      ['J', '121'],
    ])
    expect([...after(board, { kind: 'merged', entries: others, typing: 'J' }).entries]).toEqual([
      ['a', '11'],
      ['J', '2'],
    ])
    expect(after(board, { kind: 'merged', entries: new Map(), typing: 'J' }).entries).toEqual(
      new Map([['J', '2']]),
    )
  })

  test('that are the same change nothing', () => {
    const board = startBoard(new Map([['a', '1']]))
    expect(after(board, { kind: 'merged', entries: new Map([['a', '1']]), typing: null })).toBe(board)
  })
})

test('spaces alone fill no box', () => {
  expect(
    countFilled(
      startBoard(
        new Map([
          ['a', '  '],
          ['J', '1'],
        ]),
      ),
      boxes,
    ),
  ).toBe(1)
})
