import { describe, expect, test } from 'vitest'
import type { AttemptAnswer } from '../../src/contracts/attempt.js'
import type { SessionView } from '../../src/contracts/learn.js'
import {
  afterRefresh,
  attemptsLeft,
  canSubmit,
  isReadOnly,
  isSubmitted,
  judgeEarlier,
  nextNumber,
  reduceStanding,
  startStanding,
  type ReadSession,
  type Standing,
} from '../../src/web/state/standing.js'

const START = '2026-03-01T10:00:00.000Z'

function session(changes: Partial<SessionView> = {}, maxAttempts: number | null = null): ReadSession {
  return {
    subject: 'one',
    attemptsSubject: 'ada',
    now: START,
    expiresAt: START,
    course: { title: 'C' },
    assignment: {
      key: 'lab',
      title: 'Lab',
      points: 10,
      opensAt: null,
      dueAt: null,
      closesAt: null,
      maxAttempts,
      feedback: 'full',
    },
    learner: { key: 'ada', name: null },
    state: 'open',
    variant: 'fixed',
    number: 1,
    progress: null,
    graph: {
      key: 'g',
      version: 1,
      title: 'G',
      inputs: [],
      nodes: [],
      output: '',
      boxes: [],
      echoes: [],
      valuesApart: false,
      figure: null,
    },
    svg: null,
    last: null,
    revealed: [],
    readAt: 0,
    ...changes,
  }
}

const answer = (number: number, remaining: number | null = null): AttemptAnswer => ({
  id: String(number),
  number,
  submittedAt: START,
  late: false,
  attempts: number,
  remaining,
})

function last(number: number, answers: Record<string, unknown>, isOfShown = true): SessionView['last'] {
  return { number, submittedAt: START, late: false, isOfShown, answers, result: answer(number) }
}

const entries = new Map([['a', '11']])
const others = new Map([['a', '12']])

const stored = (standing: Standing, number: number, isOfShown = true): Standing =>
  reduceStanding(standing, { kind: 'stored', answer: answer(number), entries, isOfShown })

describe('what was submitted is not submitted again', () => {
  test('as long as the same stands in the boxes, however it came to be known', () => {
    const fresh = startStanding(session(), '')
    expect(isSubmitted(fresh, entries)).toBe(false)
    const again = startStanding(session({ last: last(1, { a: '11', J: null }) }), '')
    for (const standing of [stored(fresh, 1), again]) {
      expect(isSubmitted(standing, entries)).toBe(true)
      expect(isSubmitted(standing, new Map([...entries, ['J', '  ']]))).toBe(true)
      expect(isSubmitted(standing, others)).toBe(false)
    }
  })

  test('but is on other values, where the same is something else', () => {
    expect(isSubmitted(startStanding(session({ last: last(1, { a: '11' }, false) }), ''), entries)).toBe(
      false,
    )
    expect(isSubmitted(stored(startStanding(session({ number: 2 }), ''), 1, false), entries)).toBe(false)
  })

  test('nor is anything while an attempt is on its way', () => {
    const sent = reduceStanding(startStanding(session(), ''), { kind: 'sent' })
    expect(canSubmit(sent)).toBe(false)
    expect(canSubmit(stored(sent, 1))).toBe(true)
  })
})

test('what is said once more is another text, so that it is heard again', () => {
  const say = (standing: Standing, notice: string) => reduceStanding(standing, { kind: 'said', notice })
  const quiet = startStanding(session(), '')
  expect(say(quiet, '')).toBe(quiet)
  const texts = [say(quiet, 'Why'), say(say(quiet, 'Why'), 'Why'), say(say(say(quiet, 'Why'), 'Why'), 'Why')]
  expect(texts.map(({ notice }) => notice)).toEqual(['Why', 'Why\u00A0', 'Why'])
  expect(say(say(quiet, 'Why'), '').notice).toBe('')
})

