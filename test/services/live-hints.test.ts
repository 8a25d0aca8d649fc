import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createHintGathering,
  createHintSender,
  HINT_MILLISECONDS,
  MOST_BYTES,
  readHints,
  type LiveHint,
} from '../../src/services/live-hints.js'

const COURSE = '0193b7a0-0000-7000-8000-00000000c001'
const idOf = (number: number): string => `0193b7a0-1111-7000-8000-${number.toString(16).padStart(12, '0')}`

const hint: fc.Arbitrary<LiveHint> = fc.oneof(
  fc.record({ kind: fc.constant('progress' as const), courseId: fc.uuid() }),
  fc.record({
    kind: fc.constant('attempts' as const),
    attempts: fc.array(fc.record({ courseId: fc.oneof(fc.constant(COURSE), fc.uuid()), id: fc.uuid() }), {
      minLength: 1,
      maxLength: 700,
    }),
  }),
)

function payloadOf(hints: readonly LiveHint[]): string {
  const gathering = createHintGathering()
  for (const given of hints) gathering.add(given)
  return gathering.take()!
}

test('whatever was committed fits into one NOTIFY, and what is read of it leaves nothing out', () => {
  fc.assert(
    fc.property(fc.array(hint, { minLength: 1, maxLength: 6 }), hints => {
      const payload = payloadOf(hints)
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MOST_BYTES)
      const read = readHints(payload)
      if (read === 'everything') return
      for (const given of hints) {
        if (given.kind === 'progress') expect(read.get(given.courseId)!.progress).toBe(true)
        else {
          for (const { courseId, id } of given.attempts) {
            const named: readonly string[] | undefined = read.get(courseId)!.attempts
            if (named !== undefined && !named.includes(id)) expect.fail(`${id} is lost`)
          }
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('as many ids as fit are named; of more, only the course', () => {
  const attempts = (count: number): LiveHint => ({
    kind: 'attempts',
    attempts: Array.from({ length: count }, (_, index) => ({ courseId: COURSE, id: idOf(index) })),
  })
  expect(readHints(payloadOf([attempts(350)]))).toEqual(
    new Map([
      [COURSE, { attempts: Array.from({ length: 350 }, (_, index) => idOf(index)), progress: false }],
    ]),
  )
  const more = payloadOf([attempts(400), { kind: 'progress', courseId: COURSE }])
  expect(more.length).toBeLessThan(50)
  expect(readHints(more)).toEqual(new Map([[COURSE, { attempts: undefined, progress: true }]]))
})

test('courses come before ids, and of too many courses it is said that there was something', () => {
  const coursesOf = (count: number): LiveHint[] =>
    Array.from({ length: count }, (_, index) => ({ kind: 'progress', courseId: idOf(index) }))
  const attempts = Array.from({ length: 200 }, (_, index) => ({ courseId: COURSE, id: idOf(index) }))
  const read = readHints(payloadOf([{ kind: 'attempts', attempts }, ...coursesOf(300)]))
  if (read === 'everything') throw new Error('300 courses fit')
  expect([read.size, read.get(COURSE)]).toEqual([301, { attempts: undefined, progress: false }])
  expect(readHints(payloadOf(coursesOf(400)))).toBe('everything')
})

test.each([
  '',
  '*',
  '1*',
  '2.x',
  '1.',
  '1.short',
  `1.${'a'.repeat(23)}z`,
  '1.'.repeat(4_000),
  '\u{1f600}',
  '1..a',
])('what others send is not trusted: %j means to look', payload => {
  expect(readHints(payload)).toBe('everything')
})

test('nothing depends on what a payload says: any text is read', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      readHints(text)
      readHints(`1.${text}`)
    }),
  )
})

test('what comes together is sent together, at most every 50 ms, and nothing after it', async () => {
  const sent: string[] = []
  const pauses: number[] = []
  const waiting: (() => void)[] = []
  const sender = createHintSender({
    notify: payload => {
      sent.push(payload)
      return Promise.resolve()
    },
    pause: milliseconds => {
      pauses.push(milliseconds)
      return new Promise(resolve => {
        waiting.push(resolve)
      })
    },
    onError: error => {
      throw error
    },
  })
  const attempt = (number: number): LiveHint => ({
    kind: 'attempts',
    attempts: [{ courseId: COURSE, id: idOf(number) }],
  })
  const goOn = async (): Promise<void> => {
    waiting.shift()!()
    await new Promise(setImmediate)
  }
  sender.tell(attempt(1))
  sender.tell(attempt(2))
  expect(sent).toEqual([])
  await goOn()
  expect(sent).toEqual([payloadOf([attempt(1), attempt(2)])])
  for (let number = 3; number < 1_000; number += 1) sender.tell(attempt(number))
  expect(sent).toHaveLength(1)
  await goOn()
  expect(sent).toHaveLength(2)
  await goOn()
  expect([sent.length, waiting.length]).toEqual([2, 0])
  expect(pauses).toEqual([0, HINT_MILLISECONDS, HINT_MILLISECONDS])
  sender.tell(attempt(1))
  await goOn()
  expect(sent).toHaveLength(3)
})

test('a NOTIFY that fails is dropped, and the next is sent', async () => {
  const errors: unknown[] = []
  let tries = 0
  const sender = createHintSender({
    notify: () => {
      tries += 1
      return tries === 1 ? Promise.reject(new Error('away')) : Promise.resolve()
    },
    pause: () => Promise.resolve(),
    onError: error => errors.push(error),
  })
  sender.tell({ kind: 'progress', courseId: COURSE })
  await sender.stop()
  expect([tries, errors]).toEqual([1, [new Error('away')]])
  const other = createHintSender({
    notify: () => {
      tries += 1
      return Promise.resolve()
    },
    pause: () => Promise.resolve(),
    onError: error => errors.push(error),
  })
  other.tell({ kind: 'progress', courseId: COURSE })
  await other.stop()
  other.tell({ kind: 'progress', courseId: COURSE })
  await other.stop()
  expect(tries).toBe(2)
})
