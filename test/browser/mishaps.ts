/** What goes wrong between a learner's browser and the server, and in the browser itself. */
import type { Tab } from '../support/browser.js'

/** Loses answers to attempts, which the server has stored by then, and tells the keys that they were sent with. */
export async function loseAnswers({ context }: Tab) {
  const keys: (string | undefined)[] = []
  const lost = { now: true, keys }
  await context.route('**/learn/attempts', async route => {
    keys.push(route.request().headers()['idempotency-key'])
    const answer = await route.fetch()
    await (lost.now ? route.abort() : route.fulfill({ response: answer }))
  })
  return lost
}

/** A browser that lets this site keep nothing, as it may inside another site's page. */
export const NO_STORAGE = `for (const kind of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, kind, {
    get() { throw new DOMException('The operation is insecure.', 'SecurityError') },
  })`
