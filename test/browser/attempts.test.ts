/** An attempt is made when a learner means it, once, and its result reaches them. */
import { expect, test } from 'vitest'
import { de } from '../../src/strings/de.js'
import { en } from '../../src/strings/en.js'
import {
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  focusedName,
  isFocused,
  shoot,
  type Stage,
  type Tab,
} from '../support/browser.js'
import { createCourse, type Attempts, type Course } from './course.js'
import { loseAnswers } from './mishaps.js'

const { learn, network, verdicts } = en

const DRAWN = {
  title: 'Drawn',
  inputs: [{ name: 'w', role: 'parameter', value: 3, sample: { integer: [4, 400_000] } }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

const submitIn = ({ page }: Tab): Promise<void> => page.getByRole('button', { name: learn.submit }).click()

const attemptsOf = async (course: Course): Promise<number> =>
  (await course.read<Attempts>('/assignments/lab/attempts')).items.length

/** A course with that graph, and a learner's page on an assignment of it. */
async function openDrawn(stage: Stage, name: string, policy: object) {
  const course = await createCourse(stage, name)
  await stage.ask(course.key, 'PUT', '/v1/graphs/drawn', DRAWN)
  await course.put('lab', { graph: 'drawn', ...policy })
  const { address, boxes } = await course.session('lab', 'ada')
  const tab = await stage.open(address)
  return { course, tab, box: await fieldsOf(tab, boxes) }
}

describeInBrowser('an attempt', stage => {
  test('is not made twice by a second click, nor after a reload, before something is changed', async () => {
    const course = await createCourse(stage(), 'twice')
    await course.put('lab', { graph: 'lab-network0', maxAttempts: 3 })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '11')
    await page.getByRole('button', { name: learn.submit }).dblclick()
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await submitIn(tab)
    await page.getByText(learn.alreadySubmitted).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: learn.again(1) }).waitFor()
    await submitIn(tab)
    await page.getByText(learn.alreadySubmitted).waitFor()
    await shoot(page, 'learn-already-submitted')
    expect(await attemptsOf(course)).toBe(1)
    await enter(box('J'), '121')
    await page.getByText(learn.alreadySubmitted).waitFor({ state: 'detached' })
    await submitIn(tab)
    await page.getByRole('heading', { name: learn.stored(2) }).waitFor()
    await page.getByText(learn.scored('4', '10')).waitFor()
    await shoot(page, 'learn-partly')
    expect(await attemptsOf(course)).toBe(2)
  })

  test('whose answer is lost before the session ends is stored once: the next session hears of it', async () => {
    const course = await createCourse(stage(), 'lost-and-ended')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada', 60)
    const tab = await stage().open(address)
    tab.allow(/ERR_FAILED|401/)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    const lost = await loseAnswers(tab)
    await enter(box('dJ_dw'), '66')
    await submitIn(tab)
    await page.getByText(learn.waitingToSend).waitFor()
    stage().service.clock.now += 61_000
    lost.now = false
    await page.getByRole('button', { name: network.retry }).click()
    await page.getByText(learn.endedUnanswered).waitFor()
    await shoot(page, 'learn-ended-unanswered')
    await page.reload()
    await page.getByText(learn.endedUnanswered).waitFor()
    // Called as in the figure.
    await page.getByText('∂J/∂w', { exact: true }).waitFor()
    await shoot(page, 'learn-ended')
    const next = await tab.another((await course.session('lab', 'ada')).address)
    await next.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    expect(new Set(lost.keys).size).toBe(1)
    expect(await attemptsOf(course)).toBe(1)
    await submitIn(next)
    await next.page.getByText(learn.alreadySubmitted).waitFor()
  })

  test('that was never taken is not sent unasked over a newer one: it is told of, and its entries are there', async () => {
    const course = await createCourse(stage(), 'superseded')
    await course.put('lab', { graph: 'lab-network0', maxAttempts: 2, keep: 'last' })
    const { address, boxes } = await course.session('lab', 'ada', 60)
    const tab = await stage().open(address)
    tab.allow(/401/)
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12.25')
    stage().service.clock.now += 61_000
    await submitIn(tab)
    await tab.page.getByText(learn.endedUnanswered).waitFor()
    // Solved on another device.
    const other = await stage().open((await course.session('lab', 'ada')).address)
    const there = await fieldsOf(other, boxes)
    for (const [id, text] of Object.entries({ a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' }))
      await enter(there(id), text)
    await submitIn(other)
    await other.page.getByRole('heading', { name: learn.completed }).waitFor()

    const back = await tab.another((await course.session('lab', 'ada')).address)
    await back.page.getByText(learn.supersededKept).waitFor()
    const again = await fieldsOf(back, boxes)
    expect(await again('a').inputValue()).toBe('12.25')
    await shoot(back.page, 'learn-superseded')
    await back.page.reload()
    await expect.poll(() => again('a').inputValue()).toBe('12.25')
    expect(await back.page.getByText(learn.supersededKept).count()).toBe(0)
    expect(await attemptsOf(course)).toBe(1)
    // It is sent when it is meant.
    await submitIn(back)
    await back.page.getByRole('heading', { name: learn.stored(2) }).waitFor()
  })

  test('whose answer is lost is told of later, though the next one has other values', async () => {
    const { course, tab, box } = await openDrawn(stage(), 'lost-variant', { variants: 'per-attempt' })
    tab.allow(/ERR_FAILED/)
    const { page } = tab
    const lost = await loseAnswers(tab)
    await enter(box('J'), '1')
    await submitIn(tab)
    await page.getByText(learn.waitingToSend).waitFor()
    lost.now = false
    await page.reload()
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await page.getByText(learn.attempt(2, null)).waitFor()
    expect(await box('J').inputValue()).toBe('')
    expect(new Set(lost.keys).size).toBe(1)
    await enter(box('J'), '1')
    await submitIn(tab)
    await page.getByRole('heading', { name: learn.stored(2) }).waitFor()
    expect(await attemptsOf(course)).toBe(2)
  })

  test('that is refused here says why each time it is asked for, until something is changed, however', async () => {
    const course = await createCourse(stage(), 'notices')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    const said = page.locator('.note-place .note')
    await submitIn(tab)
    await page.getByText(learn.nothingAnswered).waitFor()
    const before = await said.textContent()
    await submitIn(tab)
    // Another text, so that it is heard again; nobody sees it.
    await expect.poll(() => said.textContent()).not.toBe(before)
    await page.getByText(learn.nothingAnswered).waitFor()
    await enter(box('a'), '11')
    await said.waitFor({ state: 'detached' })
    await submitIn(tab)
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    for (const change of [en.board.clear, en.board.undo]) {
      if (change === en.board.undo) await enter(box('a'), '11')
      await submitIn(tab)
      await page.getByText(learn.alreadySubmitted).waitFor()
      await page.getByRole('button', { name: change }).click()
      await said.waitFor({ state: 'detached' })
    }
    // From another tab.
    await enter(box('a'), '11')
    await submitIn(tab)
    await page.getByText(learn.alreadySubmitted).waitFor()
    const other = await tab.another(address)
    await enter((await fieldsOf(other, boxes))('J'), '121')
    await said.waitFor({ state: 'detached' })
  })

  test('that waits for a server that is busy is not said to wait for a connection', async () => {
    const course = await createCourse(stage(), 'busy')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    tab.allow(/503/)
    const box = await fieldsOf(tab, boxes)
    await tab.page.route('**/learn/attempts', route =>
      route.fulfill({ status: 503, headers: { 'retry-after': '60' }, body: '{}' }),
    )
    await enter(box('a'), '11')
    await submitIn(tab)
    await tab.page.getByText(learn.waitingForServer).waitFor()
    await shoot(tab.page, 'learn-busy')
    await tab.page.unroute('**/learn/attempts')
    await tab.page.getByRole('button', { name: network.retry }).click()
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
  })
})

describeInBrowser('an assignment that opens late', stage => {
  test('takes the focus from nothing outside it', async () => {
    const course = await createCourse(stage(), 'first-focus')
    await course.put('lab', { graph: 'lab-network0' })
    const { address } = await course.session('lab', 'ada')
    const { page } = await stage().open('/')
    let goOn: () => void = () => undefined
    const waits = new Promise<void>(resolve => (goOn = resolve))
    await page.route('**/learn/session*', async route => {
      await waits
      await route.continue()
    })
    await page.goto(address)
    const link = page.getByRole('link', { name: de.languageName })
    await link.focus()
    goOn()
    await page.getByRole('button', { name: learn.submit }).waitFor()
    expect(await isFocused(link)).toBe(true)
  })
})

describeInBrowser('after an attempt', stage => {
  test('that was the last one of those drawn anew, all attempts are used, and it is looked at', async () => {
    const { tab, box } = await openDrawn(stage(), 'last', { variants: 'per-attempt', maxAttempts: 1 })
    const { page } = tab
    await enter(box('J'), '1')
    await submitIn(tab)
    await page.getByText(learn.noAttemptsLeft).waitFor()
    await expectVerdict(box('J'), verdicts.incorrect)
    expect(await box('J').inputValue()).toBe('1')
    expect(await box('J').isEditable()).toBe(false)
    expect(await page.getByText(learn.attempt(1, 1)).count()).toBe(0)
    expect(await page.getByText(learn.tryAgain).count()).toBe(0)
    expect(await page.getByRole('button', { name: learn.submit }).count()).toBe(0)
    // The button that had the focus is gone: it leads to the result.
    const result = page.getByRole('heading', { name: learn.stored(1) })
    await expect.poll(() => isFocused(result)).toBe(true)
    await shoot(page, 'learn-last-attempt')
  })

  test('boxes take nothing until the next one is begun, which leads into its first box', async () => {
    const { tab, box } = await openDrawn(stage(), 'next', { variants: 'per-attempt' })
    const { page } = tab
    await enter(box('J'), '1')
    await submitIn(tab)
    const next = page.getByRole('button', { name: learn.nextAttempt })
    await next.waitFor()
    expect(await box('J').isEditable()).toBe(false)
    expect(await page.evaluate(`Object.keys(localStorage).length`)).toBe(0)
    await shoot(page, 'learn-next-waits')
    await next.click()
    await page.getByText(learn.attempt(2, null)).waitFor()
    await expect.poll(() => isFocused(box('J'))).toBe(true)
    expect(await box('J').isEditable()).toBe(true)
    expect(await box('J').inputValue()).toBe('')
  })

  test('the next one closes on time, however long it waited to be begun', async () => {
    const course = await createCourse(stage(), 'next-closes')
    const { clock } = stage().service
    await stage().ask(course.key, 'PUT', '/v1/graphs/drawn', DRAWN)
    const closesAt = new Date(clock.now + 600_000).toISOString()
    await course.put('lab', { graph: 'drawn', variants: 'per-attempt', closesAt })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open('/')
    const { page } = tab
    await page.clock.install({ time: clock.now })
    await page.goto(address)
    await enter((await fieldsOf(tab, boxes))('J'), '1')
    await submitIn(tab)
    const next = page.getByRole('button', { name: learn.nextAttempt })
    await next.waitFor()
    const pass = async (minutes: number): Promise<void> => {
      clock.now += minutes * 60_000
      for (let minute = 0; minute < minutes; minute += 1) await page.clock.fastForward(60_000)
    }
    await pass(7)
    await next.click()
    await page.getByText(learn.attempt(2, null)).waitFor()
    await pass(4)
    await page.getByText(learn.closed).waitFor()
  })

  test('by the keyboard the focus stays on the button', async () => {
    const course = await createCourse(stage(), 'focus')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    for (const [id, text] of Object.entries({ a: '11', J: '121', dJ_da: '22', da_dw: '3' }))
      await enter(box(id), text)
    await box('dJ_dw').fill('66')
    await box('dJ_dw').press('Enter')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: learn.completed }).waitFor()
    expect(await isFocused(page.getByRole('button', { name: learn.submit }))).toBe(true)
    await shoot(page, 'learn-solved')
    await page.keyboard.press('Enter')
    await page.getByText(learn.alreadySubmitted).waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    // Everything was cleared, and whoever did it is still there.
    expect(await box('a').inputValue()).toBe('')
    expect(await isFocused(page.getByRole('button', { name: en.board.clear }))).toBe(true)
    expect(await focusedName(page)).toBe('')
  })
})
