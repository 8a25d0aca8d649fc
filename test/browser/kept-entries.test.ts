/** What a learner has typed is never lost, and what is submitted is stored once. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import { describeInBrowser, enter, expectVerdict, fieldsOf, shoot, type Tab } from '../support/browser.js'
import { createCourse, type Attempts } from './course.js'
import { loseAnswers, NO_STORAGE } from './mishaps.js'

const { board, learn, network, verdicts } = en

/** From then on there is no room left in what the browser keeps; and there is again. */
const FILL_STORAGE = `{
  window.keepAsBefore = Storage.prototype.setItem
  Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
}`
const EMPTY_STORAGE = `{ Storage.prototype.setItem = window.keepAsBefore }`

/** What the browser keeps of drafts. */
function keptDrafts({ page }: Tab): Promise<string> {
  return page.evaluate<string>(`Object.entries(localStorage)
    .filter(([key]) => key.startsWith('chainmark:draft')).map(([, value]) => value).join()`)
}

describeInBrowser('entries', stage => {
  test('a reload keeps them, with what was said of them', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await enter(box('J'), '7')
    await expectVerdict(box('J'), verdicts.incorrect)
    await tab.page.reload()
    await expect.poll(() => box('J').inputValue()).toBe('7')
    await expectVerdict(box('a'), verdicts.correct)
  })

  test('without a connection they stay and the page says so; they are checked when it is back', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    tab.allow(/ERR_INTERNET_DISCONNECTED/)
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await expectVerdict(box('a'), verdicts.correct)
    await tab.context.setOffline(true)
    await enter(box('J'), '121')
    await tab.page.getByText(network.lost).waitFor()
    expect(await box('J').inputValue()).toBe('121')
    await tab.context.setOffline(false)
    await expectVerdict(box('J'), verdicts.correct)
    await tab.page.getByText(network.lost).waitFor({ state: 'detached' })
  })

  test('a second tab has them, and what is typed there comes here', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await expectVerdict(box('a'), verdicts.correct)
    const second = await tab.another('/graphs/lab-network0')
    const there = await fieldsOf(second)
    await expect.poll(() => there('a').inputValue()).toBe('11')
    await enter(there('J'), '121')
    await expect.poll(() => box('J').inputValue()).toBe('121')
    expect(await box('a').inputValue()).toBe('11')
  })

  test('of an assignment they are kept over a reload until they are submitted, and then no more', async () => {
    const course = await createCourse(stage(), 'kept')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '11')
    await tab.page.reload()
    await expect.poll(() => box('a').inputValue()).toBe('11')
    expect(await keptDrafts(tab)).toContain('11')
    await tab.page.getByRole('button', { name: learn.submit }).click()
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await expect.poll(() => keptDrafts(tab)).toBe('')
    // What was submitted stands there still.
    expect(await box('a').inputValue()).toBe('11')
  })

  test('a submission whose answer is lost is sent again and stored once, which is known after a reload', async () => {
    const course = await createCourse(stage(), 'once')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    tab.allow(/ERR_FAILED/)
    const box = await fieldsOf(tab, boxes)
    const lost = await loseAnswers(tab)
    await enter(box('a'), '11')
    await tab.page.getByRole('button', { name: learn.submit }).click()
    await tab.page.getByText(learn.waitingToSend).waitFor()
    await expect.poll(() => lost.keys.length, { timeout: 10_000 }).toBeGreaterThan(1)
    lost.now = false
    await tab.page.reload()
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    expect(new Set(lost.keys).size).toBe(1)
    const { items } = await course.read<Attempts>('/assignments/lab/attempts')
    expect(items).toHaveLength(1)
  })

  test('an ended session keeps them: here, after a reload, and in the next session, which sends what was submitted', async () => {
    const course = await createCourse(stage(), 'ended')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada', 60)
    const tab = await stage().open(address)
    tab.allow(/401/)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12.25')
    stage().service.clock.now += 61_000
    await page.getByRole('button', { name: learn.submit }).click()
    await page.getByRole('heading', { name: learn.ended }).waitFor()
    expect(await box('a').inputValue()).toBe('12.25')
    await page.reload()
    await page.getByRole('heading', { name: learn.ended }).waitFor()
    await page.getByText('12.25').waitFor()
    const next = await tab.another((await course.session('lab', 'ada')).address)
    const again = await fieldsOf(next, boxes)
    await expect.poll(() => again('a').inputValue()).toBe('12.25')
    await next.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    const { items } = await course.read<Attempts>('/assignments/lab/attempts')
    expect(items).toHaveLength(1)
  })

  test('that were typed for values that are no longer asked are there with the new ones, also after a reload', async () => {
    const course = await createCourse(stage(), 'stale')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    tab.allow(/409|422/)
    const { page } = tab
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12.25')
    const definition = {
      title: 'Drawn',
      inputs: [{ name: 'w', role: 'parameter', value: 3, sample: { integer: [4, 400_000] } }],
      nodes: [
        { name: 'a', expression: '2 + 3*w' },
        { name: 'J', expression: 'a^2' },
      ],
      output: 'J',
    }
    await stage().ask(course.key, 'PUT', '/v1/graphs/drawn', definition)
    await course.put('lab', { graph: 'drawn', variants: 'per-learner' })
    await page.getByRole('button', { name: learn.submit }).click()
    await page.getByText(learn.staleVariant).waitFor()
    await page.getByRole('heading', { name: 'Drawn' }).waitFor()
    expect(await box('a').inputValue()).toBe('12.25')
    await page.reload()
    await expect.poll(() => box('a').inputValue()).toBe('12.25')
    // Kept once, where it belongs now.
    expect(await page.evaluate(`Object.keys(localStorage).length`)).toBe(1)
    await page.getByRole('button', { name: learn.submit }).click()
    await page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    expect((await course.read<Attempts>('/assignments/lab/attempts')).items).toHaveLength(1)
  })
})

