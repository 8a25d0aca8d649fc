/**
 * What regrading 100,000 stored attempts of 10,000 learners on 13 boxes takes: time, memory over the run, and whether the
 * result is right. On a Postgres of its own with its usual settings.
 */
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { pino } from 'pino'
import { assignmentBodySchema } from '../../src/contracts/course.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { openRuntime, prepareDatabase } from '../../src/runtime.js'
import { readConfig } from '../../src/config.js'
import { createTenant } from '../../src/services/api-keys.js'
import { putCourse } from '../../src/services/courses.js'
import { createJobRunner } from '../../src/services/job-runner.js'
import { readJob } from '../../src/services/jobs.js'
import { putAssignment } from '../../src/services/put-assignment.js'
import { requestRegrade } from '../../src/services/request-regrade.js'
import type { Services } from '../../src/services/services.js'
import { temporaryFolder } from '../support/server.js'
import { findWrong, GRADED_UNDER, REGRADED_UNDER, storeAttempts } from '../support/stored-attempts.js'

const COUNT = { learners: 10_000, attemptsEach: 10 }
const PLACE = { course: 'bench', assignment: 'week-1' }

export async function benchRegrade(): Promise<void> {
  const folder = await temporaryFolder()
  const log = pino({ level: 'warn' })
  const config = readConfig({ CHAINMARK_DATA: folder.path })
  const runtime = await openRuntime(config, {
    log: message => {
      log.debug(message)
    },
    attach: false,
  })
  try {
    await prepareDatabase(config, runtime)
    await regrade(runtime.services, runtime.databaseUrl)
  } finally {
    await runtime.close()
    await folder.remove()
  }
}

async function regrade(services: Services, url: string): Promise<void> {
  const tenant = await createTenant(services.tenants, services.effects, { key: 'bench', name: 'Bench' })
  if (tenant === undefined) throw new Error('the tenant exists')
  const principal = { keyId: '', tenantId: tenant.id, scopes: new Set(SCOPES), courses: [] }
  const put = (policy: object) =>
    putAssignment(
      services,
      principal,
      PLACE.course,
      PLACE.assignment,
      assignmentBodySchema.parse({ graph: 'lab-network1', ...policy }),
    )
  await putCourse(services, principal, PLACE.course, { title: 'Bench' })
  await put(GRADED_UNDER)
  await storeAttempts(url, PLACE, COUNT)
  await put(REGRADED_UNDER)
  const { id, total } = await requestRegrade(services, principal, PLACE, { dryRun: false })
  const runner = createJobRunner(services, {
    ownerId: randomUUID(),
    onError: error => {
      throw error
    },
  })
  const memory: number[] = []
  let slowest = 0
  const start = performance.now()
  for (let working = true; working;) {
    const step = performance.now()
    working = await runner.step()
    slowest = Math.max(slowest, performance.now() - step)
    memory.push(process.memoryUsage.rss() / 2 ** 20)
  }
  const seconds = (performance.now() - start) / 1000
  const job = await readJob(services, principal, id)
  const wrong = await findWrong(url, PLACE, REGRADED_UNDER)
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    Math.max(...memory.slice((tenth * memory.length) / 10, ((tenth + 1) * memory.length) / 10)).toFixed(0),
  )
  console.log(`${String(total)} attempts: ${seconds.toFixed(1)} s, ${String(job.changed)} changed`)
  console.log(
    `${((seconds * 1e6) / total).toFixed(0)} µs an attempt; the longest step ${slowest.toFixed(0)} ms`,
  )
  console.log(`resident memory over the run, the most of each tenth: ${tenths.join(' ')} MB`)
  console.log(
    `status ${job.status}; wrong: ${String(wrong.attempts)} attempts, ${String(wrong.learners)} learners`,
  )
}
