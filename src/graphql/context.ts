/** What resolvers are given: who asks, and what to read and write with. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../errors.js'
import type { Principal } from '../services/principal.js'
import type { Services } from '../services/services.js'
import { createTally, type Tally } from './answer-size.js'
import { createAtOnce, type AtOnce } from './at-once.js'
import { MAX_MILLISECONDS, READS_AT_ONCE } from './limits.js'
import { createReads, type Reads } from './reads.js'

export type RequestContext = {
  readonly principal: Principal
  /** To write with: what it looks up is what is stored now. */
  readonly services: Services
  /** To read with. */
  readonly reads: () => Reads
  /** After something was written: what is read from here on is read anew. */
  readonly forget: () => void
  /** The server's clock when the request arrived, in milliseconds. */
  readonly receivedAt: number
  /** Of the request's body. */
  readonly bytes: number
  /** Throws `query-too-complex` once it has taken so long that no more of it is begun. */
  readonly checkTime: () => void
  /** What is answered so far. */
  readonly tally: () => Tally
  /** Runs reads, few at once. */
  readonly atOnce: AtOnce
  /** Faults that a field has run into: another field that does is told so, and they are logged once. */
  readonly faults: Set<unknown>
  /** Of a subscription, before each event: time and size are those of one. */
  readonly beginEvent: () => void
  /** Whose log tells of faults. */
  readonly request: FastifyRequest
}

/** The context of one operation. */
export function createContext(
  services: Services,
  asked: Pick<RequestContext, 'principal' | 'receivedAt' | 'bytes' | 'request'>,
): RequestContext {
  const { monotonic } = services.effects
  const atOnce = createAtOnce(READS_AT_ONCE)
  let begun = monotonic()
  let tally = createTally()
  let reads = createReads(services, asked.principal, atOnce)
  return {
    ...asked,
    services,
    checkTime: () => {
      if (monotonic() - begun <= MAX_MILLISECONDS) return
      throw new Refusal('query-too-complex', 'The query took too long: ask for less at once.')
    },
    tally: () => tally,
    atOnce,
    faults: new Set(),
    beginEvent: () => {
      begun = monotonic()
      tally = createTally()
    },
    reads: () => reads,
    forget: () => {
      reads = createReads(services, asked.principal, atOnce)
    },
  }
}
