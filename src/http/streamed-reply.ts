/**
 * Answers that are made while they are sent. Their status has gone out before all of them is known: where something goes
 * wrong later, the connection is broken off, so that nobody takes a part for the whole.
 */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { Download } from '../services/download.js'
import { problemFor } from './problems.js'
import type { ZodApp } from './routes/route-parts.js'

/** A client that takes nothing for so many milliseconds is taken for gone. */
const SILENT_MILLISECONDS = 60_000
/** So many milliseconds after a stop has begun, what is still being sent is broken off: earlier than a stop closes all. */
const STOP_MILLISECONDS = 20_000

/** The streamed answers of an application. */
export function createStreamedReplies(
  app: Pick<ZodApp, 'addHook'>,
  isUnavailable: (error: unknown) => boolean,
  { silentMilliseconds = SILENT_MILLISECONDS, stopMilliseconds = STOP_MILLISECONDS } = {},
) {
  const underWay = new Set<ServerResponse>()
  app.addHook('preClose', done => {
    setTimeout(() => {
      for (const response of underWay) breakOff(response)
    }, stopMilliseconds).unref()
    done()
  })

  return {
    /**
     * The body of the answer to a request: a piece is asked for when the one before it is on its way, and none any more once
     * the client has left. What fails before the first piece rejects, and can be answered as a problem.
     */
    bodyOf: async (
      request: FastifyRequest,
      response: ServerResponse,
      { pieces }: Pick<Download, 'pieces'>,
    ): Promise<Readable> => {
      const iterator = pieces[Symbol.asyncIterator]()
      const first = await iterator.next()
      // A client may have left meanwhile, and that is told once.
      if (!response.destroyed) {
        underWay.add(response)
        response.once('close', () => underWay.delete(response))
        response.setTimeout(silentMilliseconds, () => {
          breakOff(response)
        })
      }
      async function* body(): AsyncGenerator<string> {
        try {
          for (let next = first; next.done !== true; next = await iterator.next()) yield next.value
        } catch (error) {
          const { code } = problemFor(error, request, isUnavailable)
          request.log.warn({ code }, 'an answer was broken off')
          breakOff(response)
          // What an error says may quote what learners typed, and it is logged where this one goes.
          throw new Error('the answer was broken off')
        } finally {
          await iterator.return?.()
        }
      }
      return Readable.from(body(), { highWaterMark: 1 })
    },
  }
}

/**
 * Ends a connection so that the other side sees that something is missing, also one that takes the end of the connection for
 * the end of the answer, as HTTP/1.0 does, and with it many proxies.
 */
function breakOff(response: ServerResponse): void {
  const { socket } = response
  // Only TCP can be reset; a connection of another kind has no address.
  if (socket?.remoteAddress === undefined) response.destroy()
  else socket.resetAndDestroy()
}
