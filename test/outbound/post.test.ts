import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPost, type PostOptions } from '../../src/outbound/post.js'
import { CERTIFICATE } from '../support/certificate.js'
import { answering, createReceiver, type Receiver } from '../support/receiver.js'

const MESSAGE = { headers: { 'webhook-id': 'one' }, body: '{"learner":"Zoë"}' }
const GIVEN_UP = { error: 'There was no whole answer within 0.2 seconds.' }
const LOOPBACK = [{ address: '127.0.0.1', family: 4 }]

let receiver: Receiver
let receivers: Receiver[]
beforeEach(async () => {
  receiver = await createReceiver()
  receivers = [receiver]
})
afterEach(() => Promise.all(receivers.map(({ close }) => close())))

const nearby = (options: Partial<PostOptions> = {}) => createPost({ allowPrivate: true, ...options })

test('a message arrives as it is, by a connection of its own', async () => {
  expect(await nearby()(`${receiver.url}/hook?a=1`, MESSAGE)).toEqual({ status: 200 })
  const [{ path, headers, body }] = receiver.received as [Receiver['received'][number]]
  expect({ path, body }).toEqual({ path: '/hook?a=1', body: MESSAGE.body })
  expect(headers).toMatchObject({
    'webhook-id': 'one',
    'user-agent': 'Chainmark-Webhook/1',
    connection: 'close',
    'content-length': String(Buffer.byteLength(MESSAGE.body)),
  })
})

test.each([204, 302, 404, 410, 500, 503])('the status %i is answered as it is', async status => {
  receiver.behave = answering(status, status === 302 ? { location: `${receiver.url}/elsewhere` } : {})
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ status })
  // A redirect is not followed.
  expect(receiver.received).toHaveLength(1)
})

test('of an answer without end 64 KiB are read', async () => {
  let written = 0
  let endless: NodeJS.Timeout | undefined
  receiver.behave = (_received, response) => {
    response.writeHead(200)
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384
    }
    response.on('drain', write)
    response.on('close', () => {
      clearTimeout(endless)
    })
    write()
  }
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ status: 200 })
  // What the system keeps for a connection was written besides.
  expect(written).toBeLessThan(16 * 1024 * 1024)
})

test.each([
  ['a byte less than 64 KiB', 64 * 1024 - 1, GIVEN_UP],
  ['64 KiB', 64 * 1024, { status: 200 }],
])('an answer that stops after %s without ending', async (_name, bytes, expected) => {
  receiver.behave = (_received, response) => response.writeHead(200).write(Buffer.alloc(bytes))
  expect(await nearby({ deadlineMilliseconds: 200 })(receiver.url, MESSAGE)).toEqual(expected)
})

test('an answer that ends with its connection is whole', async () => {
  receiver.behave = (_received, { socket }) => socket?.end('HTTP/1.1 200 OK\r\n\r\nok')
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ status: 200 })
})

test('a receiver that would speak another protocol is hung up on, and its status answered', async () => {
  let closed = (): void => undefined
  const hungUp = new Promise<void>(resolve => {
    closed = resolve
  })
  receiver.behave = (_received, { socket }) => {
    socket?.on('close', closed)
    socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nhello')
  }
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ status: 101 })
  await hungUp
})

test('when a receiver wants to be asked again is answered as it says', async () => {
  receiver.behave = answering(503, { 'retry-after': '120' })
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ status: 503, retryAfter: '120' })
})

test.each<[string, Receiver['behave']]>([
  ['says nothing', () => undefined],
  [
    'says only that it is at work',
    (_received, response) => {
      response.writeProcessing()
    },
  ],
  ['never ends its answer', (_received, response) => response.writeHead(200).write('some')],
])('a receiver that %s is given up after the deadline', async (_name, behave) => {
  receiver.behave = behave
  const answer = await nearby({ deadlineMilliseconds: 200 })(receiver.url, MESSAGE)
  expect(answer).toEqual(GIVEN_UP)
})

