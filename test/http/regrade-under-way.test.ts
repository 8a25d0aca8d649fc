import { afterAll, describe, expect, test, vi } from 'vitest'
import { CLASS, createClassroom, createRunner, recount, RIGHT } from '../support/regrading.js'

const { service, teacher, runner, regraded, expectRecount, close } = await createClassroom()
afterAll(close)

describe('while it is under way', () => {
  test('every reader sees the old results until the last step, and then all of the new ones', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    const before = [await teacher.attempts(url), await teacher.progress(url)]
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const { step } = runner()
    const done: number[] = []
    for (;;) {
      const job = await teacher.job(id)
      if (job.status === 'done') break
      expect([await teacher.attempts(url), await teacher.progress(url)]).toEqual(before)
      done.push(job.done)
      await step()
    }
    expect(done).toEqual([0, 2, 4, 6, 8])
    expect(await teacher.attempts(url)).not.toEqual(before[0])
    await expectRecount(url, {})
  })

  test('attempts that arrive between its steps, before and behind it, are covered', async () => {
    const url = await teacher.assign({ keep: 'mean' })
    await teacher.submitAll(url)
    await teacher.change(url, { keep: 'mean', tolerance: { decimals: 0 }, points: 20 })
    const { id } = await teacher.regrade(url)
    const { step, runUntilIdle } = runner()
    for (const learner of ['aaron', 'ada', 'zoe', 'bob', 'ada']) {
      await step()
      await teacher.submit(url, { learner, answers: { a: '11.4', J: '5' }, hour: 7 })
    }
    // Graded while the old policy was still the assignment's, as one that was on its way then.
    await service.database.$executeRaw`
      UPDATE attempts SET credit = 0, earned_millionths = 0, points = 0, policy_revision = 1
      WHERE learner = 'aaron' OR (learner = 'ada' AND number = 4)`
    await runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 13, total: 13 })
    for (const { credit, maxPoints } of (await teacher.attempts(url)).slice(CLASS.length)) {
      expect({ credit, maxPoints }).toEqual({ credit: 0.2, maxPoints: 20 })
    }
    await expectRecount(url, { keep: 'mean', points: 20 })
  })

  test('what is graded under a later policy keeps that result', async () => {
    const url = await teacher.assign()
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 0 })
    await teacher.submit(url, { learner: 'bob', answers: { a: '11.4' }, hour: 0 })
    await teacher.change(url, { tolerance: { decimals: 0 }, points: 20 })
    const { id } = await teacher.regrade(url)
    await teacher.change(url, { points: 30 })
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 0 })
    await runner().runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', policyRevision: 2, changed: 2 })
    expect(await teacher.attempts(url)).toMatchObject([
      { learner: 'ada', credit: 0.2, points: 4, maxPoints: 20 },
      { learner: 'bob', credit: 0.2, points: 4, maxPoints: 20 },
      { learner: 'ada', credit: 0, points: 0, maxPoints: 30 },
    ])
    const progress = await teacher.progress(url)
    expect(progress.get('ada')).toMatchObject({ credit: 0.2, points: 6, maxPoints: 30 })
    expect(progress.get('bob')).toMatchObject({ credit: 0.2, points: 4, maxPoints: 20 })
  })

  test.each(['first', 'last', 'mean'])(
    'of someone who submits once the policy keeps the %s attempt, that one is kept',
    async keep => {
      const url = await teacher.assign()
      for (const learner of ['ada', 'bob']) {
        await teacher.submit(url, { learner, answers: { a: '11' }, hour: 0 })
        await teacher.submit(url, { learner, answers: RIGHT, hour: 0 })
        await teacher.submit(url, { learner, answers: { a: '10' }, hour: 0 })
      }
      await teacher.regrade(url)
      await teacher.change(url, { keep })
      for (const answers of [
        { a: '11', J: '121' },
        { a: '10', J: '121' },
      ]) {
        await teacher.submit(url, { learner: 'ada', answers, hour: 0 })
      }
      await runner().runUntilIdle()
      const own = (await teacher.attempts(url)).filter(({ learner }) => learner === 'ada')
      expect((await teacher.progress(url)).get('ada')).toMatchObject(recount(own, { keep }))
      expect((await teacher.progress(url)).get('bob')).toMatchObject({ credit: 1 })
    },
  )

  test('an erasure in the middle leaves no row of that person', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    await teacher.regrade(url)
    const { step, runUntilIdle } = runner()
    await step()
    await step()
    for (const learner of ['ada', 'bob']) {
      await teacher.call(`DELETE /v1/courses/algebra/members/${learner}`)
    }
    // One of them comes back, with an attempt that has the number of one that was looked at.
    await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
    await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 8 })
    await runUntilIdle()
    const attempts = await teacher.attempts(url)
    expect(attempts.map(({ learner }) => learner)).toEqual(['cyd', 'dan', 'ada'])
    expect(attempts.at(-1)).toMatchObject({ number: 1, credit: 0.2 })
    await expectRecount(url, {})
    const where = { learner: 'bob' }
    for (const count of [
      service.database.attempt.count({ where }),
      service.database.progress.count({ where }),
      service.database.regradedAttempt.count({ where }),
      service.database.regradedProgress.count({ where }),
      service.database.job.count({ where: { cursorLearner: { not: null } } }),
    ]) {
      expect(await count).toBe(0)
    }
    await teacher.call('PUT /v1/courses/algebra/members/bob', { role: 'learner' })
  })

  test('a submission that is on its way while the policy changes and a regrading ends is graded under the new one', async () => {
    const url = await teacher.assign()
    const { writer } = service.services
    vi.spyOn(writer, 'write').mockImplementationOnce(async (...given) => {
      await teacher.change(url, { tolerance: { decimals: 0 }, points: 20 })
      await regraded(url)
      return writer.write(...given)
    })
    await teacher.submit(url, { learner: 'new', answers: { a: '11.4', J: '5' }, hour: 0 })
    expect(await teacher.attempts(url)).toMatchObject([{ number: 1, credit: 0.2, maxPoints: 20 }])
    await expectRecount(url, { points: 20 })
  })

  test('submissions, changes of policy and regradings all at once end in what the last policy makes of all', async () => {
    const url = await teacher.assign()
    const submissions = Array.from({ length: 30 }, async (_, index) => {
      const learner = `crowd-${String(index % 10)}`
      await teacher.submit(url, { learner, answers: { a: '11.4', J: '121', da_dw: String(index) }, hour: 0 })
    })
    const upheaval = async (): Promise<void> => {
      for (const points of [1, 2, 3, 4]) {
        await teacher.change(url, { points, tolerance: { decimals: points % 2 } })
        await regraded(url)
      }
    }
    await Promise.all([...submissions, upheaval()])
    await teacher.change(url, { points: 50, tolerance: { decimals: 0 } })
    await regraded(url)
    const attempts = await teacher.attempts(url)
    expect(attempts).toHaveLength(30)
    for (const { maxPoints } of attempts) expect(maxPoints).toBe(50)
    await expectRecount(url, { points: 50 })
  })

  test('an erasure between reading a page and storing it is left out', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const { regrading } = service.services
    let erased = false
    const racing = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        write: async (...args) => {
          if (!erased) await teacher.call('DELETE /v1/courses/algebra/members/ada')
          erased = true
          return regrading.write(...args)
        },
      },
    })
    await racing.runUntilIdle()
    expect(await teacher.job(id)).toMatchObject({ status: 'done', done: 5 })
    expect(await service.database.regradedProgress.count({ where: { learner: 'ada' } })).toBe(0)
    await expectRecount(url, {})
    await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
  })

  test('someone who is erased and comes back between two reads is no failure', async () => {
    const url = await teacher.assign()
    await teacher.submitAll(url)
    await teacher.change(url, { tolerance: { decimals: 0 } })
    const { id } = await teacher.regrade(url)
    const { regrading } = service.services
    let returned = false
    const racing = createRunner({
      ...service.services,
      regrading: {
        ...regrading,
        learners: async (job, attempts) => {
          if (!returned && attempts.some(({ learner, number }) => learner === 'ada' && number === 4)) {
            returned = true
            await teacher.call('DELETE /v1/courses/algebra/members/ada')
            await teacher.call('PUT /v1/courses/algebra/members/ada', { role: 'learner' })
            await teacher.submit(url, { learner: 'ada', answers: { a: '11.4' }, hour: 7 })
          }
          return regrading.learners(job, attempts)
        },
      },
    })
    for (let count = 0; count < CLASS.length / 2; count += 1) await racing.step()
    for (const hour of [6, 7]) await teacher.submit(url, { learner: 'ada', answers: RIGHT, hour })
    await racing.runUntilIdle()
    expect(returned).toBe(true)
    expect(await teacher.job(id)).toMatchObject({ status: 'done' })
    await expectRecount(url, {})
  })
})
