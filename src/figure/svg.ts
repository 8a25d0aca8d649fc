/**
 * Shapes → SVG. Only presentation attributes and references inside the document: no script, no style sheet, no font for
 * any formula.
 */
import { writeFormula, writeGlyphs, type Glyphs } from './glyphs.js'
import type { Palette } from './palette.js'
import type { Ink, Tone } from './pieces.js'
import type { Panel, Point, Stroke } from './shapes.js'
import { areaOf, element, escapeXml, short } from './xml.js'

/** A line of plain text, in the reader's own font. */
export type TextLine = Point & { readonly text: string; readonly size: number }

export type Picture = {
  readonly width: number
  readonly height: number
  /** What it shows, in few words and in many. */
  readonly title: string
  readonly description: string
  readonly texts: readonly TextLine[]
  readonly panels: readonly Panel[]
  readonly strokes: readonly Stroke[]
  readonly junctions: readonly Point[]
  readonly inks: readonly Ink[]
}

const CORNER = { node: 9, column: 7, box: 4, edge: 8 }
const HEAD = { length: 9, half: 4 }

/** The whole document. */
export function writeSvg(picture: Picture, palette: Palette): string {
  const glyphs: Glyphs = new Map()
  const body = [
    ...picture.panels.map(panel => writePanel(panel, palette)),
    ...picture.strokes.map(stroke => writeStroke(stroke, palette)),
    ...picture.junctions.map(({ x, y }) => element('circle', { cx: x, cy: y, r: 3.2, fill: palette.edge })),
    ...picture.inks.flatMap(ink => (ink.kind === 'echo' ? [] : [writeInk(ink, palette, glyphs)])),
    ...picture.texts.map(line => writeText(line, palette)),
  ]
  const { width, height } = picture
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      role: 'img',
      'aria-labelledby': 'figure-title',
      'aria-describedby': 'figure-description',
    },
    [
      element('title', { id: 'figure-title' }, [escapeXml(picture.title)]),
      element('desc', { id: 'figure-description' }, [escapeXml(picture.description)]),
      writeGlyphs(glyphs),
      element('rect', { width, height, fill: palette.ground }),
      ...body,
    ].map(part => `\n${part}`),
  )
}

function writePanel({ look, ...rectangle }: Panel, palette: Palette): string {
  const { fill, stroke } = palette[look]
  return element('rect', {
    ...areaOf(rectangle),
    rx: CORNER[look],
    fill,
    stroke,
    'stroke-width': look === 'node' ? 1.5 : 1,
  })
}

/** One path for all lines, so that those that run over each other do not add up; heads beside it. */
function writeStroke({ lines, isArrow, tone }: Stroke, palette: Palette): string {
  const stroke = palette[tone]
  const heads = isArrow ? lines.map(headOf) : []
  const d = lines.map((line, index) => {
    const head = heads[index]
    return roundedPath(head === undefined ? line : [...line.slice(0, -1), head.neck])
  })
  const path = element('path', {
    d: d.join(''),
    fill: 'none',
    stroke,
    'stroke-width': tone === 'edge' ? 1.6 : 1,
  })
  if (heads.length === 0) return path
  return path + element('path', { d: heads.map(head => head?.outline ?? '').join(''), fill: stroke })
}

/** The head at the end of a line, and where the line itself ends behind it. */
function headOf(line: readonly Point[]): { readonly neck: Point; readonly outline: string } | undefined {
  const [tip, before] = [line.at(-1), line.at(-2)]
  if (tip === undefined || before === undefined) return undefined
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1
  const [ux, uy] = [(tip.x - before.x) / length, (tip.y - before.y) / length]
  const neck = { x: tip.x - ux * HEAD.length, y: tip.y - uy * HEAD.length }
  const wing = (side: number): string =>
    `${short(neck.x - uy * HEAD.half * side)} ${short(neck.y + ux * HEAD.half * side)}`
  return { neck, outline: `M${short(tip.x)} ${short(tip.y)}L${wing(1)}L${wing(-1)}Z` }
}

/** Straight lines whose corners are rounded. */
function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]]
      if (before === undefined) return `M${short(point.x)} ${short(point.y)}`
      if (after === undefined) return `L${short(point.x)} ${short(point.y)}`
      const [start, end] = [towards(point, before), towards(point, after)]
      return `L${short(start.x)} ${short(start.y)}Q${short(point.x)} ${short(point.y)} ${short(end.x)} ${short(end.y)}`
    })
    .join('')
}

/** A corner's radius away from a point, but no more than half the way. */
function towards(point: Point, other: Point): Point {
  const distance = Math.hypot(other.x - point.x, other.y - point.y) || 1
  const part = Math.min(CORNER.edge, distance / 2) / distance
  return { x: point.x + (other.x - point.x) * part, y: point.y + (other.y - point.y) * part }
}

/** What is left free is not drawn. */
function writeInk(ink: Exclude<Ink, { kind: 'echo' }>, palette: Palette, glyphs: Glyphs): string {
  switch (ink.kind) {
    case 'formula':
      return writeFormula(ink, colourOf(ink.tone, palette), glyphs)
    case 'bar':
      return element('rect', { ...areaOf(ink), fill: colourOf(ink.tone, palette) })
    case 'gap':
      return element('path', {
        d: `M${short(ink.x)} ${short(ink.y)}h${short(ink.width)}`,
        fill: 'none',
        stroke: colourOf(ink.tone, palette),
        'stroke-width': 1.4,
        'stroke-dasharray': '1.4 2.6',
      })
    case 'box':
      return writeBox(ink, palette)
  }
}

/** A box with thin rules between the entries of an array. */
function writeBox(box: Extract<Ink, { kind: 'box' }>, palette: Palette): string {
  const { x, y, width, height, cells } = box
  const { fill, stroke } = palette[box.box]
  const frame = element('rect', {
    id: `box-${box.id}`,
    'data-box': box.id,
    ...areaOf(box),
    rx: CORNER.box,
    fill,
    stroke,
    'stroke-width': 1.5,
  })
  const across = inner(cells.rows).map(part => `M${short(x)} ${short(y + height * part)}h${short(width)}`)
  const down = inner(cells.columns).map(part => `M${short(x + width * part)} ${short(y)}v${short(height)}`)
  const d = [...across, ...down].join('')
  if (d === '') return frame
  return frame + element('path', { d, fill: 'none', stroke, 'stroke-width': 0.6, 'stroke-dasharray': '2 2' })
}

/** Where a whole is cut into so many parts. */
function inner(parts: number): number[] {
  return Array.from({ length: parts - 1 }, (_, index) => (index + 1) / parts)
}

function colourOf(tone: Tone, palette: Palette): string {
  return tone === 'forward' || tone === 'backward' ? palette[tone].text : palette[tone]
}

function writeText({ x, y, text, size }: TextLine, palette: Palette): string {
  return element(
    'text',
    {
      x,
      y,
      fill: palette.ink,
      'font-family': "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
      'font-weight': '600',
      'font-size': size,
    },
    [escapeXml(text)],
  )
}
