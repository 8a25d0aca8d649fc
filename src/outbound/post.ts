/**
 * One POST to a webhook's URL, which somebody else has chosen: nobody inside is reached by it, and it costs little however the
 * receiver behaves. The host is looked up once, every address that comes of it is checked, and only those are connected to;
 * there are no redirects, no connection is kept, and all of it has one deadline.
 */
import { lookup as lookUp, Resolver } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Post, PostAnswer } from '../services/deliver-webhook.js'
import type { Message } from '../services/webhook-message.js'
import { isPublicAddress, literalAddress, urlFault, type UrlRules } from '../services/webhook-url.js'

/** For all of it: connecting, the handshake, sending, the answer's head and body. */
const DEADLINE_MILLISECONDS = 10_000

/** Of an answer no more is read: nothing in it is wanted, but a receiver may mind being cut off. */
const MOST_ANSWER_BYTES = 64 * 1024

/** How long a name server has to answer, before it is asked once more. */
const NAME_MILLISECONDS = 2_000

type Address = { readonly address: string; readonly family: number }

export type PostOptions = UrlRules & {
  /** Host → its addresses. */
  readonly resolve?: (hostname: string) => Promise<readonly Address[]>
  readonly deadlineMilliseconds?: number
  /** Certificates to trust besides the usual ones, as PEM. */
  readonly certificates?: string
}

/** Why nothing came of a request, in words that may be shown to whoever has the webhook. */
class PostFault extends Error {}

/** A way to post to webhooks. It never throws: what goes wrong is in the answer. */
export function createPost(options: PostOptions): Post {
  const { deadlineMilliseconds = DEADLINE_MILLISECONDS } = options
  return async (url, message) => {
    const deadline = AbortSignal.timeout(deadlineMilliseconds)
    try {
      // Whatever a receiver makes of the connection, this is over in time.
      return await within(post(url, message, deadline, options), deadline)
    } catch (error) {
      if (deadline.aborted) {
        return { error: `There was no whole answer within ${String(deadlineMilliseconds / 1_000)} seconds.` }
      }
      return { error: describe(error) }
    }
  }
}

async function post(
  text: string,
  message: Message,
  signal: AbortSignal,
  options: PostOptions,
): Promise<PostAnswer> {
  // It was checked when it was stored, maybe under other rules.
  const fault = urlFault(text, options)
  if (fault !== undefined) throw new PostFault(fault)
  const url = new URL(text)
  const addresses = await addressesOf(url, options)
  // Nobody waits for it any more: nothing is sent after the deadline, which the request keeps from then on.
  signal.throwIfAborted()
  return send(url, message, { addresses, signal, certificates: options.certificates })
}

type Sending = {
  /** Of the host; no other is connected to. */
  readonly addresses: readonly Address[]
  /** Ends the connection, whatever state it is in. */
  readonly signal: AbortSignal
  readonly certificates: string | undefined
}

function send(
  url: URL,
  { headers, body }: Message,
  { addresses, signal, certificates }: Sending,
): Promise<PostAnswer> {
  return new Promise<PostAnswer>((resolve, reject) => {
    const bytes = Buffer.from(body)
    const begin = url.protocol === 'http:' ? http.request : https.request
    const request = begin(url, {
      method: 'POST',
      headers: {
        ...headers,
        'user-agent': 'Chainmark-Webhook/1',
        accept: '*/*',
        connection: 'close',
        'content-length': bytes.length,
      },
      // An agent of its own, which keeps no connection for the next.
      agent: false,
      lookup: pinned(addresses),
      signal,
      ...(certificates === undefined ? {} : { ca: certificates }),
    })
    let answered = false
    request.on('error', reject)
    request.on('close', () => {
      if (!answered) reject(new Error('closed'))
    })
    request.on('upgrade', ({ statusCode = 0 }, socket) => {
      // The connection is no longer the request's, and nobody else would ever end it.
      socket.destroy()
      resolve({ status: statusCode })
    })
    request.on('response', response => {
      answered = true
      const { statusCode: status = 0 } = response
      const retryAfter = response.headers['retry-after']
      const answer = retryAfter === undefined ? { status } : { status, retryAfter }
      let left = MOST_ANSWER_BYTES
      response.on('data', (chunk: Buffer) => {
        left -= chunk.length
        if (left > 0) return
        resolve(answer)
        request.destroy()
      })
      response.on('end', () => {
        resolve(answer)
      })
      // Cut off in the middle of an answer: its head was there, and nothing of the rest is wanted.
      response.on('error', reject)
      response.on('close', () => {
        reject(new Error('closed'))
      })
    })
    request.end(bytes)
  })
}

/** What a URL's host resolves to. Throws where any of it is no public address: such a name is not to be trusted at all. */
async function addressesOf(url: URL, options: PostOptions): Promise<Address[]> {
  const { allowPrivate, resolve = allowPrivate ? resolveNearby : resolvePublic } = options
  const literal = literalAddress(url)
  const found =
    literal === undefined
      ? await resolve(url.hostname)
      : [{ address: literal, family: literal.includes(':') ? 6 : 4 }]
  if (found.length === 0) throw new PostFault('The host has no address.')
  if (!allowPrivate && !found.every(({ address }) => isPublicAddress(address))) {
    throw new PostFault('The host has an address that is not on the public internet.')
  }
  return [...found]
}

/** As the system does, which knows names of machines nearby. */
async function resolveNearby(hostname: string): Promise<readonly Address[]> {
  return lookUp(hostname, { all: true })
}

/**
 * From name servers alone. The system's way holds one of the few threads that the whole process has for files and names until
 * it ends, and whoever runs a name server could keep them all.
 */
async function resolvePublic(hostname: string): Promise<readonly Address[]> {
  const resolver = new Resolver({ timeout: NAME_MILLISECONDS, tries: 2 })
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  const found = [
    ...(four.status === 'fulfilled' ? four.value.map(address => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map(address => ({ address, family: 6 })) : []),
  ]
  if (found.length === 0) throw new PostFault('The host could not be found.')
  return found
}

/** Whatever a connection looks up, it is told these. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses
    if (first === undefined) callback(new Error('no address'), '')
    else if (all === true) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}

async function within<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  return new Promise<Value>((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(new Error('aborted'))
      },
      { once: true },
    )
    promise.then(resolve, reject)
  })
}

/** In words of ours: messages of the system hold addresses. */
function describe(error: unknown): string {
  if (error instanceof PostFault) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code)) return 'The host could not be found.'
  if (code === 'ECONNREFUSED') return 'The host does not accept connections.'
  if (/^(CERT|DEPTH|ERR_TLS|ERR_SSL|SELF_SIGNED|UNABLE_TO|HOSTNAME|EPROTO)/.test(code)) {
    return 'No trusted connection could be made: see the certificate.'
  }
  if (code.startsWith('HPE_')) return 'The answer was not HTTP.'
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return 'The connection was cut off before there was an answer.'
  return 'No connection could be made.'
}
