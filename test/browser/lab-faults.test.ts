/** What was wrong with the lab's own figure, none of which may come back. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import {
  boxesOf,
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  isFocused,
  wordsOf,
} from '../support/browser.js'
import { LAB_BOXES, LAB_NETWORK_1 } from '../support/lab-graphs.js'

const { correct, incorrect, invalid } = en.verdicts

describeInBrowser('faults of the lab', stage => {
  test('what was refused is read, and what crashed it is told apart and stops nothing', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    const box = await fieldsOf(tab)
    // Typed one after the other on one page: each has to leave it working for the next.
    const typed = [
      ['J', '.5', incorrect],
      ['a', ' 4', correct],
      ['c', '−4', correct],
      ['c', '−11', incorrect],
      ['d', '11abc', invalid],
      ['J', '9/2', correct],
      ['d', '1e999', invalid],
      ['d', '1/0', invalid],
      ['dJ_dw', '6.', correct],
      ['d', '3', correct],
    ] as const
    for (const [id, text, words] of typed) {
      await enter(box(id), text)
      await expectVerdict(box(id), words)
      expect(await box(id).inputValue(), 'as it was typed').toBe(text)
    }
  })

  test('what is exactly half a unit away counts alike wherever it is: 4.505 for 4.5 as 11.005 for 11', async () => {
    const { key } = await stage().service.tenant('halves')
    const definition = {
      ...LAB_NETWORK_1,
      tolerance: { decimals: 2 },
      inputs: [{ name: 'w', role: 'parameter', value: 1.5 }],
      nodes: [
        { name: 'a', expression: '3*w' },
        { name: 'J', expression: '2*a + 2' },
      ],
    }
    await stage().ask(key, 'PUT', '/v1/graphs/halves', definition)
    const tab = await stage().open('/graphs/halves?tenant=halves')
    const box = await fieldsOf(tab)
    for (const [id, text] of Object.entries({ a: '4.505', J: '11.005' })) {
      await enter(box(id), text)
      await expectVerdict(box(id), correct)
    }
    for (const [id, text] of Object.entries({ a: '4.5051', J: '11.0051' })) {
      await enter(box(id), text)
      await expectVerdict(box(id), incorrect)
    }
  })

  test('by the tolerance of the lab graphs 11.005 is near enough to 11, and 4.505 not to 4.5', async () => {
    const first = await stage().open('/graphs/lab-network0')
    const eleven = (await fieldsOf(first))('a')
    await enter(eleven, '11.005')
    await expectVerdict(eleven, correct)
    const second = await stage().open('/graphs/lab-network1')
    const half = (await fieldsOf(second))('J')
    await enter(half, '4.505')
    await expectVerdict(half, incorrect)
  })

  test('a gradient below 0.005 is not 0', async () => {
    const { key } = await stage().service.tenant('small')
    await stage().ask(key, 'PUT', '/v1/graphs/small', {
      ...LAB_NETWORK_1,
      inputs: [{ name: 'w', role: 'parameter', value: 2 }],
      nodes: [
        { name: 'a', expression: 'w/1000' },
        { name: 'J', expression: '3*a' },
      ],
    })
    const tab = await stage().open('/graphs/small?tenant=small')
    const box = await fieldsOf(tab)
    await enter(box('dJ_dw'), '0')
    await expectVerdict(box('dJ_dw'), incorrect)
    await enter(box('dJ_dw'), '0.003')
    await expectVerdict(box('dJ_dw'), correct)
  })

  test('a wrong entry after a right one takes the right label away, at once and for good', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await expectVerdict(box('a'), correct)
    await box('a').fill('12')
    await expect.poll(() => wordsOf(box('a'))).toBe('')
    await box('a').blur()
    await expectVerdict(box('a'), incorrect)
    expect(await box('a').getAttribute('class')).not.toMatch(/\bcorrect\b/)
    // In the other order, too, and where one was right in between.
    await enter(box('a'), '11')
    await expectVerdict(box('a'), correct)
  })

  test('clicks beside the boxes, and outside the figure, do nothing', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    await enter(box('a'), '11')
    await expectVerdict(box('a'), correct)
    const figure = await tab.page.locator('#app svg').first().boundingBox()
    const { x = 0, y = 0, width = 0, height = 0 } = figure ?? {}
    for (const [left, top] of [
      [x + 2, y + 2],
      [x + width - 2, y + height - 2],
      [x + 2, y + height / 2],
      [2, 2],
      [1278, 400],
    ] as const) {
      await tab.page.mouse.click(left, top)
    }
    expect(await box('a').inputValue()).toBe('11')
    await expectVerdict(box('a'), correct)
    expect(tab.page.url()).toMatch(/\/graphs\/lab-network0$/)
  })

  test.each(['lab-network0', 'lab-network1'] as const)(
    'in %s each box has a hit area of its own: a click at its middle and at its corners is its',
    async graph => {
      const tab = await stage().open(`/graphs/${graph}`, { calm: true })
      const box = await fieldsOf(tab)
      for (const { id } of await boxesOf(tab)) {
        // As far as a box scrolls when it is worked on: then it stays where it is.
        await box(id).focus()
        const place = await box(id).boundingBox()
        const { x, y, width, height } = place ?? { x: 0, y: 0, width: 0, height: 0 }
        for (const [left, top] of [
          [x + width / 2, y + height / 2],
          [x + 3, y + 3],
          [x + width - 3, y + height - 3],
        ] as const) {
          await box(id).blur()
          await tab.page.mouse.click(left, top)
          expect(await isFocused(box(id)), `${id} at ${String(left)}, ${String(top)}`).toBe(true)
        }
      }
    },
  )

  test('each box shows what was typed there and no other, and reveals its own value, integers as such', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    const { page } = tab
    const box = await fieldsOf(tab)
    const boxes = await boxesOf(tab)
    for (const [index, { id }] of boxes.entries()) await box(id).fill(String(1000 + index))
    for (const [index, { id }] of boxes.entries()) {
      expect(await box(id).inputValue()).toBe(String(1000 + index))
    }
    await page.getByRole('button', { name: en.practice.revealAll }).click()
    for (const [id, truth] of LAB_BOXES['lab-network1']) {
      await expect.poll(() => box(id).inputValue(), { message: id }).toBe(String(truth))
    }
  })

  test('what is right and wrong is told by a sign and in words as well as by colour', async () => {
    const tab = await stage().open('/graphs/lab-network0')
    const box = await fieldsOf(tab)
    const signOf = (id: string) => box(id).locator('xpath=following-sibling::*').first()
    await enter(box('a'), '11')
    await enter(box('J'), '120')
    await expectVerdict(box('a'), correct)
    await expectVerdict(box('J'), incorrect)
    expect([await signOf('a').textContent(), await signOf('J').textContent()]).toEqual(['✓', '✗'])
    expect(await signOf('J').isVisible()).toBe(true)
    await box('J').focus()
    await tab.page.getByRole('complementary', { name: en.board.currentBox }).getByText(incorrect).waitFor()
  })
})
