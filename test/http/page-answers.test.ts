import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elementsOf, type Element } from '../support/figures.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService

beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())

async function open(url: string, headers: Record<string, string> = {}) {
  const { statusCode: status, body: text, headers: answered } = await service.app.inject({ url, headers })
  return { status, text, headers: answered }
}

/** The elements of a page of some name. */
const named = (page: string, name: string): Element[] =>
  elementsOf(page.slice(page.indexOf('\n') + 1)).filter(element => element.name === name)

const languageOf = (page: string) => named(page, 'html')[0]?.attributes['lang']

describe('a slash at the end of an address', () => {
  test.each([
    ['/learn/', '/learn'],
    ['/learn/?lang=de', '/learn?lang=de'],
    ['/graphs/lab-network0/', '/graphs/lab-network0'],
    ['/graphs/lab-network0/?lang=de', '/graphs/lab-network0?lang=de'],
  ])('%s is the page %s', async (slashed, url) => {
    const [answer, page] = [await open(slashed), await open(url)]
    expect([answer.status, answer.text]).toEqual([200, page.text])
  })

  test.each([
    ['/v1/graphs/', 'application/problem+json; charset=utf-8', 401],
    ['/practice/graphs/', 'application/problem+json; charset=utf-8', 422],
    ['/learn/session/', 'application/problem+json; charset=utf-8', 404],
    ['/graphs/x//', 'application/problem+json; charset=utf-8', 404],
    ['/graphs/x/y/', 'application/problem+json; charset=utf-8', 404],
    ['//example.com/', 'application/problem+json; charset=utf-8', 404],
    ['/graphs/', 'text/html; charset=utf-8', 404],
  ])('%s is no page with one', async (url, type, status) => {
    expect(await open(url)).toMatchObject({ status, headers: { 'content-type': type } })
  })
})

describe("at an address that is nobody's", () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

  test.each([
    '/nothing',
    '/graphs',
    '/favicon.ico',
    '/learning',
    '/assets/nothing.js',
    '/graphs/%E0%A4%A',
    '/%E0%A4%A?lang=de',
    '/%',
  ])('%s: a browser gets a page that leads on', async url => {
    const answer = await open(url, { accept: BROWSER })
    expect(answer).toMatchObject({
      status: 404,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': 'no-store',
        vary: 'accept, accept-language',
      },
    })
    expect(answer.headers['x-request-id']).toBeTruthy()
    expect(named(answer.text, 'h1')[0]?.text).toBe('There is nothing here')
    expect(named(answer.text, 'a').map(({ attributes }) => attributes['href'])).toContain('/')
  })

  test('it is in the language of who reads it', async () => {
    const headers = { accept: BROWSER, 'accept-language': 'de' }
    for (const url of ['/nothing', '/%E0%A4%A']) {
      expect(languageOf((await open(url, headers)).text), url).toBe('de')
    }
    const asked = await open('/nothing?lang=en', headers)
    expect(languageOf(asked.text)).toBe('en')
  })

  test.each([
    ['/nothing', undefined],
    ['/nothing', '*/*'],
    ['/nothing', 'application/json'],
    ['/nothing', 'application/json, text/html;q=0.9'],
    ['/nothing', 'text/html;q=0'],
    ['/graphs/%E0%A4%A', '*/*'],
    ['/v1', BROWSER],
    ['/v1/nothing', BROWSER],
    ['/v1/%E0%A4%A', BROWSER],
    ['/graphql/nothing', BROWSER],
    ['/practice/nothing', BROWSER],
    ['/practice/graphs/nothing', BROWSER],
    ['/learn/session', BROWSER],
    ['/learn/attempts', BROWSER],
    ['/learn/nothing', BROWSER],
  ])('%s: who accepts %s gets a problem', async (url, accept) => {
    const answer = await open(url, accept === undefined ? {} : { accept })
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  test('whoever sends something there gets a problem', async () => {
    const answer = await service.app.inject({ method: 'POST', url: '/nothing', headers: { accept: BROWSER } })
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })
})
