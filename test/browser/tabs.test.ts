/** Several tabs on one assignment, and links that open in a tab that has one open. */
import { expect, test } from 'vitest'
import { de } from '../../src/strings/de.js'
import { en } from '../../src/strings/en.js'
import { describeInBrowser, enter, expectVerdict, fieldsOf } from '../support/browser.js'
import { createCourse, type Attempts } from './course.js'
import { loseAnswers, NO_STORAGE } from './mishaps.js'

const { learn, verdicts, board } = en

describeInBrowser('two tabs', stage => {
  test('have one attempt on its way between them: what is typed in one does not lose that of the other', async () => {
    const course = await createCourse(stage(), 'tabs-pending')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const first = await stage().open(address)
    first.allow(/ERR_FAILED/)
    const second = await first.another(address)
    const [here, there] = [await fieldsOf(first, boxes), await fieldsOf(second, boxes)]
    await there('a').waitFor()
    const lost = await loseAnswers(first)
    await enter(here('a'), '11')
    await first.page.getByRole('button', { name: learn.submit }).click()
    await first.page.getByText(learn.waitingToSend).waitFor()
    // The other tab has taken it over.
    await second.page.getByText(learn.waitingToSend).waitFor()
    await enter(there('J'), '7')
    await second.page.close()
    lost.now = false
    await first.page.reload()
    await first.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    expect(await here('J').inputValue()).toBe('7')
    expect(new Set(lost.keys).size).toBe(1)
    expect((await course.read<Attempts>('/assignments/lab/attempts')).items).toHaveLength(1)
  })

  test('hear of each other: what was cleared, and what was submitted with what came of it', async () => {
    const course = await createCourse(stage(), 'tabs-hear')
    await course.put('lab', { graph: 'lab-network0', maxAttempts: 1 })
    const { address, boxes } = await course.session('lab', 'ada')
    const first = await stage().open(address)
    const second = await first.another(address)
    const [here, there] = [await fieldsOf(first, boxes), await fieldsOf(second, boxes)]
    await there('a').waitFor()
    await enter(here('a'), '7')
    await expect.poll(() => there('a').inputValue()).toBe('7')
    await first.page.getByRole('button', { name: board.clear }).click()
    await expect.poll(() => there('a').inputValue()).toBe('')
    await first.page.reload()
    await first.page.getByText(board.filled(0, 5)).waitFor()
    await enter(here('a'), '12')
    await first.page.getByRole('button', { name: learn.submit }).click()
    await second.page.getByText(learn.noAttemptsLeft).waitFor()
    await expectVerdict(there('a'), verdicts.incorrect)
    expect(await there('a').isEditable()).toBe(false)
    expect((await course.read<Attempts>('/assignments/lab/attempts')).items).toHaveLength(1)
  })
})

describeInBrowser('a link', stage => {
  test('that opens in a tab that has an assignment open opens its own, and leaves no token in the address', async () => {
    const course = await createCourse(stage(), 'links')
    await course.put('one', { graph: 'lab-network0', title: 'The first' })
    await course.put('two', { graph: 'lab-network1', title: 'The second' })
    const { page } = await stage().open((await course.session('one', 'ada')).address)
    await page.getByRole('heading', { name: 'The first' }).waitFor()
    const { address, token } = await course.session('two', 'ada')
    await page.goto(address)
    await page.getByRole('heading', { name: 'The second' }).waitFor()
    expect(page.url()).not.toContain(token)
    // The way past the head of the page is no link to an assignment.
    await page.evaluate(`location.hash = '#app'`)
    await page.reload()
    await page.getByRole('heading', { name: 'The second' }).waitFor()
  })

  test('of another learner shows nothing of what was typed before in the same tab', async () => {
    const course = await createCourse(stage(), 'learners')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, boxes } = await course.session('lab', 'ada')
    const other = (await course.session('lab', 'bob', 60)).address
    const tab = await stage().open(address)
    tab.allow(/401/)
    const { page } = tab
    await enter((await fieldsOf(tab, boxes))('a'), '12.25')
    stage().service.clock.now += 61_000
    await page.goto(other)
    for (const again of [false, true]) {
      if (again) await page.reload()
      await page.getByRole('heading', { name: learn.ended }).waitFor()
      expect(await page.getByText('12.25').count()).toBe(0)
      expect(await page.getByText(learn.yourEntries, { exact: true }).count()).toBe(0)
    }
  })

  test('that no storage keeps stays in the address, through reloads, other links and other languages', async () => {
    const course = await createCourse(stage(), 'links-not-kept')
    await course.put('one', { graph: 'lab-network0', title: 'The first' })
    await course.put('two', { graph: 'lab-network1', title: 'The second' })
    const [one, two] = [await course.session('one', 'ada'), await course.session('two', 'ada')]
    const { page } = await stage().open('/')
    await page.addInitScript(NO_STORAGE)
    await page.goto(one.address)
    await page.getByRole('heading', { name: 'The first' }).waitFor()
    await page.evaluate(`location.hash = '#app'`)
    await expect.poll(() => page.url()).toContain(one.token)
    await page.reload()
    await page.getByRole('heading', { name: 'The first' }).waitFor()
    await page.goto(two.address)
    await page.getByRole('heading', { name: 'The second' }).waitFor()
    expect(await page.title()).toMatch(/^The second – (?!The first)/)
    await page.getByRole('link', { name: de.languageName }).click()
    await page.getByRole('button', { name: de.learn.submit }).waitFor()
    await page.getByRole('heading', { name: 'The second' }).waitFor()
    expect(page.url()).toContain(two.token)
  })

  test.each(['#%zz', '#app', '#cl_%00'])(
    'to %s opens no assignment, and says where they open',
    async hash => {
      const { page } = await stage().open(`/learn${hash}`)
      await page.getByRole('heading', { name: learn.noToken }).waitFor()
    },
  )
})
