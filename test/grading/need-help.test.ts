import { describe, expect, test } from 'vitest'
import type { AttemptPolicy } from '../../src/grading/attempt-policy.js'
import { byNeed, helpReasons, type HelpReason, type LearnerPlace } from '../../src/grading/need-help.js'

const DAY = 24 * 3_600_000
const NOW = Date.parse('2026-03-10T12:00:00Z')

const POLICY: AttemptPolicy = {
  points: 10,
  opensAt: null,
  dueAt: null,
  closesAt: null,
  lateCredit: 1,
  maxAttempts: null,
  keep: 'best',
}

/** Somebody who does well. */
const WELL = { attempts: 1, creditMillionths: 800_000, completed: false, lastSubmittedAt: NOW }

const place = (
  progress: Partial<typeof WELL> | undefined,
  policy: Partial<AttemptPolicy> = {},
  assignment = 'week-1',
): LearnerPlace => ({
  assignment,
  policy: { ...POLICY, ...policy },
  progress: progress === undefined ? undefined : { ...WELL, ...progress },
})

const codes = (...places: readonly LearnerPlace[]) => helpReasons(places, NOW).map(({ code }) => code)

describe('struggling is who has tried three times and has at most half of the credit of what is open and not completed', () => {
  const STRUGGLING = { attempts: 3, creditMillionths: 500_000 }

  test.each([
    ['at the threshold', STRUGGLING, {}, ['struggling']],
    ['two attempts', { ...STRUGGLING, attempts: 2 }, {}, []],
    ['more than half of the credit', { ...STRUGGLING, creditMillionths: 500_001 }, {}, []],
    ['complete, but late', { ...STRUGGLING, completed: true }, {}, []],
    ['not open yet', STRUGGLING, { opensAt: NOW + 1 }, []],
    ['just open', STRUGGLING, { opensAt: NOW }, ['struggling']],
    ['just closed', STRUGGLING, { closesAt: NOW }, []],
    ['closing', STRUGGLING, { closesAt: NOW + 1 }, ['struggling']],
    ['without an attempt left', STRUGGLING, { maxAttempts: 3 }, ['struggling']],
  ] as const)('%s', (_, progress, policy, expected) => {
    expect(codes(place(progress, policy))).toEqual(expected)
  })
})

describe('not started is who has nothing of what is open, and is due within three days or was due', () => {
  test.each([
    ['due in three days', { dueAt: NOW + 3 * DAY }, ['not-started']],
    ['due later', { dueAt: NOW + 3 * DAY + 1 }, []],
    ['never due', {}, []],
    ['past due and still open', { dueAt: NOW - DAY, closesAt: NOW + 1 }, ['not-started']],
    ['past due and closed', { dueAt: NOW - DAY, closesAt: NOW }, []],
    ['not open yet', { dueAt: NOW + DAY, opensAt: NOW + 1 }, []],
  ] as const)('%s', (_, policy, expected) => {
    expect(codes(place(undefined, policy))).toEqual(expected)
  })

  test('who has begun has started', () => {
    expect(codes(place({}, { dueAt: NOW }))).toEqual([])
  })
})

describe('inactive is who has submitted nothing for a week though something could be done', () => {
  const AGO = { lastSubmittedAt: NOW - 7 * DAY }

  test.each([
    ['a week ago', [place(AGO)], ['inactive']],
    ['less', [place({ lastSubmittedAt: NOW - 7 * DAY + 1 })], []],
    ['something else since', [place(AGO), place({}, {}, 'week-2')], []],
    ['all is completed', [place({ ...AGO, completed: true })], []],
    ['something new is open', [place({ ...AGO, completed: true }), place(undefined)], ['inactive']],
    ['what is left is closed', [place({ ...AGO, completed: true }), place(undefined, { closesAt: NOW })], []],
    ['no attempt is left', [place(AGO, { maxAttempts: 1 })], []],
    ['never began', [place(undefined)], []],
    ['no assignment', [], []],
  ] as const)('%s', (_, places, expected) => {
    expect(codes(...places)).toEqual(expected)
  })
})

test('reasons say of what they are and how far somebody is, the most pressing first', () => {
  const places = [
    place(undefined, { dueAt: NOW }, 'week-3'),
    place({ attempts: 4, creditMillionths: 300_000, lastSubmittedAt: NOW - 8 * DAY }, {}, 'week-1'),
    place({ attempts: 1, creditMillionths: 900_000, lastSubmittedAt: NOW - 9 * DAY }, {}, 'week-2'),
  ]
  expect(helpReasons(places, NOW)).toEqual([
    { code: 'struggling', assignment: 'week-1', attempts: 4, credit: 0.3, lastSubmittedAt: NOW - 8 * DAY },
    { code: 'not-started', assignment: 'week-3', attempts: 0, credit: 0, lastSubmittedAt: null },
    { code: 'inactive', assignment: null, attempts: 5, credit: 0.4, lastSubmittedAt: NOW - 8 * DAY },
  ])
})

test('learners come by their most pressing reason, then by how many they have, and else as they were', () => {
  const learner = (name: string, ...of: readonly HelpReason['code'][]) => ({
    name,
    reasons: of.map(code => ({ code, assignment: null, attempts: 0, credit: 0, lastSubmittedAt: null })),
  })
  const ordered = byNeed([
    learner('stopped', 'inactive'),
    learner('late', 'not-started'),
    learner('fine'),
    learner('first', 'struggling'),
    learner('later', 'not-started', 'not-started'),
    learner('second', 'struggling'),
    learner('both', 'struggling', 'inactive'),
  ])
  expect(ordered.map(({ name }) => name)).toEqual(['both', 'first', 'second', 'later', 'late', 'stopped'])
})
