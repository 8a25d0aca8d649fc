import { describe, expect, test } from 'vitest'
import { PALETTES } from '../../src/figure/palette.js'

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

describe.each(Object.entries(PALETTES))('the %s theme', (_, palette) => {
  const { ground, node, column } = palette
  test.each([
    ['text', palette.ink, [ground, node.fill]],
    ['lesser text', palette.muted, [ground, column.fill]],
    ['given values', palette.forward.text, [ground]],
    ['derivatives', palette.backward.text, [column.fill, node.fill, ground]],
  ])('%s stands out as text must', (_name, colour, behind) => {
    for (const other of behind) expect(contrast(colour, other)).toBeGreaterThanOrEqual(4.5)
  })

  test.each([
    ['frames', node.stroke, [ground, node.fill]],
    ['arrows', palette.edge, [ground]],
    ['boxes of values', palette.forward.stroke, [ground, palette.forward.fill]],
    ['boxes of derivatives', palette.backward.stroke, [column.fill, node.fill, palette.backward.fill]],
  ])('%s stand out as graphics must', (_name, colour, behind) => {
    for (const other of behind) expect(contrast(colour, other)).toBeGreaterThanOrEqual(3)
  })
})
