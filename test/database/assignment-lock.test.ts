import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import {
  assignmentLocks,
  findHeld,
  ownAssignment,
  shareAssignments,
} from '../../src/database/assignment-lock.js'
import { createTestDatabase } from '../support/database.js'
import { waiting } from '../support/hold.js'
import { eventually } from '../support/server.js'

const { url, database, drop } = await createTestDatabase()
afterAll(drop)

const shareAssignment: typeof ownAssignment = (transaction, assignment) =>
  shareAssignments(transaction, [assignment])

/** Transactions that take the lock of an assignment and have it until they are let go. */
function createQueue() {
  const has: string[] = []
  const take = (name: string, lock: typeof ownAssignment, assignment: string) => {
    let open = (): void => undefined
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const over = database.$transaction(async transaction => {
      await lock(transaction, assignment)
      has.push(name)
      await gate
    })
    return {
      has: () => eventually(() => has.includes(name)),
      letGo: async () => {
        open()
        await over
      },
    }
  }
  return { has, take }
}

test('it is shared, and who wants it alone has it before those who ask to share it later', async () => {
  const assignment = randomUUID()
  const { has, take } = createQueue()
  const sharers = [take('first', shareAssignment, assignment), take('second', shareAssignment, assignment)]
  for (const sharer of sharers) await sharer.has()
  const owner = take('owner', ownAssignment, assignment)
  await eventually(async () => (await waiting(url)) === 1)
  const later = take('later', shareAssignment, assignment)
  await eventually(async () => (await waiting(url)) === 2)
  for (const sharer of sharers) await sharer.letGo()
  await owner.has()
  expect(has).not.toContain('later')
  await owner.letGo()
  await later.has()
  await later.letGo()
})

test('one assignment keeps nobody from another, though they were made at the same time', async () => {
  // Uuids of version 7: the first half is the time.
  const first = '01930f5e-8a5c-7c3e-9d1b-2f6b8f0c1a2b'
  const { take } = createQueue()
  const owner = take('owner', ownAssignment, first)
  await owner.has()
  for (const other of [`${first.slice(0, -1)}c`, first.replace('-9d1b', '-9d1c')]) {
    const stranger = take(other, ownAssignment, other)
    await stranger.has()
    await stranger.letGo()
  }
  await owner.letGo()
})

test('those are found that somebody has alone or waits to have alone, and none that are shared; nobody waits for it', async () => {
  const [owned, wanted, shared, free] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const { take } = createQueue()
  const holders = [
    take('owner', ownAssignment, owned),
    take('sharer of the wanted', shareAssignment, wanted),
    take('sharer', shareAssignment, shared),
  ]
  for (const holder of holders) await holder.has()
  const waits = take('waits', ownAssignment, wanted)
  await eventually(async () => (await waiting(url)) === 1)
  expect(await findHeld(database, [free, shared, wanted, owned, owned])).toEqual(new Set([owned, wanted]))
  for (const holder of holders) await holder.letGo()
  await waits.has()
  await waits.letGo()
  // Whoever asked has kept none.
  const after = take('after', ownAssignment, free)
  await after.has()
  await after.letGo()
  expect(await findHeld(database, [free, shared, wanted, owned])).toEqual(new Set())
})

test('several are shared in one order, each once, however they are named', async () => {
  const ids = Array.from({ length: 20 }, () => randomUUID())
  const locks = assignmentLocks(ids)
  expect(new Set(locks).size).toBe(20)
  expect(assignmentLocks([...ids.toReversed(), ...ids])).toEqual(locks)
  expect(locks.map(BigInt).every((lock, index) => index === 0 || lock > BigInt(locks[index - 1]!))).toBe(true)
  // Who wants one of them alone and who shares all of them in other orders come past each other.
  const rounds = Array.from({ length: 10 }, async (_, round) => {
    const order = round % 2 === 0 ? ids : ids.toReversed()
    await database.$transaction(transaction => shareAssignments(transaction, order))
    await database.$transaction(transaction => ownAssignment(transaction, ids[round]!))
  })
  await Promise.all(rounds)
})
