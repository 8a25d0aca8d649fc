import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pointAt, visible, WIDTH, wrap, wrapItems } from '../../src/cli/lines.js'

describe('a text on a terminal', () => {
  test.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
    ['\u009b31m', '\\u009b31m'],
    ['\u202eabc\u2066', '\\u202eabc\\u2066'],
    ['a\u2028b\ud800', 'a\\u2028b\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
    ['∂J/∂a · é 漢 λ', '∂J/∂a · é 漢 λ'],
  ])('%j is shown as %j', (text, expected) => {
    expect(visible(text)).toBe(expected)
  })

  test('has no control character and no line too wide, and loses no word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 0, max: 60 }),
        (text, depth) => {
          const indent = ' '.repeat(depth)
          const lines = [
            ...wrap(text, indent),
            ...wrapItems([text, 'b', text], indent),
            ...pointAt(text, 3, indent),
          ]
          for (const line of lines) {
            expect(line).not.toMatch(/\p{C}/u)
            expect(Array.from(line).length).toBeLessThanOrEqual(WIDTH)
          }
          const letters = (all: string): string => all.replaceAll(' ', '')
          expect(letters(wrap(text, indent).join(''))).toBe(letters(visible(text)))
        },
      ),
    )
  })
})

describe('a caret', () => {
  test.each([
    [0, 'abc', 'a'],
    [2, 'abc', 'c'],
    [150, `${'a'.repeat(150)}!${'b'.repeat(150)}`, '!'],
    [150, `${'a'.repeat(150)}!`, '!'],
    [5, `aaaaa!${'b'.repeat(300)}`, '!'],
    [1, '\u001b!', '!'],
  ])('at %d stands under it', (position, text, expected) => {
    const [line, caret] = pointAt(text, position, '    ')
    expect(Array.from(line)[caret.indexOf('^')]).toBe(expected)
    expect(caret.trim()).toBe('^')
  })

  test('stands behind the end where reading stopped there', () => {
    expect(pointAt('a +', 3, '')).toEqual(['a +', '   ^'])
  })
})
