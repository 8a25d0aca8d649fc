/** Draws the figure of a graph: plan → blocks → layout → SVG. */
import type { CompiledGraph } from '../engine/graph.js'
import { entryInks, type Block } from './block.js'
import { describeGraph } from './describe.js'
import { FIGURE_WORDS, type FigureLanguage } from './figure-words.js'
import { composeHeading } from './heading.js'
import { layOut, type Layout } from './layout.js'
import { createLettering } from './lettering.js'
import { PALETTES, type Theme } from './palette.js'
import { shifted, type EchoSource, type Ink } from './pieces.js'
import { completePlaces, type Place } from './places.js'
import { planFigure, type View } from './plan.js'
import { composeBlocks } from './compose.js'
import { shiftedStroke, type Panel, type Point, type Rectangle, type Stroke } from './shapes.js'
import { writeSvg } from './svg.js'
import type { Typesetter } from './typeset.js'
import type { Given } from './workshop.js'

/** What a figure is drawn from. It has no place for an evaluation. */
export type FigureSource = {
  readonly title: string
  readonly graph: CompiledGraph
  /** Where the author wants nodes to stand; `checkPlaces` has found nothing wrong with it. */
  readonly places?: readonly Place[] | undefined
}

export type FigureOptions = {
  readonly theme: Theme
  readonly view: View
  /** Drawn if not said otherwise. */
  readonly given?: Given
  /** English if not said otherwise. */
  readonly language?: FigureLanguage
  readonly typesetter: Typesetter
}

/** A drawn figure, and where its boxes and echoes are in it, in the units of its viewBox. */
export type Figure = {
  readonly svg: string
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, Rectangle>
  readonly echoes: readonly Echo[]
}

/** A place that is left free for what will be known. */
export type Echo = { readonly of: EchoSource; readonly place: Rectangle }

const MARGIN = 28
const UNDER_HEADING = 30

/** Draws a figure. */
export async function drawFigure(
  source: FigureSource,
  { theme, view, given = 'drawn', language = 'en', typesetter }: FigureOptions,
): Promise<Figure> {
  const { graph, title } = source
  const words = FIGURE_WORDS[language]
  const places = source.places === undefined ? undefined : completePlaces(graph, source.places)
  const plan = planFigure(graph, places)
  const lettering = createLettering(typesetter)
  const workshop = { graph, given, plan, lettering }
  const blocks = composeBlocks(workshop, view)
  const layout = await layOut(blocks, places)
  // A page says itself what it is about.
  const heading = composeHeading(
    workshop,
    view,
    { title: theme === 'page' ? undefined : title, words },
    Math.max(layout.width, 640),
  )

  const graphTop = MARGIN + heading.height + UNDER_HEADING
  const placed = blocks.map(block => {
    const corner = layout.corners.get(block.name) ?? { x: 0, y: 0 }
    return moved(block, corner.x + MARGIN, corner.y + graphTop)
  })
  const edges = drawEdges(placed, layout, graphTop)
  const inks = [
    ...shifted(heading.inks, MARGIN, MARGIN),
    ...placed.flatMap(block => block.inks),
    ...edges.inks,
  ]
  const width = Math.ceil(Math.max(layout.width, heading.width) + 2 * MARGIN)
  const height = Math.ceil(graphTop + layout.height + MARGIN)
  const svg = writeSvg(
    {
      width,
      height,
      title,
      description: describeGraph(graph, { view, given }, words),
      texts: heading.texts.map(line => ({ ...line, x: line.x + MARGIN, y: line.y + MARGIN })),
      panels: placed.flatMap(block => block.panels),
      strokes: [...edges.strokes, ...placed.flatMap(block => block.strokes)],
      junctions: layout.junctions.map(point => onPage(point, graphTop)),
      inks,
    },
    PALETTES[theme],
  )
  return { svg, width, height, boxes: boxesIn(inks), echoes: echoesIn(inks) }
}

function onPage({ x, y }: Point, graphTop: number): Point {
  return { x: x + MARGIN, y: y + graphTop }
}

/** The edges, those of one origin as one stroke, each run on to the frame where it ends, and its label there. */
function drawEdges(placed: readonly PlacedBlock[], { routes }: Layout, graphTop: number) {
  const frameLefts = new Map(placed.map(block => [block.name, block.frameX]))
  const byOrigin = new Map<string, Point[][]>()
  const inks: Ink[] = []
  for (const { to, entry, points } of routes) {
    const line = points.map(point => onPage(point, graphTop))
    const last = line.pop() ?? { x: 0, y: 0 }
    const end = { x: frameLefts.get(to) ?? last.x, y: last.y }
    line.push(end)
    byOrigin.set(entry.from, [...(byOrigin.get(entry.from) ?? []), line])
    inks.push(...entryInks(entry, end))
  }
  const strokes = [...byOrigin.values()].map((lines): Stroke => ({ lines, isArrow: true, tone: 'edge' }))
  return { inks, strokes }
}

type PlacedBlock = {
  readonly name: string
  readonly frameX: number
  readonly panels: readonly Panel[]
  readonly strokes: readonly Stroke[]
  readonly inks: readonly Ink[]
}

function moved({ name, frameLeft, panels, strokes, inks }: Block, x: number, y: number): PlacedBlock {
  return {
    name,
    frameX: frameLeft + x,
    panels: panels.map(panel => ({ ...panel, x: panel.x + x, y: panel.y + y })),
    strokes: strokes.map(stroke => shiftedStroke(stroke, x, y)),
    inks: shifted(inks, x, y),
  }
}

function boxesIn(inks: readonly Ink[]): Map<string, Rectangle> {
  const boxes = new Map<string, Rectangle>()
  for (const ink of inks) {
    if (ink.kind !== 'box') continue
    const { id, x, y, width, height } = ink
    boxes.set(id, { x, y, width, height })
  }
  return boxes
}

function echoesIn(inks: readonly Ink[]): Echo[] {
  return inks.flatMap(ink => {
    if (ink.kind !== 'echo') return []
    const { of, x, y, width, height } = ink
    return [{ of, place: { x, y, width, height } }]
  })
}
