import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hold } from '../support/hold.js'
import { eventually } from '../support/server.js'
import { findBalancer } from './balancer.js'
import { startFleet, type Fleet, type Replica } from './fleet.js'
import { acknowledged, makeCourse, miscounted, storedAttempts, submit, type Outcome } from './submissions.js'

const balancer = findBalancer()

/** Clients that each send one submission after another. */
const CLIENTS = 24

type Sent = {
  readonly learner: string
  readonly sheet: number
  readonly idempotencyKey: string
  readonly outcome: Outcome
}

/** Submissions through the balancer without a pause, until they are ended: all that was sent, with its outcome. */
function load(
  fleet: Fleet,
  course: string,
): { readonly sent: readonly Sent[]; readonly end: () => Promise<void> } {
  const sent: Sent[] = []
  const ending = new AbortController()
  const client = async (learner: string): Promise<void> => {
    for (let sheet = 0; !ending.signal.aborted; sheet++) {
      const idempotencyKey = randomUUID()
      const outcome = await submit(fleet, { course, learner, sheet, idempotencyKey })
      sent.push({ learner, sheet, idempotencyKey, outcome })
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(`learner-${String(index)}`))
  return {
    sent,
    end: async () => {
      ending.abort()
      await Promise.all(clients)
    },
  }
}

/** Waits until each of them has answered so many more submissions. */
async function haveAnswered(replicas: readonly Replica[], count: number): Promise<void> {
  const before = replicas.map(replica => replica.answered())
  await eventually(
    () => replicas.every((replica, index) => replica.answered() >= (before[index] ?? 0) + count),
    30_000,
  )
}

describe.skipIf(balancer === undefined)('one replica of three goes', () => {
  let fleet: Fleet
  let course: string
  beforeEach(async () => {
    fleet = await startFleet(balancer ?? '')
    course = await makeCourse(fleet)
  })
  afterEach(async () => {
    await fleet.close()
  })

  async function expectAllStored(sent: readonly Sent[]): Promise<void> {
    const ids = sent.map(({ outcome }) => acknowledged(outcome).id)
    expect((await storedAttempts(fleet, course)).map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(await miscounted(fleet, course)).toEqual([])
    // Ends with 1, and so fails here, where a summary differs from a recount.
    await fleet.operator('verify', '--tenant', 'school')
  }

  test('a stop under load fails no request: the others take over, and the replica ends with 0', async () => {
    const [staying, leaving, staying2] = fleet.replicas
    const { sent, end } = load(fleet, course)
    await haveAnswered(fleet.replicas, 20)
    leaving.program.child.kill('SIGTERM')
    expect(await leaving.program.ended).toBe(0)
    await haveAnswered([staying, staying2], 20)
    await end()
    expect(sent.filter(({ outcome }) => outcome.status !== 201)).toEqual([])
    await expectAllStored(sent)
  })

  test('kill -9 under load fails only what that replica was at; sent again under its key it is stored once', async () => {
    const [staying, killed, staying2] = fleet.replicas
    const { sent, end } = load(fleet, course)
    await haveAnswered(fleet.replicas, 20)
    // Whatever is being stored waits, so that the replica dies in the middle of it.
    const holder = await hold(fleet.database, 'LOCK TABLE attempts IN SHARE MODE')
    await eventually(async () => (await killed.waiting()) > 0)
    killed.program.child.kill('SIGKILL')
    await killed.program.ended
    await holder.letGo()
    await haveAnswered([staying, staying2], 20)
    await end()

    const failed = sent.filter(({ outcome }) => outcome.status !== 201)
    expect(failed.length).toBeGreaterThan(0)
    // A client sends its next submission when it has the answer to the last: no more can have been under way there.
    expect(failed.length).toBeLessThanOrEqual(CLIENTS)
    for (const { outcome } of failed) {
      expect([0, 502]).toContain(outcome.status)
      if (outcome.status === 502) expect(JSON.parse(outcome.text)).toMatchObject({ code: 'unavailable' })
    }
    const known = new Set((await storedAttempts(fleet, course)).map(({ id }) => id))
    for (const { outcome } of sent) {
      if (outcome.status === 201) expect(known).toContain(acknowledged(outcome).id)
    }

    const again = await Promise.all(
      failed.map(async unanswered => ({
        ...unanswered,
        outcome: await submit(fleet, { course, ...unanswered }),
      })),
    )
    await expectAllStored([...sent.filter(({ outcome }) => outcome.status === 201), ...again])
  })

  test('with no replica left the balancer answers 503 in the form of the service, to be tried again', async () => {
    for (const { program } of fleet.replicas) program.child.kill('SIGTERM')
    expect(await Promise.all(fleet.replicas.map(({ program }) => program.ended))).toEqual([0, 0, 0])
    const answer = await fetch(`${fleet.url}/v1/courses`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ status: 503, code: 'unavailable' })
  })
})
