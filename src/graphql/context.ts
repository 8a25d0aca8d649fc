/** What resolvers are given: who asks, and what to read and write with. */
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../services/principal.js'
import type { Services } from '../services/services.js'
import { MAX_MILLISECONDS } from './limits.js'
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
  /** Whether it has taken so long that no more of it is begun. */
  readonly isLate: () => boolean
  /** Whose log tells of faults. */
  readonly request: FastifyRequest
}

/** The context of one operation. */
export function createContext(
  services: Services,
  asked: Pick<RequestContext, 'principal' | 'receivedAt' | 'bytes' | 'request'>,
): RequestContext {
  const { monotonic } = services.effects
  const begun = monotonic()
  let reads = createReads(services, asked.principal)
  return {
    ...asked,
    services,
    isLate: () => monotonic() - begun > MAX_MILLISECONDS,
    reads: () => reads,
    forget: () => {
      reads = createReads(services, asked.principal)
    },
  }
}
