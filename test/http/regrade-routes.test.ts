import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { JobView } from '../../src/contracts/job.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { CLASS, createClassroom, hoursOn as iso } from '../support/regrading.js'

const { service, tenant, teacher, runner, regraded, close } = await createClassroom()
afterAll(close)

describe('the routes', () => {
  test('asking answers 202 with the place of the job; without a body it is a real one', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const answer = await service.call(`POST ${url}/regrade`, { key: tenant.key })
    const body = answer.body as JobView
    expect(answer).toMatchObject({ status: 202, headers: { location: `/v1/jobs/${body.id}` } })
    expect(body).toMatchObject({
      kind: 'regrade',
      course: 'algebra',
      dryRun: false,
      status: 'queued',
      done: 0,
      total: CLASS.length,
      finishedAt: null,
    })
    await runner().runUntilIdle()
  })

  test('asking again while it waits or works is the same job, unless something else is asked', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const asked = () => teacher.regrade(url)
    const { id } = await asked()
    expect((await asked()).id).toBe(id)
    const both = await Promise.all([asked(), asked()])
    expect(both.map(job => job.id)).toEqual([id, id])
    const working = runner()
    await working.step()
    expect((await asked()).id).toBe(id)
    expect((await teacher.regrade(url, { dryRun: true })).id).not.toBe(id)
    await teacher.call(`PUT ${url}/overrides/ada`, { dueAt: iso(1) })
    const other = await asked()
    expect(other.id).not.toBe(id)
    await working.runUntilIdle()
    expect((await asked()).id).not.toBe(other.id)
    await runner().runUntilIdle()
  })

  test('a change of policy while a job is being asked for is the policy that it applies', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const { jobs } = service.services
    vi.spyOn(jobs, 'request').mockImplementationOnce(async draft => {
      await teacher.change(url, { points: 30 })
      return jobs.request(draft)
    })
    const { id, policyRevision } = await teacher.regrade(url)
    expect(policyRevision).toBe(2)
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', changed: CLASS.length })
    for (const { maxPoints } of await teacher.attempts(url)) expect(maxPoints).toBe(30)
  })

  test('a job of another tenant, of a course that the key may not touch, and no job are one and the same 404', async () => {
    const url = await teacher.assign()
    const { id } = await regraded(url)
    const stranger = await service.tenant(`stranger ${url}`.replaceAll(/[^a-z0-9]/g, '-'))
    const { key: restricted } = await service.key(tenant.id, SCOPES, ['geometry'])
    const { key: allowed } = await service.key(tenant.id, SCOPES, ['algebra'])
    for (const path of ['', '/changes']) {
      const missing = await service.call(`GET /v1/jobs/${randomUUID()}${path}`, { key: tenant.key })
      expect(missing).toMatchObject({ status: 404, body: { code: 'not-found' } })
      for (const key of [stranger.key, restricted]) {
        expect((await service.call(`GET /v1/jobs/${id}${path}`, { key })).body).toEqual(missing.body)
      }
      expect((await service.call(`GET /v1/jobs/nothing${path}`, { key: tenant.key })).body).toEqual(
        missing.body,
      )
      expect((await service.call(`GET /v1/jobs/${id}${path}`, { key: allowed })).status).toBe(200)
    }
  })

  test.each([
    ['{"dryRun":"yes"}', '/dryRun', 'wrong-type'],
    ['{"dry":true}', '/dry', 'unknown-field'],
    ['[]', '', 'wrong-type'],
  ])('the body %s is refused', async (text, path, code) => {
    const url = await teacher.assign()
    const answer = await service.call(`POST ${url}/regrade`, { key: tenant.key, text })
    expect(answer.status).toBe(422)
    expect((answer.body as { errors: { path: string; code: string }[] }).errors[0]!.path).toBe(path)
    if (path !== '') expect(answer.body).toMatchObject({ errors: [{ code }] })
  })

  test('an assignment without attempts is done at once', async () => {
    const url = await teacher.assign()
    expect(await regraded(url)).toMatchObject({ status: 'done', done: 0, total: 0, changed: 0 })
  })
})
