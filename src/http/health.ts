/** For whoever keeps the process running: is it alive, and should it get requests? */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../errors.js'

/** The routes /livez and /readyz. */
export function registerHealth(app: FastifyInstance, options: { readonly ping: () => Promise<void> }): void {
  let draining = false
  app.addHook('preClose', done => {
    draining = true
    done()
  })
  app.get('/livez', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (draining) throw new Refusal('unavailable', 'This process is stopping.', [], 1)
    await options.ping()
    return { status: 'ok' }
  })
}
