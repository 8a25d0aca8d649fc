/** A page that is open when its assignment opens or closes shows that, whatever the device takes the time to be. */
import { expect, test } from 'vitest'
import { de } from '../../src/strings/de.js'
import { en } from '../../src/strings/en.js'
import {
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  shoot,
  wordsOf,
  type Stage,
} from '../support/browser.js'
import { createCourse } from './course.js'

const { learn, verdicts } = en

const HOUR = 3_600_000

/** A page whose device has a clock that is wrong by so much. */
async function openWithClock(stage: Stage, address: string, wrongBy: number) {
  const tab = await stage.open('/graphs/lab-network0')
  await tab.page.clock.install({ time: stage.service.clock.now + wrongBy })
  await tab.page.goto(address)
  return tab
}

describeInBrowser('an assignment', stage => {
  test.each([
    ['ahead', HOUR],
    ['behind', -HOUR],
  ])('opens by itself where the clock of the device is %s', async (name, wrongBy) => {
    const course = await createCourse(stage(), `opens-${name}`)
    const { clock } = stage().service
    const opensAt = new Date(clock.now + 600_000).toISOString()
    await course.put('lab', { graph: 'lab-network0', opensAt, variants: 'fixed' })
    const { page } = await openWithClock(stage(), (await course.session('lab', 'ada')).address, wrongBy)
    await page.getByText(learn.notOpen).waitFor()
    for (let minute = 0; minute < 9; minute += 1) await page.clock.fastForward(60_000)
    expect(await page.getByText(learn.notOpen).count()).toBe(1)
    clock.now += 601_000
    await page.clock.fastForward(60_000)
    await page.clock.fastForward(10_000)
    await page.getByRole('textbox').first().waitFor()
    expect(await page.getByText(learn.notOpen).count()).toBe(0)
  })

  test('that closes before an attempt arrives says that this was not taken, in the language of the page', async () => {
    const course = await createCourse(stage(), 'refused')
    const { clock } = stage().service
    const closesAt = new Date(clock.now + 600_000).toISOString()
    await course.put('lab', { graph: 'lab-network0', closesAt })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address, { language: 'de' })
    tab.allow(/403/)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12')
    clock.now += 600_000
    await page.getByRole('button', { name: de.learn.submit }).click()
    await page.getByText(de.learn.closed).waitFor()
    await page.getByText(`${de.learn.refused} ${de.problems?.['assignment-closed'] ?? ''}`).waitFor()
    expect(await page.getByText('no longer').count()).toBe(0)
    // What was typed is still to be seen.
    expect(await box('a').inputValue()).toBe('12')
    await shoot(page, 'learn-refused-de')
  })

  test('closes by itself: what was submitted is looked at, with what is right, and nothing more is taken', async () => {
    const course = await createCourse(stage(), 'closes')
    const { clock } = stage().service
    const closesAt = new Date(clock.now + 60_000).toISOString()
    await course.put('lab', { graph: 'lab-network0', closesAt, reveal: 'after-close' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await openWithClock(stage(), address, 5_000)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12')
    await page.getByRole('button', { name: learn.submit }).click()
    await expectVerdict(box('a'), verdicts.incorrect)
    await enter(box('J'), '7')
    clock.now += 61_000
    for (const passed of [60_000, 10_000]) await page.clock.fastForward(passed)
    await page.getByText(learn.closed).waitFor()
    expect(await box('a').inputValue()).toBe('12')
    expect(await box('a').isEditable()).toBe(false)
    expect(await box('J').inputValue()).toBe('')
    await expect.poll(() => wordsOf(box('a'))).toContain(learn.expected('11'))
    expect(await page.getByText(/^Closed /).count()).toBe(1)
    await shoot(page, 'learn-closed-by-itself')
  })
})
