import { afterAll, describe, expect, test } from 'vitest'
import { hold } from '../support/hold.js'
import { CLASS, createClassroom, createRunner, hoursOn as iso, withoutId } from '../support/regrading.js'

const { service, teacher, runner, endLease, expectRecount, close } = await createClassroom()
afterAll(close)

const view = async (url: string) => (await teacher.attempts(url)).map(withoutId)

describe('crashes and company', () => {
  /** All that a job has left, without what differs from run to run. */
  async function outcome(url: string, job: string) {
    const key = url.slice(url.lastIndexOf('/') + 1)
    const { id } = await service.database.assignment.findFirstOrThrow({ where: { key } })
    const strip = (rows: object[]) =>
      rows.map(row => ({
        ...row,
        id: '',
        assignmentId: '',
        jobId: '',
        attemptId: '',
        createdAt: '',
        finishedAt: '',
      }))
    const order = [{ learner: 'asc' as const }, { number: 'asc' as const }]
    const row = await service.database.job.findUniqueOrThrow({ where: { id: job }, omit: { policy: true } })
    return {
      job: strip([row]),
      attempts: strip(
        await service.database.regradedAttempt.findMany({ where: { jobId: job }, orderBy: order }),
      ),
      folded: strip(
        await service.database.regradedProgress.findMany({
          where: { jobId: job },
          orderBy: { learner: 'asc' },
        }),
      ),
      progress: strip(
        await service.database.progress.findMany({
          where: { assignmentId: id },
          orderBy: { learner: 'asc' },
        }),
      ),
      read: await view(url),
    }
  }

  async function prepared(): Promise<{ url: string; id: string }> {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 }, keep: 'mean', dueAt: iso(4), lateCredit: 0.5 })
    return { url, id: (await teacher.regrade(url)).id }
  }

  test.each([1, 2, 3, 4])(
    'abandoned after %i steps, it is finished by another with the same result',
    async steps => {
      const undisturbed = await prepared()
      await runner().runUntilIdle()
      const expected = await outcome(undisturbed.url, undisturbed.id)

      const { url, id } = await prepared()
      const abandoned = runner()
      for (let count = 0; count < steps; count += 1) await abandoned.step()
      const other = runner()
      expect(await other.step()).toBe(false) // As long as the lease lasts, nobody else touches it.
      await endLease(id)
      expect(await other.step()).toBe(true)
      // Whoever wakes up late writes nothing any more, be it that it never heard of the crash.
      expect(await abandoned.step()).toBe(true)
      await other.runUntilIdle()
      await abandoned.runUntilIdle()
      expect(await outcome(url, id)).toEqual(expected)
    },
  )

  test('what arrived late and was looked at before a crash is not counted twice after it', async () => {
    const { url, id } = await prepared()
    const abandoned = runner()
    for (let count = 0; count < CLASS.length / 2; count += 1) await abandoned.step()
    const arrive = async (learner: string) => {
      for (const hour of [1, 5]) await teacher.submit(url, { learner, answers: { a: '11.4' }, hour })
    }
    await arrive('aaron')
    await abandoned.step()
    // Beyond the place to which the job had come in order.
    await arrive('zoe')
    await abandoned.step()
    expect(await teacher.job(id)).toMatchObject({ status: 'running', done: CLASS.length + 4 })
    await endLease(id)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: CLASS.length + 4 })
    await expectRecount(url, { keep: 'mean', lateCredit: 0.5 })
  })

  test('a holder that is overtaken between reading and writing writes nothing', async () => {
    const undisturbed = await prepared()
    await runner().runUntilIdle()
    const expected = await outcome(undisturbed.url, undisturbed.id)
    const { url, id } = await prepared()
    const { regrading } = service.services
    const other = runner()
    let overtaken = 0
    const slow = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          await endLease(id)
          await other.step()
          overtaken += 1
          return regrading.write(...args)
        },
      },
    })
    await slow.runUntilIdle()
    await other.runUntilIdle()
    expect(overtaken).toBe(1)
    expect(await outcome(url, id)).toEqual(expected)
  })

  test('a job whose holder is just writing is left to it, though its lease has ended, and keeps no other waiting', async () => {
    const { id } = await prepared()
    await runner().step()
    const other = await prepared()
    await endLease(id)
    const holder = await hold(
      service.url,
      `UPDATE jobs SET status = 'done', lease_owner = NULL, lease_until = NULL WHERE id = $1`,
      [id],
    )
    await runner().runUntilIdle()
    expect(await teacher.job(other.id)).toMatchObject({ status: 'done' })
    await holder.letGo()
    expect(await runner().step()).toBe(false)
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
  })

  test('two at once on one job do it once', async () => {
    const undisturbed = await prepared()
    await runner().runUntilIdle()
    const expected = await outcome(undisturbed.url, undisturbed.id)
    const { url, id } = await prepared()
    await Promise.all([runner().runUntilIdle(), runner().runUntilIdle()])
    expect(await outcome(url, id)).toEqual(expected)
  })

  test('the jobs of an assignment are done one after another, as they were asked for', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const first = await teacher.regrade(url)
    await teacher.change(url, { keep: 'last' })
    const second = await teacher.regrade(url)
    expect(second.id).not.toBe(first.id)
    const [one, other] = [runner(), runner()]
    await one.step()
    expect(await other.step()).toBe(false)
    expect(await teacher.job(second.id)).toMatchObject({ status: 'queued' })
    await one.runUntilIdle()
    expect(await teacher.job(second.id)).toMatchObject({ status: 'done' })
    await expectRecount(url, { keep: 'last' })
  })

  test('a started runner does what its process asks for at once, and stops between two steps', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { regrading } = service.services
    const started = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          const written = await regrading.write(...args)
          void started.stop()
          return written
        },
      },
    })
    started.start()
    const { id } = await teacher.regrade(url)
    await started.stop()
    const { status, done } = await teacher.job(id)
    expect(['queued', 'running']).toContain(status)
    expect(done).toBeLessThanOrEqual(2)
    await runner().runUntilIdle() // Not kept waiting by a lease.
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 8 })
  })
})
