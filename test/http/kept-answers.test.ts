import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService

beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())

describe('compressed', () => {
  const CODINGS = [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const

  const ask = (url: string, coding: string, more: Record<string, string> = {}) =>
    service.app.inject({ url, headers: { 'accept-encoding': coding, ...more } })

  describe.each(['/', '/graphs/lab-network1', '/practice/graphs', '/practice/graphs/lab-network1'])(
    '%s',
    url => {
      test.each(CODINGS)(
        'says the same as %s in far fewer bytes, again and again',
        async (coding, decode) => {
          const plain = await service.app.inject(url)
          for (let time = 0; time < 2; time += 1) {
            const answer = await ask(url, coding)
            expect(answer.statusCode).toBe(200)
            expect(answer.headers).toMatchObject({
              'content-encoding': coding,
              'content-type': plain.headers['content-type'],
              'content-length': String(answer.rawPayload.length),
              'cache-control': 'no-cache',
            })
            expect(answer.headers.vary).toContain('accept-encoding')
            expect(decode(answer.rawPayload).toString()).toBe(plain.body)
            expect(answer.rawPayload.length).toBeLessThan(plain.body.length / 2)
          }
        },
      )

      test('has an entity tag for each coding, and is not sent again to a client that has it', async () => {
        const tags = new Set<unknown>()
        for (const coding of ['br', 'gzip', 'identity']) {
          const { etag } = (await ask(url, coding)).headers
          tags.add(etag)
          const again = await ask(url, coding, { 'if-none-match': String(etag) })
          expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0])
          expect(again.headers).toMatchObject({ etag, 'cache-control': 'no-cache' })
          expect(again.headers.vary).toContain('accept-encoding')
          expect(again.headers).not.toHaveProperty('content-encoding')
        }
        expect(tags.size).toBe(3)
      })
    },
  )

  test('many who ask at once are all answered', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/?lang=de', 'br')))
    const texts = new Set(answers.map(({ rawPayload }) => brotliDecompressSync(rawPayload).toString()))
    expect(texts.size).toBe(1)
  })

  test('is nothing that may hold a secret, or is there once', async () => {
    const { key } = await service.tenant('discreet')
    await service.call('PUT /v1/courses/c', { key, body: { title: 'Course' } })
    await service.call('PUT /v1/courses/c/assignments/lab', { key, body: { graph: 'lab-network1' } })
    const session = await service.call('POST /v1/courses/c/assignments/lab/sessions', {
      key,
      body: { learner: 'ada' },
    })
    const { token } = session.body as { token: string }
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
    for (const [url, headers] of [
      ['/learn', {}],
      ['/learn/session', bearer(token)],
      ['/v1/graphs', bearer(key)],
      ['/v1/graphs/lab-network1/solution', bearer(key)],
      ['/graphql?query={__typename}', bearer(key)],
      ['/practice/graphs/lab-network1/reveal', {}],
      ['/practice/graphs/lab-network1/steps?box=J', {}],
      ['/practice/graphs/lab-network1/cascade', {}],
      ['/graphs/nothing', {}],
    ] as const) {
      const answer = await ask(url, 'br, gzip', headers)
      expect(answer.headers, url).not.toHaveProperty('content-encoding')
    }
  })
})

describe('what holds answers is to lie nowhere', () => {
  test.each([
    'GET /practice/graphs/lab-network1/reveal',
    'GET /practice/graphs/lab-network1/steps?box=J',
    'GET /practice/graphs/lab-network1/cascade',
    'POST /practice/graphs/lab-network1/grade',
    'GET /practice/graphs/nothing',
  ])('%s', async route => {
    const body = route.startsWith('POST') ? { answers: { J: '1' } } : undefined
    const { headers } = await service.call(route, { body })
    expect(headers['cache-control']).toBe('no-store')
    expect(headers).not.toHaveProperty('etag')
  })
})

describe('the head of a page', () => {
  test.each(['/', '/graphs/lab-network0', '/learn'])('%s is that of the page', async url => {
    for (const coding of ['identity', 'br']) {
      const headers = { 'accept-encoding': coding }
      const whole = await service.app.inject({ url, headers })
      const head = await service.app.inject({ method: 'HEAD', url, headers })
      expect([head.statusCode, head.body]).toEqual([200, ''])
      for (const name of ['etag', 'content-type', 'content-length', 'content-encoding', 'vary']) {
        expect(head.headers[name], name).toBe(whole.headers[name])
      }
    }
  })

  test.each(['/', '/graphs/lab-network0'])('%s is told to whoever has the page already', async url => {
    for (const coding of ['identity', 'br']) {
      const headers = { 'accept-encoding': coding }
      const { etag } = (await service.app.inject({ url, headers })).headers
      const head = await service.app.inject({
        method: 'HEAD',
        url,
        headers: { ...headers, 'if-none-match': String(etag) },
      })
      expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', etag])
    }
  })

  test('that there is not is 404', async () => {
    expect((await service.app.inject({ method: 'HEAD', url: '/graphs/nothing' })).statusCode).toBe(404)
  })

  test.each(['/v1/graphs', '/learn/session', '/graphql'])('nobody asks for that of %s', async url => {
    expect((await service.app.inject({ method: 'HEAD', url })).statusCode).toBe(404)
  })
})
