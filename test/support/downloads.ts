/** Downloads over a connection of their own, taken as slowly as a test likes. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

export type Place = { readonly socketPath: string } | { readonly port: number }

/** Where a listening application is reached. */
export function placeOf(app: FastifyInstance): Place {
  const address = app.server.address()
  return typeof address === 'string' ? { socketPath: address } : { port: (address as AddressInfo).port }
}

/** Asks for a download; of the answer nothing is read but its head. */
export async function begin(place: Place, path: string, key?: string): Promise<IncomingMessage> {
  const asked = request({
    ...place,
    path,
    agent: false,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })
  // A connection that is reset tells that here as well as where the answer is read.
  asked.on('error', () => undefined)
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

/** Reads an answer to its end, which may be before all of it has come. */
export async function readAll(response: IncomingMessage): Promise<{ text: string; whole: boolean }> {
  response.setEncoding('utf8')
  let text = ''
  try {
    for await (const part of response) text += String(part)
    return { text, whole: response.complete }
  } catch {
    return { text, whole: false }
  }
}
