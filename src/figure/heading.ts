/** What stands above the graph: its title, the given values, the formulas. */
import type { FigureWords } from './figure-words.js'
import { texGiven, type Style } from './lettering.js'
import { shifted, type Ink, type Piece } from './pieces.js'
import type { View } from './plan.js'
import { nodeFormula, shapeOf, type Workshop } from './workshop.js'
import type { TextLine } from './svg.js'

export type Heading = {
  readonly width: number
  readonly height: number
  readonly texts: readonly TextLine[]
  readonly inks: readonly Ink[]
}

const TITLE = { size: 21, line: 28 }
const LABEL: Style = { size: 16, tone: 'muted' }
const GIVEN: Style = { size: 17, tone: 'ink' }
const GAP = { label: 18, item: 30, line: 12, group: 10, title: 14 }
/** Lines are not longer than this, however wide the graph is. */
const WIDEST_LINE = 1200

/**
 * Sets the heading in lines of at most so many pixels; a single item that is wider than that stays whole. Without a title
 * where what the figure stands in has it already.
 */
export function composeHeading(
  workshop: Workshop,
  view: View,
  { title, words }: { readonly title: string | undefined; readonly words: FigureWords },
  available: number,
): Heading {
  const { graph, plan, lettering } = workshop
  const width = Math.min(available, WIDEST_LINE)
  const lines = title === undefined ? [] : wrapText(title, width)
  const texts = lines.map((text, index) => ({
    text,
    x: 0,
    y: TITLE.size + index * TITLE.line,
    size: TITLE.size,
  }))
  const given = (role: 'parameter' | 'data'): Piece[] =>
    graph.inputs
      .filter(input => workshop.given === 'drawn' && input.role === role)
      .map(({ name, value }) => lettering.formula(texGiven(name, value, shapeOf(graph, name)), GIVEN))
  const groups = [
    { label: words.parameters, items: given('parameter') },
    { label: words.data, items: given('data') },
    { label: words.nudge, items: view === 'cascade' ? nudge(workshop) : [] },
    { label: words.formulas, items: plan.nodes.map(node => nodeFormula(workshop, node, width * 0.6)) },
  ].filter(({ items }) => items.length > 0)
  const labels = groups.map(({ label }) => lettering.formula(`\\text{${label}}`, LABEL))
  const indent = Math.max(0, ...labels.map(label => label.width)) + GAP.label
  const inks: Ink[] = []
  let [y, right] = [lines.length === 0 ? 0 : lines.length * TITLE.line + GAP.title, 0]
  groups.forEach(({ items }, index) => {
    const flow = flowOf(items, Math.max(0, width - indent))
    const label = labels[index] as Piece // One a group.
    inks.push(...shifted(label.inks, 0, y + flow.firstBaseline), ...shifted(flow.inks, indent, y))
    y += flow.height + GAP.group
    right = Math.max(right, indent + flow.width)
  })
  const titleWidth = Math.max(0, ...lines.map(textWidth))
  return { width: Math.max(right, titleWidth), height: y, texts, inks }
}

/** What the other view is about: `w ↑ ε`. */
function nudge({ lettering, plan }: Workshop): Piece[] {
  if (plan.nudged === undefined) return []
  return [lettering.nudge(plan.nudged.from, [lettering.formula('\\varepsilon', GIVEN)], GIVEN)]
}

/** Pieces in lines, like words. The origin is the upper left corner. */
function flowOf(items: readonly Piece[], width: number) {
  const lines: Piece[][] = []
  let x = 0
  for (const item of items) {
    const line = lines.at(-1)
    if (line !== undefined && x + GAP.item + item.width <= width) {
      line.push(item)
      x += GAP.item + item.width
    } else {
      lines.push([item])
      x = item.width
    }
  }
  const inks: Ink[] = []
  let [y, right, firstBaseline] = [0, 0, 0]
  lines.forEach((line, index) => {
    const ascent = Math.max(...line.map(item => item.ascent))
    const descent = Math.max(...line.map(item => item.descent))
    if (index > 0) y += GAP.line
    else firstBaseline = ascent
    let left = 0
    for (const item of line) {
      inks.push(...shifted(item.inks, left, y + ascent))
      left += item.width + GAP.item
    }
    right = Math.max(right, left - GAP.item)
    y += ascent + descent
  })
  return { inks, width: right, height: y, firstBaseline }
}

/** Words in lines of at most this width, by an estimate on the wide side: the reader's font is not known. */
function wrapText(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(/\s+/u).flatMap(part => breakWord(part, width))) {
    const line = lines.at(-1) ?? ''
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || textWidth(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

function breakWord(word: string, width: number): string[] {
  const parts = ['']
  for (const character of word) {
    const longer = (parts.at(-1) ?? '') + character
    if (textWidth(longer) <= width) parts[parts.length - 1] = longer
    else parts.push(character)
  }
  return parts
}

/** Latin letters are about half an em wide in bold, others may take a whole one. */
function textWidth(text: string): number {
  let ems = 0
  for (const character of text)
    ems += /^[\p{Ll}\d\s.,:;!'()|-]$/u.test(character)
      ? 0.6
      : /^[\u0020-\u024F]$/u.test(character)
        ? 0.85
        : 1.3
  return ems * TITLE.size
}