describeInBrowser('where nothing can be kept', stage => {
  test('the page says so, and promises nothing when the session ends', async () => {
    const course = await createCourse(stage(), 'nothing-kept')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada', 60)
    const tab = await stage().open('/')
    tab.allow(/401/)
    const { page } = tab
    await page.addInitScript(NO_STORAGE)
    await page.goto(address)
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '12.25')
    await page.getByText(board.draftNotKept).waitFor()
    expect(await page.getByText(board.draftKept).count()).toBe(0)
    stage().service.clock.now += 61_000
    await page.getByRole('button', { name: learn.submit }).click()
    await page.getByText(learn.endedHelpNotKept).waitFor()
    expect(await page.getByText(learn.endedHelp).count()).toBe(0)
    expect(await page.getByText(learn.endedUnanswered).count()).toBe(0)
    expect(await box('a').inputValue()).toBe('12.25')
    await shoot(page, 'learn-ended-not-kept')
    await page.reload()
    await page.getByText(learn.endedHelpNothing, { exact: true }).waitFor()
  })

  test('because there is no room left, the page says so from then on, until there is', async () => {
    const course = await createCourse(stage(), 'full')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    await tab.page.getByText(board.draftKept).waitFor()
    await tab.page.evaluate(FILL_STORAGE)
    await enter(box('a'), '11')
    await tab.page.getByText(board.draftNotKept).waitFor()
    await tab.page.evaluate(EMPTY_STORAGE)
    await enter(box('J'), '121')
    await tab.page.getByText(board.draftKept).waitFor()
  })

  test('because there is no room left, practice says so as well', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    const notKept = tab.page.getByText(board.draftNotKept)
    await enter(box('a'), '11')
    expect(await notKept.count()).toBe(0)
    await tab.page.evaluate(FILL_STORAGE)
    await enter(box('J'), '121')
    await notKept.waitFor()
    await tab.page.evaluate(EMPTY_STORAGE)
    await enter(box('dJ_da'), '22')
    await notKept.waitFor({ state: 'detached' })
  })
})
