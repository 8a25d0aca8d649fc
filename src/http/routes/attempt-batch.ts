import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  attemptAnswerSchema,
  batchBodySchema,
  batchItemSchema,
  MAX_BATCH_ITEMS,
} from '../../contracts/attempt.js'
import { Refusal } from '../../errors.js'
import { formFaults } from '../../services/form-faults.js'
import { submitBatch, type BatchItem, type BatchResult } from '../../services/submit-batch.js'
import type { SubmissionServices } from '../../services/submit-attempt.js'
import { principalOf } from '../authentication.js'
import { formRefusalOf } from '../form-faults.js'
import { parseJsonBody } from '../json-body.js'
import { linesOf, NDJSON, type Line } from '../ndjson.js'
import { problemFor, problemSchema } from '../problems.js'
import { assignmentPath, refusals, type ZodApp } from './route-parts.js'

const BATCH_BYTES = 8 * 2 ** 20
/** As much as a body of one attempt. */
const LINE_BYTES = 256 * 2 ** 10

const batchResultSchema = z.strictObject({
  index: z.int().describe('its place in what was sent, from 0'),
  status: z.int().describe('what it would have been answered with by itself: 201 for one that is stored'),
  attempt: attemptAnswerSchema.optional(),
  replayed: z.literal(true).optional().describe('stored by an earlier request'),
  problem: problemSchema.optional(),
})

/** What a batch is answered with. */
export const batchAnswerSchema = z.strictObject({ items: z.array(batchResultSchema) })

type BatchServices = SubmissionServices & { readonly isUnavailable: (error: unknown) => boolean }

/** The route that takes many attempts at once. */
export function registerAttemptBatchRoute(app: ZodApp, services: BatchServices): void {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser(NDJSON, (_request, stream, parsed) => {
      parsed(null, stream)
    })
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
            'the same form unless `Accept` says `application/json`. After a broken connection send all of it again: ' +
            'idempotency keys keep what was stored from being stored twice.',
          params: assignmentPath,
          body: batchBodySchema,
          response: { 200: batchAnswerSchema, ...refusals },
        },
      },
      async (request, reply) => {
        const { body } = request as { body: unknown }
        const items =
          body instanceof Readable ? itemsOfLines(body) : itemsOfBody(request.body, request.bodyBytes)
        const { receivedAt } = request
        const batch = { ...request.params, receivedAt, items }
        const results = await submitBatch(services, principalOf(request), batch)
        const asLines = wantsLines(request, body instanceof Readable)
        const views = viewResults(results, request, services, body instanceof Readable ? 'line' : 'item')
        return reply
          .type(asLines ? NDJSON : 'application/json; charset=utf-8')
          .serializer((payload: unknown) => payload as string)
          .send(Readable.from(asLines ? writeLines(views) : writeList(views)) as never)
      },
    )
    done()
  })
}

/** `Accept` decides where it names one of the two; else the answer has the form of the request. */
function wantsLines({ headers }: FastifyRequest, sentLines: boolean): boolean {
  const accepted = headers.accept ?? ''
  if (accepted.includes(NDJSON)) return true
  return sentLines && !accepted.includes('application/json')
}

function* itemsOfBody({ items }: z.infer<typeof batchBodySchema>, bytes: number): Generator<BatchItem> {
  for (const item of items) yield readItem(() => item, Math.ceil(bytes / items.length))
}

/** What is sent is read at once, whoever reads the answers when: many clients send all before they read any. */
function itemsOfLines(stream: Readable): AsyncIterable<BatchItem> {
  const limits = { bytes: BATCH_BYTES, lineBytes: LINE_BYTES, lines: MAX_BATCH_ITEMS }
  return Readable.from(readLines(linesOf(stream, limits)), { highWaterMark: MAX_BATCH_ITEMS + 1 })
}

async function* readLines(lines: AsyncIterable<Line>): AsyncGenerator<BatchItem> {
  for await (const line of lines) {
    if (line.kind === 'line') yield readItem(() => parseJsonBody(line.bytes), line.bytes.length)
    else if (line.kind === 'too-much') yield { kind: 'refused', error: line.refusal }
    else {
      const message = `A line has at most ${String(LINE_BYTES)} bytes.`
      yield { kind: 'refused', error: new Refusal('body-too-large', message) }
    }
  }
}

function readItem(parse: () => unknown, bytes: number): BatchItem {
  try {
    const parsed = parse()
    const read = batchItemSchema.safeParse(parsed)
    if (!read.success) return { kind: 'refused', error: formRefusalOf(formFaults(parsed, read.error)) }
    const { idempotencyKey, ...body } = read.data
    return { kind: 'read', body, idempotencyKey, bytes }
  } catch (error) {
    return { kind: 'refused', error }
  }
}

/** Results as they are answered; paths of faults lead into the whole body where that is one document. */
async function* viewResults(
  results: AsyncIterable<BatchResult>,
  request: FastifyRequest,
  { isUnavailable }: BatchServices,
  sentAs: 'item' | 'line',
): AsyncGenerator<string> {
  for await (const result of results) {
    const { index } = result
    if (result.kind === 'stored') {
      const { attempt, replayed } = result
      yield JSON.stringify({ index, status: 201, ...(replayed ? { replayed } : {}), attempt })
      continue
    }
    const { errors, ...problem } = problemFor(result.error, request, isUnavailable)
    const prefix = sentAs === 'item' ? `/items/${String(index)}` : ''
    const placed = errors?.map(entry => ({ ...entry, path: prefix + entry.path }))
    const told = { ...problem, ...(placed === undefined ? {} : { errors: placed }) }
    yield JSON.stringify({ index, status: problem.status, problem: told })
  }
}

async function* writeLines(views: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const view of views) yield `${view}\n`
}

async function* writeList(views: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '{"items":['
  for await (const view of views) {
    yield before + view
    before = ','
  }
  yield before === ',' ? ']}' : `${before}]}`
}
