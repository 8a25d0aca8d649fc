/** Whether the keys of those who are connected still hold, asked again and again. */
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { createBackgroundLoop } from '../services/background-loop.js'
import { groupBy } from '../services/group-by.js'
import type { Principal } from '../services/principal.js'
import type { Services } from '../services/services.js'
import { UNPROVEN_MILLISECONDS } from './live-limits.js'
import { endSocket, TRY_LATER } from './live-socket.js'

/** Who is connected, and by which key. */
export type Client = {
  readonly socket: WebSocket
  readonly principal: Principal
  readonly key: string
  /** When its key was known to hold, in milliseconds of a clock that only goes on. */
  provenAt: number
}

type KeyWatchOptions = {
  readonly services: Pick<Services, 'authenticate' | 'effects'>
  readonly clients: () => readonly Client[]
  readonly milliseconds: number
  readonly onError: (error: unknown) => void
}

/** Ends the connections of keys that hold no more, or no more with the same rights. At rest until it is started. */
export function createKeyWatch({ services, clients, milliseconds, onError }: KeyWatchOptions) {
  const { authenticate, effects } = services

  const check = async (key: string, ofKey: readonly Client[]): Promise<void> => {
    const asked = effects.monotonic()
    // While the database is away nothing is told, and nothing is known: see endUnproven.
    const answer = await authenticate(key).catch(() => 'unknown' as const)
    if (answer === 'unknown') return
    for (const client of ofKey) {
      if (answer === undefined) endSocket(client.socket, CloseCode.Unauthorized, 'unknown-key')
      // What it watches was allowed by the rights that it had. It may come back with those that it has.
      else if (!isSame(answer, client.principal))
        endSocket(client.socket, CloseCode.Forbidden, 'rights-changed')
      else client.provenAt = asked
    }
  }

  // Each key is asked for once. The next look waits for this one, however long that takes.
  const loop = createBackgroundLoop(
    async () => {
      const byKey = groupBy(clients(), ({ key }) => key)
      await Promise.all([...byKey].map(([key, ofKey]) => check(key, ofKey)))
      return { more: false }
    },
    milliseconds,
    { onError },
  )

  return {
    start: loop.start,
    stop: loop.stop,
    /** Ends the connections of keys of which nobody could tell for long whether they hold. */
    endUnproven: (): void => {
      const oldest = effects.monotonic() - UNPROVEN_MILLISECONDS
      for (const client of clients()) {
        if (client.provenAt < oldest) endSocket(client.socket, TRY_LATER, 'unavailable')
      }
    },
  }
}

function isSame(one: Principal, other: Principal): boolean {
  const { scopes, courses } = one
  return (
    scopes.size === other.scopes.size &&
    [...scopes].every(scope => other.scopes.has(scope)) &&
    courses.length === other.courses.length &&
    courses.every(course => other.courses.includes(course))
  )
}
