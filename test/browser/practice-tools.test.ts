/** What a practice page offers beside its boxes. */
import { expect, test } from 'vitest'
import { de } from '../../src/strings/de.js'
import { en } from '../../src/strings/en.js'
import {
  describeInBrowser,
  enter,
  expectRight,
  expectVerdict,
  fieldsOf,
  isFocused,
  shoot,
} from '../support/browser.js'
import { LAB_BOXES } from '../support/lab-graphs.js'

describeInBrowser('a practice page', stage => {
  test('Reveal all shows every value, and Hide all gives the own entries back', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await enter(box('J'), '7')
    await expectVerdict(box('J'), en.verdicts.incorrect)
    await page.getByRole('button', { name: en.practice.revealAll }).click()
    await page.getByRole('button', { name: en.practice.hideAll }).waitFor()
    for (const [id, truth] of LAB_BOXES['lab-network0']) {
      await expect.poll(() => box(id).inputValue()).toBe(String(truth))
      expect(await box(id).isEditable(), 'nothing is typed over what is shown').toBe(false)
    }
    await expectRight(page, 1, 5)
    await page.getByRole('button', { name: en.practice.hideAll }).click()
    await expect.poll(() => box('J').inputValue()).toBe('7')
    expect([await box('a').inputValue(), await box('dJ_da').inputValue()]).toEqual(['11', ''])
    await expectRight(page, 1, 5)
  })

  test('Undo takes back box by box, by button and by Ctrl+Z, also what was cleared', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    const undo = page.getByRole('button', { name: en.board.undo })
    expect(await undo.isDisabled()).toBe(true)
    await box('a').focus()
    await page.keyboard.type('11')
    await page.keyboard.press('Tab')
    await page.keyboard.type('12')
    await page.keyboard.press('Tab')
    await expectRight(page, 1, 5)
    await page.keyboard.press('Control+z')
    await expect.poll(() => box('J').inputValue()).toBe('')
    await undo.click()
    await expect.poll(() => box('a').inputValue()).toBe('')
    await expectRight(page, 0, 5)
    await enter(box('a'), '11')
    await page.getByRole('button', { name: en.board.clear }).click()
    await expect.poll(() => box('a').inputValue()).toBe('')
    await undo.click()
    await expect.poll(() => box('a').inputValue()).toBe('11')
    await expectVerdict(box('a'), en.verdicts.correct)
  })

  test('"Show me how" opens the steps of the box that is worked on, with formulas; Escape gives the focus back', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    const { page } = tab
    const box = await fieldsOf(tab)
    await box('dJ_dw').focus()
    const button = page.getByRole('button', { name: en.practice.showHow })
    await button.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: /∂J\/∂w/ })
    await dialog.getByText(en.practice.result).waitFor()
    expect(await dialog.locator('output').textContent()).toBe('6')
    expect(await dialog.locator('math').count()).toBeGreaterThan(1)
    await shoot(page, 'show-me-how')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await isFocused(button)).toBe(true)
  })

  test('"Show me how" speaks the language of the page', async () => {
    const tab = await stage().open('/graphs/fan-out', { language: 'de' })
    const { page } = tab
    const box = await fieldsOf(tab)
    await box('dJ_du').focus()
    await page.getByRole('button', { name: de.practice.showHow }).click()
    const dialog = page.getByRole('dialog', { name: /∂J\/∂u/ })
    await dialog.getByText(de.practice.result).waitFor()
    const said = (await dialog.textContent()) ?? ''
    for (const words of ['Eine kleine Änderung (', ') wirkt über jeden davon auf ', 'Über ', 'direkt']) {
      expect(said).toContain(words)
    }
    expect(said).not.toMatch(/\b(change[sd]?|times|direct|through)\b/i)
    await shoot(page, 'show-me-how-german')
  })

  test('every box of both lab graphs has steps that end at what is right', async () => {
    for (const graph of ['lab-network0', 'lab-network1'] as const) {
      const tab = await stage().open(`/graphs/${graph}`)
      const { page } = tab
      const box = await fieldsOf(tab)
      for (const [id, truth] of LAB_BOXES[graph]) {
        await box(id).focus()
        await page.getByRole('button', { name: en.practice.showHow }).click()
        const dialog = page.getByRole('dialog')
        await expect.poll(() => dialog.locator('output').textContent()).toBe(String(truth))
        await dialog.getByRole('button', { name: en.practice.close }).click()
        await dialog.waitFor({ state: 'detached' })
      }
    }
  })

  test('the cascade view draws the row of nodes and tells how a change runs through it', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    await page.getByRole('button', { name: en.practice.cascade }).click()
    const dialog = page.getByRole('dialog', { name: en.practice.cascade })
    await dialog.getByRole('heading', { name: en.practice.cascadeFrom('w') }).waitFor()
    expect(await dialog.locator('svg').first().isVisible()).toBe(true)
    expect(await dialog.locator('li math').count()).toBeGreaterThan(0)
    await shoot(page, 'cascade')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('a box to look at is listed with the way to it', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const { page } = tab
    const box = await fieldsOf(tab)
    await enter(box('dJ_dw'), '22')
    await expectVerdict(box('dJ_dw'), en.verdicts.incorrect)
    const remarks = page.getByRole('region', { name: en.board.remarks })
    await remarks.getByRole('button').click()
    expect(await isFocused(box('dJ_dw'))).toBe(true)
  })

  test('what cannot be read is said while it is typed, but not of what is only unfinished', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await box('a').fill('(2 + 3')
    await box('J').fill('11abc')
    await expectVerdict(box('J'), en.verdicts.invalid)
    await box('a').fill('(2 + 3*3)')
    await box('a').blur()
    await expectVerdict(box('a'), en.verdicts.correct)
  })

  test('boxes that ask for arrays say which, take them, and are solved like others', async () => {
    const tab = await stage().open('/graphs/linear-regression')
    const box = await fieldsOf(tab)
    await enter(box('u'), '[-1, 2, -1, 4]')
    await expectVerdict(box('u'), en.verdicts.correct)
    expect(await box('u').getAttribute('aria-label')).toContain(en.boxes.asked.vector(4))
  })
})
