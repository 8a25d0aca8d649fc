/**
 * A batch as it arrives, in either of its forms: `{ "items": [ … ] }`, or an attempt a line. Each attempt is held to what a
 * body of one attempt is held to, and one that is refused fails alone.
 */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { batchItemSchema, MAX_BATCH_ITEMS, type batchBodySchema } from '../contracts/attempt.js'
import { Refusal } from '../errors.js'
import { formFaults } from '../services/form-faults.js'
import type { Batch, BatchItem } from '../services/submit-batch.js'
import { formRefusalOf } from './form-faults.js'
import { checkCharset, checkStructure, parseJsonBody, registerJsonParts } from './json-body.js'
import { createLineCutter, NDJSON, type Line } from './ndjson.js'

/** The most bytes of a batch. */
export const BATCH_BYTES = 8 * 2 ** 20
/** The most bytes of one of its attempts: as many as of a body of one. */
const ITEM_BYTES = 256 * 2 ** 10

/** Makes an application take batches in both forms; lines come to the handler as a stream. */
export function registerBatchBodies(app: FastifyInstance): void {
  registerJsonParts(app, 'items')
  app.addContentTypeParser(NDJSON, (request, stream, parsed) => {
    try {
      checkCharset(request)
      if (Number(request.headers['content-length']) > BATCH_BYTES) throw tooLarge('A batch', BATCH_BYTES)
      parsed(null, stream)
    } catch (error) {
      parsed(error as Error)
    }
  })
}

/** One of a batch, before it is read. */
type SentAttempt = { readonly receivedAt: number } & (
  { readonly kind: 'item'; readonly value: unknown; readonly length: number } | Line
)

/** Hands on a batch that is one document: all of it was received with its request. */
export function addItems(
  batch: Batch<SentAttempt>,
  body: z.infer<typeof batchBodySchema>,
  request: FastifyRequest,
): void {
  const { receivedAt, elementBytes, bodyBytes } = request
  const sent = body.items.map((value, index): SentAttempt => {
    return { kind: 'item', value, length: elementBytes[index] ?? bodyBytes, receivedAt }
  })
  batch.add(sent)
  batch.end()
}

/**
 * Hands on lines as they arrive. What is sent is read at once, whoever reads the answers when: many clients send all before
 * they read any. Does not reject.
 */
export async function addLines(
  batch: Batch<SentAttempt>,
  stream: Readable,
  request: FastifyRequest,
  reply: FastifyReply,
  now: () => number,
): Promise<void> {
  const cutter = createLineCutter({ bytes: BATCH_BYTES, lineBytes: ITEM_BYTES, lines: MAX_BATCH_ITEMS })
  const add = (lines: readonly Line[]): void => {
    // A line is received when its end is: until then it is no attempt.
    const receivedAt = now()
    batch.add(lines.map(line => ({ ...line, receivedAt })))
  }
  try {
    // Where no more is read, the answer is still to be sent on the same connection.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const lines = cutter.take(chunk)
      add(lines)
      if (lines.at(-1)?.kind !== 'too-much') continue
      throwRestAway(stream, request, reply)
      break
    }
    add(cutter.end())
    batch.end()
  } catch (error) {
    batch.fail(error)
  }
}

/**
 * What comes after the end is thrown away while the answer is sent, so that a client that sends all before it reads gets to
 * read; then the connection is closed, unless all of it has come and the next request may follow.
 */
function throwRestAway(stream: Readable, request: FastifyRequest, reply: FastifyReply): void {
  if (!reply.raw.headersSent) reply.raw.setHeader('connection', 'close')
  reply.raw.once('finish', () => {
    request.raw.destroy()
  })
  stream.resume()
}

/** Reads an attempt, or why it is none. Does not throw. */
export function readAttempt(sent: SentAttempt): BatchItem {
  try {
    switch (sent.kind) {
      case 'item':
        if (sent.length > ITEM_BYTES) throw tooLarge('An attempt', ITEM_BYTES)
        checkStructure(sent.value)
        return readItem(sent.value, sent.length, sent.receivedAt)
      case 'line':
        return readItem(parseJsonBody(sent.bytes), sent.bytes.length, sent.receivedAt)
      case 'too-long':
        throw tooLarge('An attempt', ITEM_BYTES)
      case 'too-much':
        throw sent.refusal
    }
  } catch (error) {
    return { kind: 'refused', error }
  }
}

function readItem(value: unknown, bytes: number, receivedAt: number): BatchItem {
  const read = batchItemSchema.safeParse(value)
  if (!read.success) return { kind: 'refused', error: formRefusalOf(formFaults(value, read.error)) }
  const { idempotencyKey, ...body } = read.data
  return { kind: 'read', body, idempotencyKey, bytes, receivedAt }
}

function tooLarge(what: string, bytes: number): Refusal {
  return new Refusal('body-too-large', `${what} has at most ${String(bytes)} bytes.`)
}