test('a name server that says nothing counts against the deadline', async () => {
  const silent = nearby({ deadlineMilliseconds: 50, resolve: () => new Promise(() => undefined) })
  expect(await silent('https://example.com/', MESSAGE)).toEqual({
    error: 'There was no whole answer within 0.05 seconds.',
  })
})

test.each<[string, Receiver['behave'], string]>([
  [
    'hangs up',
    (_received, response) => response.destroy(),
    'The connection was cut off before there was an answer.',
  ],
  [
    'does not speak HTTP',
    (_received, response) => response.socket?.end('nonsense\r\n\r\n'),
    'The answer was not HTTP.',
  ],
])('a receiver that %s is told of in words without an address', async (_name, behave, error) => {
  receiver.behave = behave
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ error })
})

test('nobody listening, and a name that nobody has, are told of in words without an address', async () => {
  await receiver.close()
  expect(await nearby()(receiver.url, MESSAGE)).toEqual({ error: 'The host does not accept connections.' })
  const unknown = nearby({
    resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
  })
  expect(await unknown('https://nobody.example/', MESSAGE)).toEqual({ error: 'The host could not be found.' })
})

const NOT_PUBLIC = { error: 'The host has an address that is not on the public internet.' }

test.each([
  ['this machine', ['127.0.0.1']],
  ['a private network', ['10.0.0.1']],
  ['a public and then a private address', ['93.184.216.34', '192.168.0.1']],
  ['a private and then a public address', ['169.254.169.254', '93.184.216.34']],
  ['a private address as an IPv6 one', ['::ffff:10.0.0.1']],
  ['metadata', ['fd00:ec2::254']],
])('a name that stands for %s is not connected to', async (_name, addresses) => {
  const resolve = () =>
    Promise.resolve(addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })))
  const post = createPost({ allowPrivate: false, resolve })
  expect(await post(`https://receiver.test:${String(receiver.port)}/`, MESSAGE)).toEqual(NOT_PUBLIC)
  expect(receiver.received).toEqual([])
})

test('an address in the URL is not connected to either, whatever it was when it was stored', async () => {
  const post = createPost({ allowPrivate: false })
  for (const url of [
    receiver.url,
    receiver.url.replace('http', 'https'),
    'https://0x7f.1/',
    'https://[::1]/',
  ]) {
    expect(await post(url, MESSAGE)).toHaveProperty('error')
  }
  expect(receiver.received).toEqual([])
})

test('a name is looked up once: what it stands for later is never connected to', async () => {
  const elsewhere = await createReceiver()
  receivers.push(elsewhere)
  let lookUps = 0
  const resolve = () => {
    lookUps += 1
    return Promise.resolve(lookUps === 1 ? LOOPBACK : [{ address: '127.0.0.2', family: 4 }])
  }
  const url = `http://rebinding.test:${String(receiver.port)}/`
  expect(await nearby({ resolve })(url, MESSAGE)).toEqual({ status: 200 })
  expect(lookUps).toBe(1)
  expect(receiver.received).toHaveLength(1)
  expect(receiver.received[0]?.headers).toMatchObject({ host: `rebinding.test:${String(receiver.port)}` })
})

test('the certificate is checked, against the name and not the address', async () => {
  const secure = await createReceiver({ tls: true })
  receivers.push(secure)
  const resolve = () => Promise.resolve(LOOPBACK)
  const untrusted = { error: 'No trusted connection could be made: see the certificate.' }
  expect(await nearby({ resolve })(secure.url, MESSAGE)).toEqual(untrusted)
  const trusting = nearby({ resolve, certificates: CERTIFICATE })
  expect(await trusting(secure.url, MESSAGE)).toEqual({ status: 200 })
  expect(await trusting(secure.url.replace('receiver.test', 'other.test'), MESSAGE)).toEqual(untrusted)
  expect(secure.received).toHaveLength(1)
})
