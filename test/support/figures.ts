/** Figures for tests: a typesetter that is quick and remembers what it set, and SVG read by a strict XML parser. */
import { SaxesParser } from 'saxes'
import { drawFigure, type Figure, type FigureSource } from '../../src/figure/draw.js'
import type { Theme } from '../../src/figure/palette.js'
import type { View } from '../../src/figure/plan.js'
import type { Typesetter } from '../../src/figure/typeset.js'

/** Sets every character of TeX as one glyph, half an em wide. */
export function quickTypesetter(): { readonly typesetter: Typesetter; readonly texts: readonly string[] } {
  const texts: string[] = []
  const typesetter: Typesetter = tex => {
    texts.push(tex)
    const letters = tex.replaceAll(/\\[a-zA-Z]+/g, 'x').replaceAll(/[{}^_\s]/g, '')
    const marks = Array.from(letters, (_, index) => ({
      kind: 'glyph' as const,
      outline: 'M0 0h400v600h-400Z',
      x: index / 2,
      y: 0,
      scaleX: 1,
      scaleY: 1,
    }))
    return { width: letters.length / 2, ascent: 0.75, descent: 0.25, marks }
  }
  return { typesetter, texts }
}

/** Draws with the quick typesetter. */
export function sketch(
  source: FigureSource,
  { theme = 'light', view = 'boxes' }: { readonly theme?: Theme; readonly view?: View } = {},
): Promise<Figure> {
  return drawFigure(source, { theme, view, typesetter: quickTypesetter().typesetter })
}

export type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** All text directly in it. */
  readonly text: string
}

/** The elements of a document in order; throws where it is not well-formed. */
export function elementsOf(xml: string): Element[] {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = []
  const open: { text: string }[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const values = Object.entries(attributes).map(([key, attribute]) => [key, attribute.value])
    const element = { name, attributes: Object.fromEntries(values) as Record<string, string>, text: '' }
    elements.push(element)
    open.push(element)
  })
  parser.on('text', text => {
    const current = open.at(-1)
    if (current !== undefined) current.text += text
  })
  parser.on('closetag', () => open.pop())
  parser.write(xml).close()
  return elements
}
