/** Both graphs of the lab, worked out in a browser as their learners do it. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import {
  boxesOf,
  enter,
  describeInBrowser,
  expectRight,
  expectVerdict,
  fieldsOf,
  focusedName,
  nameOf,
  shoot,
  type Tab,
} from '../support/browser.js'
import { LAB_BOXES } from '../support/lab-graphs.js'

/** Forward from left to right; then node by node from right to left, local derivatives before gradients. */
const WORK_ORDER = {
  'lab-network0': ['a', 'J', 'dJ_da', 'da_dw', 'dJ_dw'],
  'lab-network1': [
    ...['c', 'a', 'd', 'J', 'dJ_dd', 'dd_da', 'dJ_da'],
    ...['da_dc', 'da_db', 'dJ_dc', 'dJ_db', 'dc_dw', 'dJ_dw'],
  ],
} as const

/** Presses Tab until the field of a box has the focus; nobody has a hundred stops before the first box. */
async function tabTo({ page }: Tab, name: string): Promise<void> {
  for (let stops = 0; stops < 100; stops++) {
    if ((await focusedName(page)) === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${name}`)
}

describeInBrowser('the graphs of the lab', stage => {
  test.each(['lab-network0', 'lab-network1'] as const)(
    '%s is solved with the keyboard alone: Tab is the order of work, all is green, and the end is said',
    async graph => {
      const tab = await stage().open(`/graphs/${graph}`)
      const { page } = tab
      await page.getByText(en.board.startHint).waitFor()
      await shoot(page, `${graph}-empty`)
      const names = new Map((await boxesOf(tab)).map(box => [box.id, nameOf(box)]))
      const truths = new Map<string, number>(LAB_BOXES[graph])
      const [first = ''] = WORK_ORDER[graph]
      await tabTo(tab, names.get(first) ?? '')
      const met: string[] = []
      for (const id of WORK_ORDER[graph]) {
        met.push(await focusedName(page))
        await page.keyboard.type(String(truths.get(id)))
        await page.keyboard.press('Tab')
      }
      expect(met).toEqual(WORK_ORDER[graph].map(id => names.get(id)))
      await expectRight(page, met.length, met.length)
      const box = await fieldsOf(tab)
      for (const id of WORK_ORDER[graph]) {
        await expectVerdict(box(id), en.verdicts.correct)
        expect(await box(id).getAttribute('class')).toMatch(/\bcorrect\b/)
      }
      await page.getByText(en.practice.solvedTitle, { exact: true }).waitFor()
      await expect
        .poll(() => page.locator('[aria-live]').allTextContents())
        .toEqual([expect.stringContaining(en.practice.solvedTitle)])
      await shoot(page, `${graph}-solved`)
    },
  )

  test('a right gradient appears at its place in the row, of nodes and of parameters, and leaves it when it is changed', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    const box = await fieldsOf(tab)
    const inRow = tab.page.locator('.echo.gradient')
    await enter(box('dJ_dd'), ' 3 ')
    await expectVerdict(box('dJ_dd'), en.verdicts.correct)
    expect(await inRow.allTextContents()).toEqual(['3'])
    const place = await inRow.boundingBox()
    const under = await box('d').boundingBox()
    expect(Math.abs((place?.x ?? 0) - (under?.x ?? 0))).toBeLessThan(40)
    expect(place?.y ?? 0).toBeGreaterThan(under?.y ?? 0)
    await enter(box('dJ_dw'), '6')
    await enter(box('dJ_db'), '3')
    await expect.poll(() => inRow.allTextContents()).toHaveLength(3)
    const sixth = await tab.page.locator('.echo.gradient', { hasText: '6' }).boundingBox()
    const local = await box('dc_dw').boundingBox()
    expect(sixth?.y ?? Number.POSITIVE_INFINITY, 'above the column').toBeLessThan(local?.y ?? 0)
    await box('dJ_dd').fill('4')
    await expect.poll(() => inRow.allTextContents()).toHaveLength(2)
  })

  test('a right local derivative fills in what a nudge does, in ε and in numbers', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await enter(box('da_dw'), '3')
    await expectVerdict(box('da_dw'), en.verdicts.correct)
    expect(await tab.page.locator('.echo.factor').allTextContents()).toEqual(['3'])
    expect(await tab.page.locator('.echo.thousandth').allTextContents()).toEqual(['0.003'])
  })

  test('Enter checks and goes on, Shift and Enter goes back, arrows move along the graph', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    const { page } = tab
    const box = await fieldsOf(tab)
    const names = new Map((await boxesOf(tab)).map(found => [found.id, nameOf(found)]))
    await box('c').fill('-4')
    await box('c').press('Enter')
    expect(await focusedName(page)).toBe(names.get('a'))
    await expectVerdict(box('c'), en.verdicts.correct)
    await page.keyboard.press('Shift+Enter')
    expect(await focusedName(page)).toBe(names.get('c'))
    for (const next of ['a', 'd', 'J']) {
      await page.keyboard.press('ArrowRight')
      expect(await focusedName(page)).toBe(names.get(next))
    }
    await page.keyboard.press('ArrowLeft')
    expect(await focusedName(page)).toBe(names.get('d'))
    await page.keyboard.press('ArrowDown')
    expect(await focusedName(page)).toMatch(/derivative|gradient/)
  })

  test.each(['lab-network0', 'lab-network1'] as const)(
    '%s half filled in: right, wrong, follows and what cannot be read are each said in words and by a sign',
    async graph => {
      const entries = {
        // 12 squared follows from the slip in a; what stands for dJ_da does not follow from anything.
        'lab-network0': { a: '12', J: '144', dJ_da: '5', da_dw: '3', dJ_dw: '66x' },
        'lab-network1': { c: '-4', a: '5', d: '4', J: '8x', dJ_dd: '7', dd_da: '1' },
      }[graph]
      const expected = {
        'lab-network0': {
          a: 'incorrect',
          J: 'follows',
          dJ_da: 'incorrect',
          da_dw: 'correct',
          dJ_dw: 'invalid',
        },
        'lab-network1': {
          c: 'correct',
          a: 'incorrect',
          d: 'follows',
          J: 'invalid',
          dJ_dd: 'incorrect',
          dd_da: 'correct',
        },
      } as const
      const tab = await stage().open(`/graphs/${graph}`)
      const box = await fieldsOf(tab)
      for (const [id, text] of Object.entries(entries)) {
        await box(id).fill(text)
        await box(id).press('Tab')
      }
      const statuses = Object.entries(expected[graph])
      for (const [id, status] of statuses) {
        await expectVerdict(box(id), en.verdicts[status])
        expect(await box(id).locator('xpath=following-sibling::*').first().textContent()).toBe(
          { correct: '✓', follows: '↻', incorrect: '✗', invalid: '!' }[status],
        )
        const isWrong = status === 'incorrect' || status === 'invalid'
        expect(await box(id).getAttribute('aria-invalid')).toBe(String(isWrong))
      }
      const follows = statuses.find(([, status]) => status === 'follows')?.[0] ?? ''
      await expectVerdict(box(follows), new RegExp(en.followsFrom('a').replaceAll('.', String.raw`\.`)))
      const right = statuses.filter(([, status]) => status === 'correct').length
      await expectRight(tab.page, right, LAB_BOXES[graph].length)
      await shoot(tab.page, `${graph}-half-filled`)
    },
  )
})
