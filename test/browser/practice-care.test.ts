/** What practice does for those who type fast, on a phone, by ear, or while the server is busy. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import {
  axe,
  boxesOf,
  describeInBrowser,
  enter,
  expectRight,
  expectVerdict,
  fieldsOf,
  shoot,
  wordsOf,
  type InPage,
  type Tab,
} from '../support/browser.js'
import { LAB_BOXES } from '../support/lab-graphs.js'

/** Longer than the page waits for the next letter. */
const A_PAUSE = 1_000

/** The questions about entries that a page has sent so far. */
function gradings({ page }: Tab): { readonly bodies: readonly string[] } {
  const bodies: string[] = []
  page.on('request', request => {
    if (request.url().includes('/grade')) bodies.push(request.postData() ?? '')
  })
  return { bodies }
}

describeInBrowser('while practising', stage => {
  test('a finger opens a box, and every control is large enough for it', async () => {
    const tab = await stage().open('/graphs/lab-network0', { width: 360, height: 640, touches: true })
    const { page } = tab
    const box = await fieldsOf(tab)
    for (const [id, truth] of LAB_BOXES['lab-network0']) {
      await box(id).tap()
      await page.keyboard.type(String(truth))
    }
    await page.getByRole('button', { name: en.practice.showHow }).tap()
    await page.getByRole('dialog').waitFor()
    await page.getByRole('button', { name: en.practice.close }).tap()
    await expectRight(page, 5, 5)
    const small = await page.evaluate<string[]>(`[...document.querySelectorAll('button, input, .dock a')]
      .filter(element => { const { width, height } = element.getBoundingClientRect(); return width < 24 || height < 24 })
      .map(element => element.outerHTML)`)
    expect(small).toEqual([])
  })

  test('the end is in sight on a phone, where the last box is at the bottom of the figure', async () => {
    const tab = await stage().open('/graphs/lab-network1', { width: 360, height: 640, touches: true })
    const box = await fieldsOf(tab)
    for (const [id, truth] of LAB_BOXES['lab-network1']) await box(id).fill(String(truth))
    await box('dJ_db').press('Enter')
    await box('dJ_dw').press('Enter')
    const end = tab.page.getByText(en.practice.solvedTitle, { exact: true })
    await end.waitFor()
    const isInSight = await end.evaluate((element: InPage) => {
      const { top, bottom } = element.getBoundingClientRect()
      return top >= 0 && bottom <= element.ownerDocument.documentElement.clientHeight
    })
    expect(isInSight).toBe(true)
    await shoot(tab.page, 'phone-end')
  })

  test('a server that asks to wait is left alone for so long, and nothing is lost', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    tab.allow(/429/)
    const { page, context } = tab
    const box = await fieldsOf(tab)
    const { bodies } = gradings(tab)
    await context.route('**/grade*', route =>
      route.fulfill({ status: 429, headers: { 'retry-after': '60' }, body: '{"code":"too-many-requests"}' }),
    )
    await enter(box('a'), '11')
    await page.getByText(en.network.busy(60)).waitFor()
    for (const [id, truth] of LAB_BOXES['lab-network0']) await enter(box(id), String(truth))
    expect(bodies).toHaveLength(1)
    await context.unroute('**/grade*')
    await page.getByRole('button', { name: en.network.retry }).press('Enter')
    await expectRight(page, 5, 5)
    // The button is gone: who has pressed it is still in the work.
    await expect.poll(() => page.evaluate<string>(`document.activeElement?.id ?? ''`)).toBe('app')
    expect(bodies).toHaveLength(2)
    await expect.poll(() => page.getByText(en.network.busy(60)).count()).toBe(0)
  })

  test('a fault of the server is said to be its own, and is over by itself', async () => {
    const tab = await stage().open('/graphs/lab-network0', { ownClock: true })
    tab.allow(/503/)
    const { page, context } = tab
    const box = await fieldsOf(tab)
    await context.route('**/grade*', route => route.fulfill({ status: 503, body: '' }), { times: 1 })
    await enter(box('a'), '11')
    await page.getByText(en.network.busy(1)).waitFor()
    await page.clock.fastForward(2_000)
    await expectVerdict(box('a'), en.verdicts.correct)
  })

  test('a second wrong entry is said aloud, though in the same words', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    await page.evaluate(`(() => {
      globalThis.heard = []
      const region = document.querySelector('[aria-live]')
      new MutationObserver(() => heard.push(region.textContent)).observe(region, {
        characterData: true, childList: true, subtree: true })
    })()`)
    for (const wrong of ['7', '8', '9']) {
      await enter(box('a'), wrong)
      await expectVerdict(box('a'), en.verdicts.incorrect)
    }
    const heard = () => page.evaluate<string[]>(`heard.filter(text => text !== '')`)
    await expect.poll(heard).toHaveLength(3)
    const words = (await heard()).map(text => text.trim())
    expect(new Set(words), 'told in the same words').toEqual(new Set([words[0]]))
  })

  test('the end is told once, and not again when values are shown and hidden', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    for (const [id, truth] of LAB_BOXES['lab-network0']) await enter(box(id), String(truth))
    await page.getByText(en.practice.solvedTitle, { exact: true }).waitFor()
    const said = () => page.locator('[aria-live]').textContent()
    await expect.poll(said).toContain(en.practice.solvedTitle)
    const before = await said()
    await page.getByRole('button', { name: en.practice.revealAll }).click()
    await page.getByRole('button', { name: en.practice.hideAll }).click()
    await page.getByRole('button', { name: en.practice.revealAll }).waitFor()
    expect(await said()).toBe(before)
  })

  test('a tab that only looks on asks once when the typing in another has paused, not for each letter', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const other = await tab.another('/graphs/lab-network0')
    const { bodies } = gradings(other)
    const [box, there] = await Promise.all([fieldsOf(tab), fieldsOf(other)])
    await tab.page.bringToFront()
    await box('a').pressSequentially('2 + 3*3')
    await box('a').blur()
    await expectVerdict(there('a'), en.verdicts.correct)
    expect(bodies.length).toBeLessThan(3)
  })

  test.each([
    [true, 'auto'],
    [false, 'smooth'],
  ])('who asks for less motion (%s) is led to a box at once: %s', async (calm, behavior) => {
    const tab = await stage().open('/graphs/lab-network1', { calm, width: 360 })
    const box = await fieldsOf(tab)
    await tab.page.evaluate(`(() => {
      globalThis.ways = []
      const own = Element.prototype.scrollIntoView
      Element.prototype.scrollIntoView = function (options) { ways.push(options.behavior); own.call(this, options) }
    })()`)
    await box('J').focus()
    expect(await tab.page.evaluate<string[]>('ways')).toEqual([behavior])
  })

  test('what is typed is judged when its box is left: until then others keep their verdicts', async () => {
    const tab = await stage().open('/graphs/lab-network0', { ownClock: true })
    const { page } = tab
    const box = await fieldsOf(tab)
    await enter(box('a'), '12')
    await enter(box('J'), '144')
    await expectVerdict(box('J'), en.verdicts.follows)
    const { bodies } = gradings(tab)
    await box('a').focus()
    await box('a').fill('13')
    await page.clock.fastForward(A_PAUSE)
    await expect.poll(() => bodies).toEqual([JSON.stringify({ answers: { a: '13' } })])
    await page.waitForLoadState('networkidle')
    await expectVerdict(box('J'), en.verdicts.follows)
    expect(await wordsOf(box('a'))).toBe('')
    await box('a').blur()
    await expectVerdict(box('a'), en.verdicts.incorrect)
  })

  test('nobody is told off in the middle of a name', async () => {
    const tab = await stage().open('/graphs/lab-network0', { ownClock: true })
    const box = await fieldsOf(tab)
    const { bodies } = gradings(tab)
    await box('a').focus()
    for (const text of ['sq', 'sqrt', '2*sq']) {
      await box('a').fill(text)
      await tab.page.clock.fastForward(A_PAUSE)
    }
    await box('a').fill('11abc')
    await tab.page.clock.fastForward(A_PAUSE)
    await expectVerdict(box('a'), en.verdicts.invalid)
    expect(bodies).toEqual([JSON.stringify({ answers: { a: '11abc' } })])
  })

  test.each([360, 1280])('a long entry never lies over the box beside it, at %d pixels', async width => {
    const tab = await stage().open('/graphs/lab-network1', { width, height: 800, calm: true })
    const box = await fieldsOf(tab)
    await box('c').fill('-3.999999999999999999999999999999999999')
    for (const isLeft of [false, true]) {
      if (isLeft) await box('c').blur()
      for (const { id } of await boxesOf(tab)) {
        if (id === 'c') continue
        const isUncovered = await box(id).evaluate((element: InPage) => {
          const { left, top, right, bottom } = element.getBoundingClientRect()
          const { elementFromPoint } = element.ownerDocument
          const at = elementFromPoint.call(element.ownerDocument, (left + right) / 2, (top + bottom) / 2)
          // Out of sight, or under the line at the bottom of the page, it is covered by no box.
          return at === element || (at as { tagName?: string } | null)?.tagName !== 'INPUT'
        })
        expect(isUncovered, `${id}, left: ${String(isLeft)}`).toBe(true)
      }
    }
    await box('c').focus()
    const text = await tab.page.locator('.dock-entry').textContent()
    expect(text, 'it is seen whole below').toBe('-3.999999999999999999999999999999999999')
  })

  test('Ctrl+Z goes on undoing in a box, and Enter after the last box goes to what is not right yet', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    for (const text of ['1', '2', '3']) await enter(box('a'), text)
    await box('a').focus()
    for (const before of ['2', '1', '']) {
      await page.keyboard.press('Control+z')
      await expect.poll(() => box('a').inputValue()).toBe(before)
    }
    await enter(box('a'), '11')
    await expectVerdict(box('a'), en.verdicts.correct)
    await box('dJ_dw').press('Enter')
    expect(
      await box('J').evaluate((element: InPage) => element.ownerDocument.activeElement === element),
    ).toBe(true)
  })

  test('in colours that the reader has chosen every verdict can be told, and axe finds nothing', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    await page.emulateMedia({ forcedColors: 'active' })
    const box = await fieldsOf(tab)
    for (const [id, text] of Object.entries({ a: '12', J: '144', dJ_da: '5', da_dw: '3', dJ_dw: '6x' }))
      await enter(box(id), text)
    await expectVerdict(box('J'), en.verdicts.follows)
    await expectVerdict(box('dJ_dw'), en.verdicts.invalid)
    const lines = await Promise.all(
      ['a', 'J', 'da_dw'].map(id =>
        box(id).evaluate(
          element =>
            (
              globalThis as unknown as { getComputedStyle: (of: unknown) => { borderStyle: string } }
            ).getComputedStyle(element).borderStyle,
        ),
      ),
    )
    expect(lines).toEqual(['dashed', 'double', 'solid'])
    expect(await axe(page)).toEqual([])
    await shoot(page, 'lab-network0-forced-colors')
  })
})
