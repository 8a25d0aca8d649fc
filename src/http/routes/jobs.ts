import { z } from 'zod'
import { changeSchema, jobSchema, regradeBodySchema } from '../../contracts/job.js'
import { pageOf, pageQuerySchema } from '../../contracts/text.js'
import { asPage } from '../../services/cursors.js'
import { listChanges, readJob, type JobServices } from '../../services/jobs.js'
import { requestRegrade } from '../../services/request-regrade.js'
import { principalOf } from '../authentication.js'
import { assignmentPath, refusals, type ZodApp } from './route-parts.js'

/** What is no id of a job names none: that is 404, like an id that nobody has. */
const jobPath = z.strictObject({ id: z.string().meta({ format: 'uuid' }) })

/** The routes of regrading and its jobs. */
export function registerJobRoutes(app: ZodApp, services: JobServices): void {
  const tags = ['regrading']

  app.post(
    '/v1/courses/:course/assignments/:assignment/regrade',
    {
      schema: {
        tags,
        summary: 'Grade all attempts again',
        description:
          'Grades what was typed under the policy and graph version that the assignment has now, as a job. The old ' +
          'results stand until it is done. While a job waits or works for the same policy, that one is answered.',
        params: assignmentPath,
        body: regradeBodySchema,
        response: { 202: jobSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const body = request.body ?? { dryRun: false }
      const job = await requestRegrade(services, principalOf(request), request.params, body)
      return reply.code(202).header('location', `/v1/jobs/${job.id}`).send(job)
    },
  )

  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        tags,
        summary: 'How far a job has come',
        params: jobPath,
        response: { 200: jobSchema, ...refusals },
      },
    },
    request => readJob(services, principalOf(request), request.params.id),
  )

  app.get(
    '/v1/jobs/:id/changes',
    {
      schema: {
        tags,
        summary: 'The attempts that a job changes, or would change',
        description:
          'In the order in which the attempts were made; complete once the job is done. What a dry run or a job that ' +
          'failed has found is kept until the next job of the assignment begins: 410 `changes-dropped` after that.',
        params: jobPath,
        querystring: pageQuerySchema,
        response: { 200: pageOf(changeSchema), ...refusals },
      },
    },
    async request =>
      asPage(await listChanges(services, principalOf(request), request.params.id, request.query)),
  )
}
