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

describe.each(['light', 'dark'] as const)('the %s theme', theme => {
  const palette = PALETTES[theme]
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

/** Every colour of a palette with the name that it has there: `ink`, `node fill`. */
function named(part: object, path: readonly string[] = []): [string, string][] {
  return Object.entries(part).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[[...path, name].join(' '), value] satisfies [string, string]]
      : named(value as object, [...path, name]),
  )
}

test('the page theme names one custom property for each colour, after what it colours', () => {
  const colours = new Map(named(PALETTES.light))
  const properties = named(PALETTES.page)
  expect(properties.map(([name]) => name)).toEqual([...colours.keys()])
  for (const [name, property] of properties) {
    const words = name.replaceAll(/[A-Z]/g, capital => `-${capital.toLowerCase()}`).replaceAll(' ', '-')
    expect(property).toBe(`var(--cm-${words}, ${colours.get(name)!})`)
  }
})
