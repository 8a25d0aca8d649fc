import net from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHintListener, notifyServers } from '../../src/database/live-hints.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { eventually } from '../support/server.js'

let room: TestDatabase
beforeAll(async () => {
  room = await createTestDatabase()
})
afterAll(() => room.drop())

/** A way to the database that can fall silent, as a network does that is gone: nothing is closed, and nothing comes. */
async function createWay() {
  const { hostname, port } = new URL(room.url)
  const sockets = new Set<net.Socket>()
  let isSilent = false
  const server = net.createServer(near => {
    const far = net.connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', data => {
        if (!isSilent) to.write(data)
      })
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = new URL(room.url)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as net.AddressInfo).port)
  return {
    url: url.href,
    silence: (is: boolean) => {
      isSilent = is
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a connection that has fallen silent is noticed, and another listens in its place', async () => {
  const way = await createWay()
  const heard: string[] = []
  const errors: unknown[] = []
  let listening = 0
  const listener = createHintListener(way.url, { heartbeat: 20, answerWithin: 1_000 })({
    onHint: payload => heard.push(payload),
    onListening: () => (listening += 1),
    onError: error => errors.push(error),
  })
  await eventually(() => listening === 1)
  await notifyServers(room.database, 'first')
  await eventually(() => heard.length === 1)
  way.silence(true)
  await eventually(() => errors.length > 0)
  way.silence(false)
  await eventually(() => listening === 2)
  await notifyServers(room.database, 'second')
  await eventually(() => heard.length === 2)
  expect(heard).toEqual(['first', 'second'])
  await listener.stop()
  way.close()
})

test('told to stop while the database cannot be reached, it stops', async () => {
  const errors: unknown[] = []
  const listener = createHintListener('postgresql://nobody@127.0.0.1:1/nothing')({
    onHint: () => undefined,
    onListening: () => undefined,
    onError: error => errors.push(error),
  })
  await eventually(() => errors.length > 1)
  await listener.stop()
  const tries = errors.length
  await new Promise(setImmediate)
  expect(errors).toHaveLength(tries)
})
