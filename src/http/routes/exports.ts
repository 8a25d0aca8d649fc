import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { attemptExportQuerySchema, gradebookQuerySchema } from '../../contracts/exports.js'
import type { Download } from '../../services/download.js'
import { openAttemptExport } from '../../services/export-attempts.js'
import { openGradebook } from '../../services/gradebook.js'
import type { SubmissionServices } from '../../services/submit-attempt.js'
import { principalOf } from '../authentication.js'
import { NDJSON } from '../ndjson.js'
import { createStreamedReplies } from '../streamed-reply.js'
import { assignmentPath, coursePath, refusals, type ZodApp } from './route-parts.js'

const CSV = 'text/csv; charset=utf-8'

const BROKEN_OFF =
  'It is made while it is sent: where something goes wrong on the way the connection is broken off, and what has arrived ' +
  'is not the whole.'

const csvSchema = {
  description: 'the gradebook, RFC 4180',
  content: { 'text/csv': { schema: z.string() } },
}

const linesSchema = {
  description: 'a line an attempt',
  content: { [NDJSON]: { schema: z.string() } },
}

type ExportServices = SubmissionServices & { readonly isUnavailable: (error: unknown) => boolean }

/** The routes of whole downloads. */
export function registerExportRoutes(app: ZodApp, services: ExportServices): void {
  const streamed = createStreamedReplies(app, services.isUnavailable)

  app.get(
    '/v1/courses/:course/gradebook.csv',
    {
      schema: {
        tags: ['progress'],
        summary: 'Download the gradebook',
        description:
          'A row a learner, by key, instructors left out: `learner`, `name`, a column for every assignment by key, named with ' +
          'the most points it gives now, as in `week-1 (10)`; then over all assignments `total points`, `total max` ' +
          '(as the attempts of the learner were graded), `credit percent` (the mean of the credits), `attempts` and ' +
          '`last submitted`. The numbers are those of the progress. What was not begun is an empty cell. ' +
          'With `value=credit` the columns hold credits from 0 to 1, with `value=attempts` how many attempts were made. ' +
          'A text that a spreadsheet would take for a formula has an apostrophe before it: keys that begin with ' +
          '`+`, `-` or `@` too. Each row is as things stand when it is read. ' +
          BROKEN_OFF,
        params: coursePath,
        querystring: gradebookQuerySchema,
        response: { 200: csvSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { course } = request.params
      const download = await openGradebook(services, principalOf(request), course, request.query)
      const body = await streamed.bodyOf(request, reply.raw, download)
      return asFile(reply, download, CSV).send(body)
    },
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/attempts.ndjson',
    {
      schema: {
        tags: ['attempts'],
        summary: 'Download all attempts',
        description:
          'A line an attempt, as the list of attempts has it, in the order of their ids, oldest first. To go on later, or ' +
          'after a broken connection, send the `id` of the last whole line as `after`. Attempts of the last two minutes are ' +
          'left for the next time: servers store side by side, and one with a smaller id may still be stored. So nothing is ' +
          'ever missed by going on after the last id. With `tail=true` the latest are sent as well; then what is stored ' +
          'meanwhile may have a smaller id than the last line, so go on after a line that was submitted two minutes earlier, ' +
          'and skip the ids you have. A regrading changes attempts that were sent before: send for all of them again. ' +
          BROKEN_OFF,
        params: assignmentPath,
        querystring: attemptExportQuerySchema,
        response: { 200: linesSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const download = await openAttemptExport(services, principalOf(request), request.params, request.query)
      const body = await streamed.bodyOf(request, reply.raw, download)
      return asFile(reply, download, NDJSON).send(body)
    },
  )
}

/** A reply that a browser saves, and nobody else on its way. */
function asFile(reply: Pick<FastifyReply, 'header'>, { fileName }: Download, type: string): FastifyReply {
  return reply
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .header('cache-control', 'no-store')
}
