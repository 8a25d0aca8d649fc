import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBalancer } from './balancer.js'
import { startFleet, type Fleet } from './fleet.js'

const balancer = findBalancer()

describe.skipIf(balancer === undefined)('limits by address behind a balancer', () => {
  /** What each replica lets one address try in a minute. */
  const LIMIT = 2
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet(balancer ?? '', { RATE_LIMIT_PRACTICE: String(LIMIT) })
  })
  afterAll(async () => {
    await fleet.close()
  })

  async function practise(at: string, forwardedFor: string): Promise<number> {
    const answer = await fetch(`${at}/v1/graphs/lab-network0/grade`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${fleet.key}`,
        'content-type': 'application/json',
        'x-forwarded-for': forwardedFor,
      },
      body: JSON.stringify({ answers: { a: '11' } }),
    })
    await answer.arrayBuffer()
    return answer.status
  }

  test('a client does not get round them by an X-Forwarded-For of its own, and shares them with no other client', async () => {
    const invented = Array.from({ length: 30 }, (_, index) => `203.0.113.${String(index)}`)
    const statuses: number[] = []
    for (const address of invented) statuses.push(await practise(fleet.url, address))
    expect(statuses[0]).toBe(200)
    expect(statuses.filter(status => status === 200).length).toBeLessThanOrEqual(
      LIMIT * fleet.replicas.length,
    )
    expect(statuses.at(-1)).toBe(429)
    // As the balancer would pass another client's request on.
    for (const { url } of fleet.replicas) expect(await practise(url, '198.51.100.1')).toBe(200)
  })
})
