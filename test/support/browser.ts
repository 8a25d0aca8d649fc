/** The whole service, listening, and a browser that visits its pages as people do. */
import axeCore from 'axe-core'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { pino } from 'pino'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
  type Response,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest'
import { buildApp } from '../../src/app.js'
import { en } from '../../src/strings/en.js'
import type { Language } from '../../src/contracts/languages.js'
import { stringsOf } from '../../src/strings/strings.js'
import { createTestService, type TestService } from './service.js'

/** Built by the set-up of the test run. */
const WEB_FOLDER = new URL('../../dist/web/', import.meta.url)

/** Who visits, and with what. */
export type Visitor = {
  readonly language?: Language
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  readonly javaScript?: boolean
  readonly calm?: boolean
  /** A phone: fingers in place of a pointer. */
  readonly touches?: boolean
  /** Time stands still until the test moves it on: `page.clock`. */
  readonly ownClock?: boolean
}

/** What a page was sent, whole. */
export type Received = {
  readonly url: string
  readonly status: number
  readonly body: Buffer
  /** The bytes of the body as they came over the wire. */
  readonly wire: number
}

export type Tab = {
  readonly page: Page
  readonly context: BrowserContext
  readonly language: Language
  /** Another tab of the same browser, so with the same storage. */
  readonly another: (address: string) => Promise<Tab>
  /** What the console may complain of in this test; anything else fails it. */
  readonly allow: (pattern: RegExp) => void
  /** Everything sent to this visitor so far. */
  readonly received: () => Promise<readonly Received[]>
}

export type Stage = {
  readonly origin: string
  readonly service: TestService
  /** All that the server has logged. */
  readonly logged: () => string
  readonly open: (address: string, visitor?: Visitor) => Promise<Tab>
  /** Sends a request of an LMS or a teacher, which is not to be refused. */
  readonly ask: <Body>(key: string, method: string, route: string, body?: unknown) => Promise<Body>
}

/**
 * Tests in a browser: one service and one browser for all of them, a visitor of its own for each. A test in which the
 * console of a page complains (of CSP, of a script that failed, of a request) fails, unless it has allowed it. Where no
 * browser runs they are skipped, as the set-up of the run has said.
 */
export function describeInBrowser(name: string, define: (stage: () => Stage) => void): void {
  const found = inject('chromium')
  describe.skipIf('missing' in found)(name, () => {
    let stage: Stage | undefined
    let close: () => Promise<void> = () => Promise.resolve()
    let leave: () => Promise<readonly string[]> = () => Promise.resolve([])
    beforeAll(async () => {
      if ('missing' in found) return
      ;({ stage, close, leave } = await createStage(found.executable))
    })
    afterEach(async () => {
      expect(await leave(), 'what consoles complained of').toEqual([])
    })
    afterAll(() => close())
    define(() => {
      if (stage === undefined) throw new Error('the stage is set up before the tests')
      return stage
    })
  })
}

async function createStage(executablePath: string) {
  const service = await createTestService()
  // Browsers have a clock of their own, which the service's is compared with.
  service.clock.now = Date.now()
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: line => lines.push(line) })
  const app = await buildApp(service.services, logger, { webFolder: WEB_FOLDER })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const origin = `http://127.0.0.1:${String((app.server.address() as AddressInfo).port)}`
  const browser = await chromium.launch({ executablePath, args: ['--font-render-hinting=none'] })
  let visits: Visit[] = []
  const stage: Stage = {
    origin,
    service,
    logged: () => lines.join(''),
    open: async (address, visitor = {}) => {
      const visit = await createVisit(browser, origin, visitor)
      visits.push(visit)
      return visit.open(address)
    },
    ask: async <Body>(key: string, method: string, route: string, body?: unknown) => {
      const response = await fetch(origin + route, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${route}: ${String(response.status)} ${text}`)
      return JSON.parse(text) as Body
    },
  }
  return {
    stage,
    /** Closes what a test has opened, and says what it was complained of there. */
    leave: async () => {
      const left = visits
      visits = []
      await Promise.all(left.map(({ context }) => context.close()))
      return left.flatMap(({ complaints }) => complaints())
    },
    close: async () => {
      await browser.close()
      app.server.closeAllConnections()
      await app.close()
      await service.close()
    },
  }
}

type Visit = {
  readonly context: BrowserContext
  readonly open: (address: string) => Promise<Tab>
  readonly complaints: () => string[]
}

async function createVisit(browser: Browser, origin: string, visitor: Visitor): Promise<Visit> {
  const { language = 'en', theme = 'light', width = 1280, height = 900, javaScript = true, calm } = visitor
  const context = await browser.newContext({
    baseURL: origin,
    locale: language,
    colorScheme: theme,
    viewport: { width, height },
    javaScriptEnabled: javaScript,
    reducedMotion: calm === true ? 'reduce' : 'no-preference',
    hasTouch: visitor.touches === true,
    isMobile: visitor.touches === true,
  })
  if (visitor.ownClock === true) await context.clock.install()
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const allowed: RegExp[] = []
  const received: Promise<Received>[] = []
  context.on('console', message => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`)
  })
  context.on('weberror', error => complaints.push(String(error.error().stack)))
  context.on('response', response => {
    received.push(receive(response))
  })
  const open = async (address: string): Promise<Tab> => {
    const page = await context.newPage()
    await page.goto(address)
    return {
      page,
      context,
      language,
      another: open,
      allow: pattern => allowed.push(pattern),
      received: () => Promise.all(received),
    }
  }
  const isAllowed = (text: string): boolean => allowed.some(pattern => pattern.test(text))
  return { context, open, complaints: () => complaints.filter(text => !isAllowed(text)) }
}

