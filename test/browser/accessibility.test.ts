/** Pages for everybody: axe finds nothing in any state, on small screens and large, light and dark. */
import { expect, test } from 'vitest'
import { stringsOf } from '../../src/strings/strings.js'
import {
  axe,
  boxesOf,
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  isFocused,
  shoot,
  type InPage,
  type Tab,
} from '../support/browser.js'
import { LAB_BOXES } from '../support/lab-graphs.js'
import { createCourse } from './course.js'

const SIDEWAYS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

/** Says in which states of a page axe found something: one does not hide the next. */
async function expectNoViolation(tab: Tab, state: string): Promise<void> {
  expect.soft(await axe(tab.page), `${state}, ${tab.language}`).toEqual([])
}

describeInBrowser('accessibility', stage => {
  test.each(['en', 'de'] as const)(
    'axe finds nothing in any state of a practice page (%s)',
    async language => {
      const { verdicts, practice, board } = stringsOf(language)
      const tab = await stage().open('/graphs/lab-network1', { language })
      const { page } = tab
      const box = await fieldsOf(tab)
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
      await page.getByText(board.startHint).waitFor()
      await expectNoViolation(tab, 'empty')
      for (const [id, text] of Object.entries({ c: '-4', a: '5', d: '4', J: '8x' })) {
        await enter(box(id), text)
      }
      await expectVerdict(box('J'), verdicts.invalid)
      await expectVerdict(box('d'), verdicts.follows)
      await expectNoViolation(tab, 'half filled in')
      // Colours are alike in every language: the dark ones are looked at in one.
      const looksAtDark = language === 'en'
      if (looksAtDark) {
        await page.emulateMedia({ colorScheme: 'dark' })
        await expectNoViolation(tab, 'half filled in, dark')
      }
      await shoot(page, `lab-network1-dark-${language}`)
      await box('dJ_dw').focus()
      await page.getByRole('button', { name: practice.showHow }).click()
      await page.getByText(practice.result).waitFor()
      await expectNoViolation(tab, 'steps')
      await page.emulateMedia({ colorScheme: 'light' })
      await page.getByRole('dialog').getByRole('button', { name: practice.close }).click()
      await page.getByRole('button', { name: practice.cascade }).click()
      await page.getByText(practice.cascadeIntro).waitFor()
      if (looksAtDark) await page.emulateMedia({ colorScheme: 'dark' })
      await expectNoViolation(tab, 'cascade')
      await page.emulateMedia({ colorScheme: 'light' })
      await page.getByRole('dialog').getByRole('button', { name: practice.close }).click()
      await page.getByRole('button', { name: practice.revealAll }).click()
      await expect.poll(() => box('J').inputValue()).toBe('4.5')
      await expectNoViolation(tab, 'revealed')
      await page.getByRole('button', { name: practice.hideAll }).click()
      await page.setViewportSize({ width: 360, height: 740 })
      await expectNoViolation(tab, 'half filled in, phone')
      await shoot(page, `lab-network1-phone-${language}`)
      for (const [id, truth] of LAB_BOXES['lab-network1']) await enter(box(id), String(truth))
      await page.getByText(practice.solvedTitle, { exact: true }).waitFor()
      await expectNoViolation(tab, 'solved, phone')
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.emulateMedia({ colorScheme: 'dark' })
      if (looksAtDark) await expectNoViolation(tab, 'solved, dark')
      await shoot(page, `lab-network1-solved-dark-${language}`)
    },
  )

  test.each(['en', 'de'] as const)(
    'axe finds nothing on the first page, nor where there is no page (%s)',
    async language => {
      const { site } = stringsOf(language)
      for (const theme of language === 'en' ? (['light', 'dark'] as const) : (['light'] as const)) {
        const tab = await stage().open('/', { language, theme })
        await tab.page.getByRole('heading', { name: site.tagline }).waitFor()
        await expectNoViolation(tab, `first page, ${theme}`)
        await shoot(tab.page, `first-page-${theme}-${language}`)
        await tab.page.setViewportSize({ width: 360, height: 740 })
        await expectNoViolation(tab, `first page, phone, ${theme}`)
        expect(await tab.page.evaluate<number>(SIDEWAYS)).toBe(0)
      }
      const tab = await stage().open('/graphs/no-such-graph', { language })
      tab.allow(/404/)
      await tab.page.getByRole('heading', { name: site.notFoundTitle }).waitFor()
      await expectNoViolation(tab, 'no such page')
    },
  )

  test.each(['en', 'de'] as const)('axe finds nothing in any state of /learn (%s)', async language => {
    const { learn, verdicts } = stringsOf(language)
    const course = await createCourse(stage(), `axe-${language}`)
    await course.put('open', { graph: 'lab-network0', maxAttempts: 5, dueAt: '2099-01-01T00:00:00Z' })
    await course.put('closed', { graph: 'lab-network0', closesAt: '2020-01-01T00:00:00Z' })
    const none = await stage().open('/learn', { language })
    await none.page.getByRole('heading', { name: learn.noToken }).waitFor()
    await expectNoViolation(none, 'without a token')

    const { address, boxes } = await course.session('open', 'ada')
    const tab = await stage().open(address, { language })
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await page.getByRole('button', { name: learn.submit }).waitFor()
    await expectNoViolation(tab, 'open')
    await shoot(page, `learn-open-${language}`)
    for (const [id, text] of Object.entries({ a: '12', J: '144', dJ_da: '5', da_dw: '3' })) {
      await enter(box(id), text)
    }
    await page.getByRole('button', { name: learn.submit }).click()
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await expectVerdict(box('J'), verdicts.follows)
    await expectNoViolation(tab, 'submitted')
    await shoot(page, `learn-submitted-${language}`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 360, height: 740 })
    await expectNoViolation(tab, 'submitted, dark, phone')
    expect(await page.evaluate<number>(SIDEWAYS)).toBe(0)

    const ended = await stage().open(`/learn#cl_${'x'.repeat(65)}`, { language })
    ended.allow(/401/)
    await ended.page.getByRole('heading', { name: learn.ended }).waitFor()
    await expectNoViolation(ended, 'ended')

    const closed = await stage().open((await course.session('closed', 'ada')).address, { language })
    await closed.page.getByText(learn.closed).waitFor()
    await expectNoViolation(closed, 'closed')
    await shoot(closed.page, `learn-closed-${language}`)
  })

  test.each([
    { width: 360, height: 740 },
    { width: 3840, height: 2160 },
  ])(
    'at $width pixels nothing scrolls sideways but the figure, and each box can be hit and is seen when it has the focus',
    async ({ width, height }) => {
      const tab = await stage().open('/graphs/lab-network1', { width, height, calm: true })
      const { page } = tab
      const box = await fieldsOf(tab)
      expect(await page.evaluate<number>(SIDEWAYS)).toBe(0)
      for (const { id } of await boxesOf(tab)) {
        await box(id).focus()
        const seen = await box(id).evaluate((element: InPage) => {
          const { left, top, right, bottom, width, height } = element.getBoundingClientRect()
          const { elementFromPoint, documentElement } = element.ownerDocument
          const at = elementFromPoint.call(element.ownerDocument, (left + right) / 2, (top + bottom) / 2)
          const { clientWidth, clientHeight } = documentElement
          return {
            isUncovered: at === element,
            isInside: left >= 0 && top >= 0 && right <= clientWidth && bottom <= clientHeight,
            isLarge: width >= 24 && height >= 24,
          }
        })
        expect(seen, id).toEqual({ isUncovered: true, isInside: true, isLarge: true })
        expect(await isFocused(box(id))).toBe(true)
      }
      expect(await page.evaluate<number>(SIDEWAYS)).toBe(0)
      await shoot(page, `lab-network1-${String(width)}`)
    },
  )

  test('who asks for less motion gets none', async () => {
    const tab = await stage().open('/graphs/lab-network0', { calm: true })
    const box = await fieldsOf(tab)
    await enter(box('a'), '12')
    await expectVerdict(box('a'), 'Not right yet')
    const moving = await tab.page.evaluate<string[]>(`[...document.querySelectorAll('*')].flatMap(element => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element)
      const long = text => text.split(',').some(part => parseFloat(part) > 0.01)
      const moves = (animationName !== 'none' && long(animationDuration)) || long(transitionDuration)
      return moves || scrollBehavior === 'smooth' ? [element.outerHTML.slice(0, 80)] : []
    })`)
    expect(moving).toEqual([])
  })
})