describe('a session that is read again', () => {
  const open = startStanding(session(), '')
  const nextSession = session({ subject: 'two', number: 2, last: last(1, { a: '11' }, false) })

  test.each([
    ['the same work', session({ number: 2 }), 'same'],
    ['the same, and all attempts used', session({ state: 'no-attempts-left', number: 2 }), 'same'],
    ['closed', session({ state: 'closed' }), 'another'],
    ['not open any more', session({ subject: 'none', state: 'not-open' }), 'another'],
    ['new values for the attempt that is worked on', session({ subject: 'two' }), 'another'],
    ['the next attempt, after what stands here was submitted elsewhere', nextSession, 'next'],
  ] as const)('is %s', (_what, fresh, refreshed) => {
    expect(afterRefresh(open, fresh, entries)).toBe(refreshed)
  })

  test('is the next attempt after one from here, whatever was typed since, and no next one where that was made elsewhere', () => {
    expect(afterRefresh(stored(open, 1), nextSession, others)).toBe('next')
    expect(afterRefresh(open, nextSession, others)).toBe('another')
    // An answer to an earlier attempt that came late says nothing of this one.
    const later = startStanding(session({ number: 2 }), '')
    expect(afterRefresh(stored(later, 1, false), session({ subject: 'two', number: 2 }), others)).toBe(
      'another',
    )
  })

  test('opens what was not open, though it is about the same', () => {
    const waiting = startStanding(session({ state: 'not-open' }), '')
    expect(afterRefresh(waiting, session({ state: 'not-open' }), new Map())).toBe('same')
    expect(afterRefresh(waiting, session(), new Map())).toBe('another')
  })

  test('shows the attempt that was made in another tab, once', () => {
    const refreshed = reduceStanding(open, {
      kind: 'refreshed',
      session: session({ last: last(1, { a: '11' }) }),
    })
    expect(refreshed.result).toMatchObject({ answer: { number: 1 }, isAgain: true })
    const own = stored(open, 1)
    const after = reduceStanding(own, { kind: 'refreshed', session: session({ last: last(1, { a: '11' }) }) })
    expect(after.result).toBe(own.result)
    expect(reduceStanding(open, { kind: 'next-waits', session: nextSession }).result?.answer.number).toBe(1)
  })
})

describe('boxes take nothing', () => {
  test('while the next attempt waits, and when nothing is taken any more', () => {
    const open = startStanding(session(), '')
    expect(isReadOnly(open)).toBe(false)
    const waits = reduceStanding(open, {
      kind: 'next-waits',
      session: session({ subject: 'two', number: 2 }),
    })
    expect([isReadOnly(waits), canSubmit(waits)]).toEqual([true, false])
    for (const state of ['closed', 'no-attempts-left'] as const) {
      const standing = startStanding(session({ state }), '')
      expect([isReadOnly(standing), canSubmit(standing)]).toEqual([true, false])
    }
  })
})

test('attempts left are those after the newest that is known', () => {
  const open = startStanding(session({}, 3), '')
  expect(attemptsLeft(open)).toBe(3)
  const one = reduceStanding(open, { kind: 'stored', answer: answer(1, 2), entries, isOfShown: true })
  expect(attemptsLeft(one)).toBe(2)
  // Sent again much later: since then another one was made.
  const late = startStanding(session({ number: 3 }, 3), '')
  const replayed = reduceStanding(late, { kind: 'stored', answer: answer(1, 2), entries, isOfShown: false })
  expect(attemptsLeft(replayed)).toBe(1)
  expect(attemptsLeft(startStanding(session({ state: 'closed' }, 3), ''))).toBeNull()
  expect(attemptsLeft(startStanding(session(), ''))).toBeNull()
})

describe('an attempt that was on its way when its page was left', () => {
  const boxes = ['a', 'J'].map(id => ({ id })) as unknown as SessionView['graph']['boxes']
  const opened = (number: number, before: SessionView['last'] = null): SessionView =>
    session({ number, last: before, graph: { ...session().graph, boxes } })
  const sent = (number: number | null, sentEntries = entries) => ({ number, entries: sentEntries })

  test('is sent where nothing was stored since', () => {
    expect(judgeEarlier(sent(1), opened(1))).toBe('to-send')
    expect(judgeEarlier(sent(3), opened(3, last(2, { a: '11' })))).toBe('to-send')
  })

  test('is known to be stored where it is the last one', () => {
    expect(judgeEarlier(sent(1), opened(2, last(1, { a: '11', J: null })))).toBe('stored')
    // Another device was first, and this one did not know.
    expect(judgeEarlier(sent(1), opened(3, last(2, { a: '11' }, false)))).toBe('stored')
    // Of a box that is not shown any more nothing is told.
    expect(judgeEarlier(sent(1, new Map([...entries, ['gone', '1']])), opened(2, last(1, { a: '11' })))).toBe(
      'stored',
    )
  })

  test('is never sent over newer ones, nor where nobody knows which are newer', () => {
    expect(judgeEarlier(sent(1), opened(2, last(1, { a: '12' })))).toBe('superseded')
    expect(judgeEarlier(sent(2), opened(4, last(3, { a: '11', J: '121' })))).toBe('superseded')
    expect(judgeEarlier(sent(null), opened(1))).toBe('superseded')
    expect(judgeEarlier(sent(1), session({ state: 'not-open', number: 2 }))).toBe('unknown')
  })

  test('has the number after the newest that was known', () => {
    expect(nextNumber(startStanding(session({ number: 2 }), ''))).toBe(2)
    expect(nextNumber(stored(startStanding(session(), ''), 3))).toBe(4)
  })
})