async function receive(response: Response): Promise<Received> {
  const [body, wire] = await Promise.all([
    response.body().catch(() => Buffer.alloc(0)),
    response
      .request()
      .sizes()
      .then(
        sizes => sizes.responseBodySize,
        () => 0,
      ),
  ])
  return { url: response.url(), status: response.status(), body, wire }
}

/** A box as the API describes it. */
export type BoxOfPage = {
  readonly id: string
  readonly kind: 'forward' | 'local' | 'gradient'
  readonly of: string
  readonly wrt: string | null
  readonly label: { readonly text: string }
}

/** The boxes of a page, in the order that the server gives them. */
export async function boxesOf({ page }: Tab): Promise<readonly BoxOfPage[]> {
  const data = await page.locator('#page-data').textContent()
  return (JSON.parse(data ?? '') as { graph: { boxes: BoxOfPage[] } }).graph.boxes
}

/** What a box is called: its label and what it is. */
export function nameOf({ kind, of, wrt, label }: BoxOfPage, language: Language = 'en'): string {
  const { forward, local, gradient } = stringsOf(language).boxes
  if (kind === 'forward' || wrt === null) return forward(label.text)
  return (kind === 'local' ? local : gradient)(label.text, of, wrt)
}

/** The field with an accessible name; more may follow after a comma, such as what is to be typed there. */
export function field(page: Page, name: string): Locator {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return page.getByRole('textbox', { name: new RegExp(`^${escaped}(,|$)`) })
}

/** Every field of the page by the id of its box. */
export async function fieldsOf(tab: Tab, boxes?: readonly BoxOfPage[]): Promise<(id: string) => Locator> {
  const found = new Map(
    (boxes ?? (await boxesOf(tab))).map(box => [box.id, field(tab.page, nameOf(box, tab.language))]),
  )
  return id => {
    const locator = found.get(id)
    if (locator === undefined) throw new Error(`there is no box ${id}`)
    return locator
  }
}

/** As much of a browser's element as functions use that run in the page: tests know no DOM. */
export type InPage = {
  readonly getAttribute: (name: string) => string | null
  readonly getBoundingClientRect: () => Readonly<
    Record<'left' | 'top' | 'right' | 'bottom' | 'width' | 'height', number>
  >
  readonly ownerDocument: {
    readonly activeElement: unknown
    readonly documentElement: { readonly clientWidth: number; readonly clientHeight: number }
    readonly elementFromPoint: (x: number, y: number) => unknown
    readonly getElementById: (id: string) => { readonly textContent: string } | null
  }
}

/** What is said of a field to those who cannot see it: the words that describe it. */
export function wordsOf(input: Locator): Promise<string> {
  return input.evaluate((element: InPage) => {
    const ids = (element.getAttribute('aria-describedby') ?? '').split(' ')
    return ids.map(id => element.ownerDocument.getElementById(id)?.textContent ?? '').join(' ')
  })
}

/** Whether a field has the focus. */
export function isFocused(input: Locator): Promise<boolean> {
  return input.evaluate((element: InPage) => element.ownerDocument.activeElement === element)
}

/** Waits until what is said of a field begins as it should. */
export async function expectVerdict(input: Locator, words: string | RegExp): Promise<void> {
  const begin = typeof words === 'string' ? new RegExp(`^${words}[.( ]`) : words
  await expect.poll(() => wordsOf(input), { timeout: 10_000 }).toMatch(begin)
}

/** Types into a field and leaves it, as by keyboard. */
export async function enter(input: Locator, text: string): Promise<void> {
  await input.fill(text)
  await input.blur()
}

/** The id of the field that has the focus; empty where none has. */
export async function focusedName(page: Page): Promise<string> {
  return String(await page.evaluate(`document.activeElement?.getAttribute('aria-label') ?? ''`))
}

/** Waits until all boxes count as right. */
export async function expectRight(page: Page, right: number, all: number): Promise<void> {
  await page.getByText(en.board.progress(right, all), { exact: true }).waitFor()
}

/** What axe finds wrong with the page as it is, a line each. */
export async function axe(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axeCore.source)
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + ': ' + help + ' at ' + target.join(' ') + ' ' + failureSummary)))`)
}

/** Keeps a picture in the folder that BROWSER_SHOTS names, if it names one. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['BROWSER_SHOTS']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true })
}
