import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { attemptAnswerSchema, batchBodySchema } from '../../contracts/attempt.js'
import type { Pause } from '../../services/patience.js'
import { openBatch, type BatchResult } from '../../services/submit-batch.js'
import type { SubmissionServices } from '../../services/submit-attempt.js'
import { principalOf } from '../authentication.js'
import { addItems, addLines, BATCH_BYTES, readAttempt, registerBatchBodies } from '../batch-bodies.js'
import { NDJSON } from '../ndjson.js'
import { problemFor, problemSchema } from '../problems.js'
import { assignmentPath, refusals, type ZodApp } from './route-parts.js'

/** Pieces of an answer that may wait for a client that reads slowly, before no more attempts of its batch are begun. */
const PIECES_AHEAD = 8

const batchResultSchema = z.strictObject({
  index: z.int().describe('its place in what was sent, from 0'),
  status: z.int().describe('what it would have been answered with by itself: 201 for one that is stored'),
  attempt: attemptAnswerSchema.optional(),
  replayed: z.literal(true).optional().describe('stored by an earlier request'),
  problem: problemSchema.optional(),
})

/** What a batch is answered with. */
export const batchAnswerSchema = z.strictObject({ items: z.array(batchResultSchema) })

type BatchServices = SubmissionServices & {
  readonly isUnavailable: (error: unknown) => boolean
  /** Resolves after so many milliseconds; without it, by the clock of the process. */
  readonly pause?: Pause
}

/** The route that takes many attempts at once. */
export function registerAttemptBatchRoute(app: ZodApp, services: BatchServices): void {
  void app.register((scope, _options, done) => {
    registerBatchBodies(scope)
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/v1/courses/:course/assignments/:assignment/attempts/batch',
      {
        bodyLimit: BATCH_BYTES,
        schema: {
          tags: ['attempts'],
          summary: 'Grade and store up to 1,000 attempts',
          description:
            'Each stands for itself: one that is refused fails alone. Answers come in order, each once its attempt is ' +
            'committed. A body of `application/x-ndjson` has an attempt a line, is read as it arrives, and is answered in ' +
            'the same form unless `Accept` says `application/json`; each of its attempts is received when its line is. ' +
            'An attempt has at most 256 KiB. Where more is submitted than can be stored, the batch waits a while before ' +
            'it refuses any; the problem of an attempt that may be sent again says so with `retryAfter`. After a broken ' +
            'connection send all of it again: idempotency keys keep what was stored from being stored twice.',
          params: assignmentPath,
          body: batchBodySchema,
          response: { 200: batchAnswerSchema, ...refusals },
        },
      },
      async (request, reply) => {
        const { body } = request as { body: unknown }
        const batch = await openBatch(services, principalOf(request), {
          ...request.params,
          read: readAttempt,
          pause: services.pause,
        })
        const sentLines = body instanceof Readable
        if (sentLines) void addLines(batch, body, request, reply, services.effects.now)
        else addItems(batch, request.body, request)
        const form = wantsLines(request, sentLines) ? LINES : LIST
        const view = (result: BatchResult) =>
          viewResult(result, request, services, sentLines ? '' : `/items/${String(result.index)}`)
        return reply
          .type(form.type)
          .serializer((payload: unknown) => payload as string)
          .send(
            Readable.from(writeAnswer(batch.results(), form, view), { highWaterMark: PIECES_AHEAD }) as never,
          )
      },
    )
    done()
  })
}

/** The two forms of an answer. */
const LINES = { type: NDJSON, begin: '', between: '', after: '\n', end: '' } as const
const LIST = {
  type: 'application/json; charset=utf-8',
  begin: '{"items":[',
  between: ',',
  after: '',
  end: ']}',
} as const

/** `Accept` decides where it names one of the two; else the answer has the form of the request. */
function wantsLines({ headers }: FastifyRequest, sentLines: boolean): boolean {
  const accepted = headers.accept ?? ''
  if (accepted.includes(NDJSON)) return true
  return sentLines && !accepted.includes('application/json')
}

/** A result as it is answered; paths of faults lead into the whole body where that is one document. */
function viewResult(
  result: BatchResult,
  request: FastifyRequest,
  { isUnavailable }: BatchServices,
  prefix: string,
): string {
  const { index } = result
  if (result.kind === 'stored') {
    const { attempt, replayed } = result
    return JSON.stringify({ index, status: 201, ...(replayed ? { replayed } : {}), attempt })
  }
  const { errors, ...problem } = problemFor(result.error, request, isUnavailable)
  const placed = errors?.map(entry => ({ ...entry, path: prefix + entry.path }))
  const told = { ...problem, ...(placed === undefined ? {} : { errors: placed }) }
  return JSON.stringify({ index, status: problem.status, problem: told })
}

/** The answer, a piece for all that are ready together. */
async function* writeAnswer(
  results: AsyncIterable<readonly BatchResult[]>,
  { begin, between, after, end }: typeof LINES | typeof LIST,
  view: (result: BatchResult) => string,
): AsyncGenerator<string> {
  let before: string = begin
  for await (const ready of results) {
    yield before + ready.map(view).join(after + between) + after
    before = between
  }
  const rest = before === between ? end : before + end
  if (rest !== '') yield rest
}
