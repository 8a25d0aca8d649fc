/** Formulas as SVG: every glyph is drawn once and used wherever it occurs. */
import type { Mark, Typeset } from './typeset.js'
import { element, escapeXml, short } from './xml.js'

const UNITS_PER_EM = 1000

/** The glyphs of one document: outline → id. */
export type Glyphs = Map<string, string>

/** The definitions that the formulas written so far refer to. */
export function writeGlyphs(glyphs: Glyphs): string {
  return element(
    'defs',
    {},
    [...glyphs].map(([outline, id]) => element('path', { id, d: outline })),
  )
}

/** A formula's marks, in thousandths of an em; glyphs are drawn once and used wherever they occur. */
export function writeFormula(
  {
    typeset,
    x,
    y,
    size,
  }: { readonly typeset: Typeset; readonly x: number; readonly y: number; readonly size: number },
  fill: string,
  glyphs: Glyphs,
): string {
  const scale = short(size / UNITS_PER_EM, 5)
  return element(
    'g',
    { fill, transform: `translate(${short(x)} ${short(y)})scale(${scale} -${scale})` },
    typeset.marks.map(mark => writeMark(mark, glyphs)),
  )
}

function writeMark(mark: Mark, glyphs: Glyphs): string {
  const [x, y] = [mark.x * UNITS_PER_EM, mark.y * UNITS_PER_EM]
  switch (mark.kind) {
    case 'bar':
      return element('rect', { x, y, width: mark.width * UNITS_PER_EM, height: mark.height * UNITS_PER_EM })
    case 'character':
      return element(
        'text',
        {
          transform: `translate(${short(x)} ${short(y)})scale(1 -1)`,
          'font-family': 'serif',
          'font-size': mark.size * UNITS_PER_EM,
        },
        [escapeXml(mark.text)],
      )
    case 'glyph': {
      const href = `#${glyphId(mark.outline, glyphs)}`
      const { scaleX, scaleY } = mark
      if (scaleX === 1 && scaleY === 1)
        return element('use', { href, ...(x === 0 ? {} : { x }), ...(y === 0 ? {} : { y }) })
      const scaled = scaleX === scaleY ? short(scaleX, 4) : `${short(scaleX, 4)} ${short(scaleY, 4)}`
      return element('use', { href, transform: `translate(${short(x)} ${short(y)})scale(${scaled})` })
    }
  }
}

/** The id of a glyph follows from its outline: where several figures stand in one page, equal ids are equal glyphs. */
function glyphId(outline: string, glyphs: Glyphs): string {
  const known = glyphs.get(outline)
  if (known !== undefined) return known
  const taken = new Set(glyphs.values())
  let id = `g${hash(outline)}`
  while (taken.has(id)) id += 'x'
  glyphs.set(outline, id)
  return id
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  }
  return (state >>> 0).toString(36)
}
