import { afterAll, describe, expect, test } from 'vitest'
import { hold, waiting } from '../support/hold.js'
import {
  CLASS,
  createClassroom,
  createRunner,
  hoursOn as iso,
  type ReadAttempt,
} from '../support/regrading.js'
import { eventually } from '../support/server.js'

const { service, tenant, teacher, runner, regraded, close } = await createClassroom()
afterAll(close)

describe('a dry run', () => {
  test('changes nothing, and lists exactly what a real one then changes', async () => {
    const url = await teacher.assign({ dueAt: iso(5) })
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 }, dueAt: iso(2), lateCredit: 0.5 })
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    const dry = await regraded(url, { dryRun: true })
    expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
    const listed = await teacher.changes(dry.id)
    const real = await regraded(url)
    expect({ ...dry, id: '', dryRun: false }).toEqual({ ...real, id: '' })
    expect(listed).toEqual(await teacher.changes(real.id))
    expect(dry.changed).toBe(listed.length)
    // What is listed is what has changed, from what it was to what it is.
    const after = new Map((await teacher.attempts(url)).map(attempt => [attempt.id, attempt]))
    const changed = (before[0] as ReadAttempt[]).flatMap(old => {
      const now = after.get(old.id)!
      const pick = ({ credit, points, maxPoints, late }: ReadAttempt) => ({ credit, points, maxPoints, late })
      const boxesChanged = old.boxes.filter(({ status }, index) => status !== now.boxes[index]!.status).length
      if (boxesChanged === 0 && JSON.stringify(pick(old)) === JSON.stringify(pick(now))) return []
      return [
        {
          attempt: old.id,
          learner: old.learner,
          number: old.number,
          before: pick(old),
          after: pick(now),
          boxesChanged,
        },
      ]
    })
    expect(changed.length).toBeGreaterThan(2)
    expect(changed.length).toBeLessThan(CLASS.length)
    expect(listed).toEqual(changed)
  })

  test('keeps no verdicts', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await regraded(url, { dryRun: true })
    const rows = await service.database.regradedAttempt.findMany({ where: { jobId: id } })
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.boxes).toBeNull()
  })
})

describe('what nobody reads any more goes', () => {
  const listed = (jobId: string) => service.database.regradedAttempt.count({ where: { jobId } })

  async function changed(): Promise<string> {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    return url
  }

  test.each([false, true])('folded progress, once the job is done; dryRun: %s', async dryRun => {
    const url = await changed()
    const { id } = await teacher.regrade(url, { dryRun })
    const { step, runUntilIdle } = runner()
    await step()
    const folded = () => service.database.regradedProgress.count({ where: { jobId: id } })
    expect(await folded()).toBeGreaterThan(0)
    await runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
    expect(await folded()).toBe(0)
  })

  test('the list of a dry run, when the next job of its assignment begins, and of no other', async () => {
    const [url, other] = [await changed(), await changed()]
    const real = await regraded(other)
    await teacher.change(other, { tolerance: { decimals: 1 } })
    const [dry, otherDry] = [await regraded(url, { dryRun: true }), await regraded(other, { dryRun: true })]
    const before = await listed(otherDry.id)
    expect(await teacher.changes(dry.id)).toHaveLength(dry.changed)
    const { id } = await teacher.regrade(url, { dryRun: true })
    expect(await teacher.changes(dry.id)).toHaveLength(dry.changed)
    await runner().runUntilIdle()
    expect(await listed(dry.id)).toBe(0)
    expect(await teacher.job(dry.id)).toEqual(dry)
    const gone = await service.call(`GET /v1/jobs/${dry.id}/changes`, { key: tenant.key })
    expect(gone).toMatchObject({ status: 410, body: { code: 'changes-dropped' } })
    expect(await listed(id)).toBeGreaterThan(0)
    expect(await listed(otherDry.id)).toBe(before)
    expect(before).toBeGreaterThan(0)
    // What has stood once is history, whatever stands by now.
    await regraded(other)
    expect(await listed(otherDry.id)).toBe(0)
    expect(await teacher.changes(real.id)).toHaveLength(real.changed)
  })

  test('whoever was reading it page by page is told, and does not take a part of it for all', async () => {
    const url = await changed()
    const { id } = await regraded(url, { dryRun: true })
    const page = (cursor: string) =>
      service.call(`GET /v1/jobs/${id}/changes?limit=1${cursor}`, { key: tenant.key })
    const { nextCursor } = (await page('')).body as { nextCursor: string }
    await teacher.regrade(url)
    const { regrading } = service.services
    const dropping = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        dropNeverStanding: async job => {
          await regrading.dropNeverStanding(job, 1)
          return false
        },
      },
    })
    await dropping.step()
    const gone = { status: 410, body: { code: 'changes-dropped' } }
    expect(await page(`&cursor=${nextCursor}`)).toMatchObject(gone)
    expect(await listed(id)).toBeGreaterThan(0)
    expect(await page('')).toMatchObject(gone)
    await dropping.runUntilIdle()
  })

  test('be it in the middle of a page', async () => {
    const url = await changed()
    const { id } = await regraded(url, { dryRun: true })
    const holder = await hold(service.url, 'LOCK TABLE regraded_attempts')
    const page = service.call(`GET /v1/jobs/${id}/changes`, { key: tenant.key })
    await eventually(async () => (await waiting(service.url)) === 1)
    await holder.run('DELETE FROM regraded_attempts WHERE job_id = $1', [id])
    await holder.run('UPDATE jobs SET changes_dropped = true WHERE id = $1', [id])
    await holder.letGo()
    expect(await page).toMatchObject({ status: 410, body: { code: 'changes-dropped' } })
  })

  test('few rows a transaction, each of which takes the lease anew', async () => {
    const url = await changed()
    const { id } = await regraded(url, { dryRun: true })
    const before = await listed(id)
    const left: number[] = []
    const { regrading } = service.services
    const slow = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        dropNeverStanding: async job => {
          const more = await regrading.dropNeverStanding(job, 1)
          left.push(await listed(id))
          return more
        },
      },
    })
    await teacher.regrade(url)
    await slow.runUntilIdle()
    expect(before).toBeGreaterThan(1)
    expect(left).toEqual([...Array.from({ length: before }, (_, dropped) => before - 1 - dropped), 0])
  })
})
