/** What the service is compared with: a server that does nothing, and the one that people write first. */
import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { createDatabase } from '../../src/database/client.js'
import { Prisma } from '../../src/database/generated/client.js'
import { onRequest } from './submissions-programs.js'

export type ServerRequest = { readonly databaseUrl: string }
export type ServerAddress = { readonly port: number }

const ROUTE = '/v1/courses/:course/assignments/:assignment/attempts'

/** Bare Fastify that sends back what it was sent. */
export function serveEcho(): void {
  onRequest(() => {
    const app = Fastify()
    app.post(ROUTE, (request, reply) => reply.code(201).send(request.body))
    return listen(app)
  })
}

/**
 * Bare Fastify that stores one attempt a request, and knows its result beforehand. The row is that of the attempt which is
 * in the database already, but for what is each attempt's own.
 */
export function serveCreate(): void {
  onRequest(async request => {
    const { databaseUrl } = request as ServerRequest // Both sides are started from the same sources.
    const prisma = createDatabase(databaseUrl, { poolSize: 10 })
    const stored = await prisma.attempt.findFirstOrThrow()
    const { boxes, progress } = stored as { boxes: Prisma.InputJsonValue; progress: Prisma.InputJsonValue }
    let number = stored.number
    const app = Fastify()
    app.post<{ Body: { learner: string; answers: Prisma.InputJsonValue } }>(ROUTE, async (request, reply) => {
      number += 1
      const attempt = await prisma.attempt.create({
        data: {
          ...stored,
          id: uuidv7(),
          learner: request.body.learner,
          number,
          submittedAt: new Date(),
          inputs: Prisma.DbNull,
          answers: request.body.answers,
          boxes,
          progress,
          idempotencyKeyHash: createHash('sha256')
            .update(String(request.headers['idempotency-key']))
            .digest(),
        },
      })
      return reply.code(201).send(attempt)
    })
    return listen(app)
  })
}

async function listen(app: FastifyInstance): Promise<ServerAddress> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return { port: address.port }
}
