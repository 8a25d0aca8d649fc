/**
 * What an operator watches, in the text format of Prometheus. Labels are routes' patterns, methods and classes of
 * statuses: no tenant, course or learner is ever in one, so that neither names nor their number get out.
 */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { WriterLoad, WriterObserver } from '../database/writer-observer.js'
import type { DeliveryOutcome } from '../services/deliver-webhook.js'
import type { ShedReason } from './pressure.js'
import type { LimitName } from './limiter.js'

/** Seconds: from what a cached answer takes to what a client no longer waits for. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Of flushes: from a lone submission to more than fit into one. */
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** A flush takes a constant number of statements; those with conflicts or poisoned submissions take more. */
const STATEMENTS = [2, 4, 6, 8, 10, 12, 16, 24, 32, 64, 128]

export type Metrics = ReturnType<typeof createMetrics>

/** Metrics of one process, in a registry of their own. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const histogram = <Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) => new Histogram<Label>({ name, help, buckets, labelNames, registers })

  /** A figure that is asked for when the metrics are. */
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })

  const requests = histogram(
    'chainmark_http_request_duration_seconds',
    'From the arrival of the headers to the end of the answer',
    SECONDS,
    ['method', 'route', 'status'],
  )
  const shed = new Counter({
    name: 'chainmark_http_requests_shed_total',
    help: 'Requests refused with 503 before any work, by what was too full',
    labelNames: ['reason'],
    registers,
  })
  const limited = new Counter({
    name: 'chainmark_http_requests_limited_total',
    help: 'Requests refused with 429, by the limit that was reached',
    labelNames: ['limit'],
    registers,
  })
  const delivered = new Counter({
    name: 'chainmark_webhook_tries_total',
    help: 'Tries of deliveries to webhooks: delivered, failed and to be tried again, dead, or gone before they were sent',
    labelNames: ['outcome'],
    registers,
  })
  const flushes = histogram(
    'chainmark_writer_flush_duration_seconds',
    'From the beginning of a flush to its commit or failure',
    SECONDS,
    ['outcome'],
  )
  const sizes = histogram('chainmark_writer_batch_size', 'Submissions in a flush', SIZES)
  const statements = histogram('chainmark_writer_flush_statements', 'SQL statements in a flush', STATEMENTS)
  const waits = histogram(
    'chainmark_writer_connection_wait_seconds',
    'How long a flush that needs a transaction waited for a connection of the pool',
    SECONDS,
  )
  const queueing = histogram(
    'chainmark_writer_queue_seconds',
    'How long a submission waited in the queue before its flush began',
    SECONDS,
  )

  const writer: WriterObserver = {
    flushed(batch) {
      flushes.observe({ outcome: batch.outcome }, batch.seconds)
      sizes.observe(batch.size)
      statements.observe(batch.statements)
      if (batch.waitSeconds !== undefined) waits.observe(batch.waitSeconds)
      for (const seconds of batch.queuedSeconds) queueing.observe(seconds)
    },
  }

  return {
    writer,
    contentType: registry.contentType,
    text: () => registry.metrics(),

    /** Shows how full the writer's queue is. */
    watchQueue: (load: () => WriterLoad): void => {
      gauge('chainmark_writer_queue_depth', 'Submissions that wait for a flush', () => load().queued)
      gauge('chainmark_writer_queue_capacity', 'Submissions that may wait', () => load().capacity)
    },

    /** Shows how many requests are under way. */
    watchRequests: (inFlight: () => number): void => {
      gauge(
        'chainmark_http_requests_in_flight',
        'Requests that have arrived and are not answered yet',
        inFlight,
      )
    },

    shed: (reason: ShedReason): void => {
      shed.inc({ reason })
    },

    limited: (limit: LimitName): void => {
      limited.inc({ limit })
    },

    delivered: (outcome: DeliveryOutcome): void => {
      delivered.inc({ outcome })
    },

    /** Measures every request of an application. */
    observeRequests: (app: FastifyInstance): void => {
      app.addHook('onResponse', (request, reply, done) => {
        requests.observe(
          {
            method: request.method,
            // An address without a route stands under one name, whatever was asked for.
            route: request.routeOptions.url ?? 'none',
            status: `${String(Math.floor(reply.statusCode / 100))}xx`,
          },
          reply.elapsedTime / 1_000,
        )
        done()
      })
    },
  }
}
