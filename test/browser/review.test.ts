/** What a learner sees again of what was submitted, and what of the right values once they are shown. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import {
  axe,
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  shoot,
  wordsOf,
  type Tab,
} from '../support/browser.js'
import { createCourse, type Attempts } from './course.js'

const { learn, practice, verdicts } = en

async function submitIn({ page }: Tab): Promise<void> {
  await page.getByRole('button', { name: learn.submit }).click()
}

/** Says in which states of a page axe found something. */
async function expectNoViolation(tab: Tab, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.page.emulateMedia({ colorScheme })
    expect.soft(await axe(tab.page), `${state}, ${colorScheme}`).toEqual([])
  }
  await tab.page.emulateMedia({ colorScheme: 'light' })
}

describeInBrowser('what was submitted', stage => {
  test('is there again after a reload with what was said of it; a box that is changed loses its verdict', async () => {
    const course = await createCourse(stage(), 'again')
    await course.put('lab', { graph: 'lab-network0', maxAttempts: 3 })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    for (const [id, text] of Object.entries({ a: '12', J: '144', da_dw: '3' })) await enter(box(id), text)
    await submitIn(tab)
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await tab.page.reload()
    await expect.poll(() => box('J').inputValue()).toBe('144')
    await expectVerdict(box('a'), verdicts.incorrect)
    await expectVerdict(box('J'), verdicts.follows)
    await expectVerdict(box('da_dw'), verdicts.correct)
    await tab.page.getByRole('heading', { name: learn.again(1) }).waitFor()
    await shoot(tab.page, 'review-open-again')
    await expectNoViolation(tab, 'open again')

    await enter(box('a'), '11')
    await expect.poll(() => wordsOf(box('a'))).toBe('')
    await tab.page.reload()
    // What was typed since is a draft, and is kept; the rest of it is as it was submitted.
    await expect.poll(() => box('a').inputValue()).toBe('11')
    expect(await wordsOf(box('a'))).toBe('')
    await expectVerdict(box('da_dw'), verdicts.correct)
    await submitIn(tab)
    await tab.page.getByRole('heading', { name: learn.stored(2) }).waitFor()
    await expectVerdict(box('a'), verdicts.correct)
  })

  test('is not there where the next attempt has other values', async () => {
    const course = await createCourse(stage(), 'other-values')
    const definition = {
      title: 'Drawn',
      inputs: [{ name: 'w', role: 'parameter', value: 3, sample: { integer: [4, 400_000] } }],
      nodes: [{ name: 'J', expression: 'w^2' }],
      output: 'J',
    }
    await stage().ask(course.key, 'PUT', '/v1/graphs/drawn', definition)
    await course.put('lab', { graph: 'drawn', variants: 'per-attempt', maxAttempts: 2 })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    await enter(box('J'), '1')
    await submitIn(tab)
    await tab.page.getByRole('button', { name: learn.nextAttempt }).waitFor()
    await tab.page.reload()
    await tab.page.getByText(learn.attempt(2, 2)).waitFor()
    expect(await box('J').inputValue()).toBe('')
    await enter(box('J'), '2')
    await submitIn(tab)
    await tab.page.getByText(learn.noAttemptsLeft).waitFor()
    await expectVerdict(box('J'), verdicts.incorrect)
    // The last attempt is looked at, at its own values.
    await tab.page.reload()
    await expectVerdict(box('J'), verdicts.incorrect)
    expect(await box('J').inputValue()).toBe('2')
    expect(await box('J').isEditable()).toBe(false)
    expect(await tab.page.getByRole('button', { name: learn.submit }).count()).toBe(0)
    await shoot(tab.page, 'review-no-attempts-left')
    await expectNoViolation(tab, 'no attempts left')
  })

  test('is shown with what is right once the assignment is closed, and each box is explained', async () => {
    const course = await createCourse(stage(), 'closed')
    const policy = { graph: 'lab-network1', reveal: 'after-close', dueAt: '2019-01-01T00:00:00Z' }
    await course.put('lab', { ...policy, closesAt: '2099-01-01T00:00:00Z' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    for (const [id, text] of Object.entries({ c: '-4', a: '5', d: '4' })) await enter(box(id), text)
    await submitIn(tab)
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await box('J').focus()
    expect(await page.getByRole('button', { name: practice.showHow }).count()).toBe(0)

    await course.put('lab', { ...policy, closesAt: '2020-01-01T00:00:00Z' })
    await page.reload()
    await page.getByText(learn.closed).waitFor()
    expect(await box('a').inputValue()).toBe('5')
    expect(await box('a').isEditable()).toBe(false)
    await expectVerdict(box('a'), verdicts.incorrect)
    expect(await wordsOf(box('a'))).toContain(learn.expected('4'))
    await expectVerdict(box('d'), verdicts.follows)
    // Boxes that were left empty tell what is right as well.
    expect(await wordsOf(box('dJ_dw'))).toContain(learn.expected('6'))
    await shoot(page, 'review-closed')
    await expectNoViolation(tab, 'closed, with the last attempt')

    await box('dJ_dw').focus()
    await page.getByRole('button', { name: practice.showHow }).click()
    await page.getByText(practice.result).waitFor()
    expect(await page.getByRole('dialog').locator('output').textContent()).toBe('6')
    expect(await page.getByRole('dialog').getByRole('listitem').count()).toBeGreaterThan(3)
    await shoot(page, 'review-steps')
    await expectNoViolation(tab, 'closed, with steps')
    await page.setViewportSize({ width: 360, height: 740 })
    await page.getByRole('dialog').getByRole('button', { name: practice.close }).click()
    await shoot(page, 'review-closed-phone')
    await expectNoViolation(tab, 'closed, phone')
  })

  test('is shown to nobody who made no attempt; once it is closed they see how it goes', async () => {
    const course = await createCourse(stage(), 'missed')
    await course.put('lab', {
      graph: 'lab-network0',
      reveal: 'after-close',
      closesAt: '2020-01-01T00:00:00Z',
    })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    await box('dJ_dw').focus()
    expect(await box('dJ_dw').inputValue()).toBe('')
    await tab.page.getByRole('button', { name: practice.showHow }).click()
    await tab.page.getByText(practice.result).waitFor()
    expect(await tab.page.getByRole('dialog').locator('output').textContent()).toBe('66')
    await expectNoViolation(tab, 'closed without an attempt')
  })
})

describeInBrowser('an assignment', stage => {
  test('says when it opens before it does', async () => {
    const course = await createCourse(stage(), 'not-open')
    await course.put('lab', { graph: 'lab-network0', opensAt: '2099-01-01T00:00:00Z' })
    const tab = await stage().open((await course.session('lab', 'ada')).address)
    await tab.page.getByText(learn.notOpen).waitFor()
    expect(await tab.page.getByRole('textbox').count()).toBe(0)
    await shoot(tab.page, 'learn-not-open')
    await expectNoViolation(tab, 'not open')
  })

  test('explains while one types what cannot be read, says nothing of what is wrong, and stores neither', async () => {
    const course = await createCourse(stage(), 'typing')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('da_dw'), '9/2 + 1')
    await box('a').focus()
    await box('a').pressSequentially('11;5')
    await expectVerdict(box('a'), verdicts.invalid)
    expect(await box('a').inputValue()).toBe('11;5')
    await page.getByText(en.board.filled(2, 5)).waitFor()
    await shoot(page, 'learn-unreadable')
    await expectNoViolation(tab, 'an entry that cannot be read')
    await enter(box('a'), '11')
    await expect.poll(() => wordsOf(box('a'))).toBe('')
    expect(await wordsOf(box('da_dw'))).toBe('')
    const checks = (await tab.received()).filter(({ url }) => url.endsWith('/learn/check'))
    expect(checks.length).toBeGreaterThan(0)
    for (const { status } of checks) expect(status).toBe(200)
    expect((await course.read<Attempts>('/assignments/lab/attempts')).items).toHaveLength(0)
  })
})
