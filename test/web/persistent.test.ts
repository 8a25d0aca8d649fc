import { describe, expect, test } from 'vitest'
import { createPersistent, waitAfter, type Outcome, type Trouble } from '../../src/web/state/persistent.js'

const problem = (status: number, retryAfterSeconds: number | null = null): Outcome<never> => ({
  kind: 'problem',
  status,
  code: 'code',
  detail: 'detail',
  errors: [],
  retryAfterSeconds,
})

/** Requests that are answered by hand, and waits that end by hand. */
function setUp() {
  const sent: { readonly request: string; readonly answer: (outcome: Outcome<string>) => Promise<void> }[] =
    []
  const waits: { readonly seconds: number; readonly end: () => void }[] = []
  const log: string[] = []
  const troubles: (Trouble | null)[] = []
  const persistent = createPersistent<string, string>({
    send: request =>
      new Promise(resolve => {
        const answer = async (outcome: Outcome<string>): Promise<void> => {
          resolve(outcome)
          // What waits for the answer runs before the test goes on.
          await new Promise(setImmediate)
        }
        sent.push({ request, answer })
      }),
    wait(seconds, then) {
      const one = { seconds, end: then }
      waits.push(one)
      return () => {
        waits.splice(waits.indexOf(one), 1)
      }
    },
    onAnswer: (body, request, sequence) => log.push(`${String(sequence)} ${request}: ${body}`),
    onProblem: ({ status }, request) => log.push(`${request}: ${String(status)}`),
    onTrouble: trouble => troubles.push(trouble),
  })
  return { persistent, sent, waits, log, troubles }
}

describe('a request', () => {
  test('that is lost is sent again until it is answered', async () => {
    const { persistent, sent, waits, log, troubles } = setUp()
    persistent.start('x')
    await sent[0]?.answer({ kind: 'lost' })
    expect(troubles.at(-1)).toEqual({ kind: 'lost' })
    waits[0]?.end()
    await sent[1]?.answer({ kind: 'ok', body: 'done' })
    expect(sent.map(({ request }) => request)).toEqual(['x', 'x'])
    expect(log).toEqual(['1 x: done'])
    expect(troubles.at(-1)).toBeNull()
  })

  test('is sent at once when the connection is back, and never twice at a time', async () => {
    const { persistent, sent, waits } = setUp()
    persistent.start('x')
    persistent.now()
    expect(sent).toHaveLength(1)
    await sent[0]?.answer({ kind: 'lost' })
    persistent.now()
    expect(sent).toHaveLength(2)
    expect(waits).toEqual([])
  })

  test('gives way to a later one: it is not sent again, and its answer bears its own number', async () => {
    const { persistent, sent, waits, log } = setUp()
    persistent.start('x')
    persistent.start('xy')
    await sent[1]?.answer({ kind: 'ok', body: 'late' })
    await sent[0]?.answer({ kind: 'ok', body: 'early' })
    expect(log).toEqual(['2 xy: late', '1 x: early'])
    persistent.start('z')
    persistent.start('zz')
    await sent[2]?.answer({ kind: 'lost' })
    expect(waits).toEqual([])
  })

  test('that is refused for good is not sent again', async () => {
    const { persistent, sent, waits, log } = setUp()
    persistent.start('x')
    await sent[0]?.answer(problem(422))
    persistent.now()
    expect([log, waits.length, sent.length]).toEqual([['x: 422'], 0, 1])
  })

  test('made while the server has asked to wait is sent when that is over, and no sooner', async () => {
    const { persistent, sent, waits, log } = setUp()
    persistent.start('x')
    await sent[0]?.answer(problem(429, 60))
    persistent.start('xy')
    persistent.start('xyz')
    expect(sent).toHaveLength(1)
    waits[0]?.end()
    await sent[1]?.answer({ kind: 'ok', body: 'done' })
    expect(log).toEqual(['3 xyz: done'])
    persistent.start('y')
    expect(sent).toHaveLength(3)
  })

  test('that was given up is not answered, however late its answer comes', async () => {
    const { persistent, sent, log, troubles } = setUp()
    persistent.start('x')
    persistent.stop()
    await sent[0]?.answer({ kind: 'ok', body: 'late' })
    expect([log, troubles]).toEqual([[], []])
  })

  test('that was given up is not sent again', async () => {
    const { persistent, sent, waits } = setUp()
    persistent.start('x')
    await sent[0]?.answer({ kind: 'lost' })
    persistent.stop()
    persistent.now()
    expect([waits.length, sent.length]).toEqual([0, 1])
  })
})

describe('the wait before the next try', () => {
  test('is what the server asks for, where it is busy', () => {
    for (const status of [429, 503]) {
      expect(waitAfter(problem(status, 17), 0)).toEqual({
        seconds: 17,
        trouble: { kind: 'busy', seconds: 17 },
      })
    }
  })

  test('doubles up to half a minute, however often it fails', () => {
    const seconds = [0, 1, 2, 3, 4, 5, 2_000].map(failures => waitAfter({ kind: 'lost' }, failures)?.seconds)
    expect(seconds).toEqual([1, 2, 4, 8, 16, 30, 30])
  })

  test('comes after faults of the server, and never after a refusal', () => {
    expect(waitAfter(problem(500), 0)?.trouble).toEqual({ kind: 'failed' })
    for (const status of [401, 403, 404, 409, 422]) expect(waitAfter(problem(status), 0)).toBeNull()
  })
})
