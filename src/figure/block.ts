/**
 * A block is all that belongs to one node and moves with it: its frame, the arrows of its own inputs, what stands over
 * the arrow that leaves it, and the backward column below. The layout sees it as one rectangle, so that nothing in two
 * blocks can overlap.
 */
import { drawOwnArrow, ownArrowDrop, ownArrowRise, ownArrowWidth, type OwnArrow } from './own-arrow.js'
import { pieceHeight, shifted, type Ink, type Piece } from './pieces.js'
import { levelStroke, shiftedStroke, type Panel, type Point, type Stroke } from './shapes.js'

/** An edge that comes in: from what, and what is written over its end. */
export type Entry = { readonly from: string; readonly label: Piece | undefined }

/** What leaves a block: an edge to other nodes, an arrow out of the graph, or nothing; and what stands over and under it. */
export type Exit = {
  readonly kind: 'edge' | 'end' | 'none'
  readonly over: Piece | undefined
  readonly under?: Piece | undefined
}

/** A row of the column below a frame. */
export type Row = { readonly piece: Piece; readonly beginsGroup: boolean }

export type BlockParts = {
  readonly name: string
  readonly content: Piece
  readonly edges: readonly Entry[]
  readonly own: readonly OwnArrow[]
  readonly exit: Exit
  readonly rows: readonly Row[]
}

/** A block with its origin at its upper left corner. */
export type Block = {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly edges: readonly Entry[]
  /** Where the first edge comes in, at x = 0; the others follow below it. A whole number. */
  readonly entryTop: number
  /** The height of the line that leaves it, at x = width. A whole number. */
  readonly exitY: number
  readonly exits: boolean
  /** Where the frame begins: an edge runs on to it from x = 0. */
  readonly frameLeft: number
  readonly panels: readonly Panel[]
  readonly strokes: readonly Stroke[]
  readonly inks: readonly Ink[]
}

/** Pixels between edges that come in; even, so that the middle between them is a whole number as well. */
export const EDGE_PITCH = 18
/** Pixels between an edge or an own arrow and an own arrow, whose value stands over it. */
const OWN_PITCH = 27
/** And as many more where something stands under an own arrow that has another below it. */
const UNDER_PITCH = 14
const FRAME = { padX: 14, padY: 12, leastHeight: 46, leastWidth: 54, edgeRoom: 12 }
const ENTRY = { least: 9, room: 8, head: 13, over: 3 }
const EXIT = { over: 6, under: 5, room: 10, least: 18 }
const COLUMN = { above: 14, padX: 12, padY: 7 }
/** Frames may differ by so much, from their middle down, for their columns to begin at one depth. */
const LEVELLED = 22

/** Composes the blocks of nodes. Where frames are about equally high, their columns begin at one depth. */
export function composeNodes(list: readonly BlockParts[]): Block[] {
  const halves = list.map(frameHalf)
  const least = Math.min(...halves)
  const depth = Math.max(...halves.filter(half => half <= least + LEVELLED))
  return list.map((parts, index) => {
    const half = halves[index] ?? 0
    return composeNode(parts, half, Math.max(half, depth) + COLUMN.above)
  })
}

function composeNode(parts: BlockParts, half: number, columnTop: number): Block {
  const { content, own, edges, exit } = parts
  const frameWidth = Math.max(FRAME.leastWidth, content.width + 2 * FRAME.padX)
  const column = composeColumn(parts.rows)
  const overhang = (column.width - frameWidth) / 2
  const left = Math.max(overhang, ...own.map(ownArrowWidth), ...edges.map(entryWidth))
  const right = left + frameWidth
  const width = Math.max(right + exitLength(exit), right + overhang)
  const columnLeft = left - overhang
  const hasColumn = parts.rows.length > 0

  // The line that nodes stand on is at y = 0 until all is known.
  const arrows = own.map((arrow, index) => drawOwnArrow(arrow, left, ownOffset(parts, index), true))
  const leaving = drawExit(exit, right, width)
  const inks = [
    ...shifted(content.inks, left + (frameWidth - content.width) / 2, (content.ascent - content.descent) / 2),
    ...arrows.flatMap(arrow => arrow.inks),
    ...leaving.inks,
    ...shifted(column.inks, columnLeft, columnTop),
  ]
  const strokes = [
    ...arrows.map(arrow => arrow.stroke),
    ...leaving.strokes,
    ...column.strokes.map(stroke => shiftedStroke(stroke, columnLeft, columnTop)),
  ]
  const panels: Panel[] = [{ x: left, y: -half, width: frameWidth, height: 2 * half, look: 'node' }]
  if (hasColumn) {
    panels.push({ x: columnLeft, y: columnTop, width: column.width, height: column.height, look: 'column' })
  }
  const ownTops = own.map((arrow, index) => ownArrowRise(arrow) - ownOffset(parts, index))
  const ownBottoms = own.map((arrow, index) => ownArrowDrop(arrow) + ownOffset(parts, index))
  const top = Math.ceil(Math.max(half, leaving.rise, ...ownTops))
  return {
    name: parts.name,
    width,
    height: top + (hasColumn ? columnTop + column.height : Math.max(half, leaving.drop, ...ownBottoms)),
    edges,
    entryTop: top - edgeReach(parts),
    exitY: top,
    exits: exit.kind === 'edge',
    frameLeft: left,
    panels: panels.map(panel => ({ ...panel, y: panel.y + top })),
    strokes: strokes.map(stroke => shiftedStroke(stroke, 0, top)),
    inks: shifted(inks, 0, top),
  }
}

/** An input that several nodes share: its name, and its value over the line that leaves it. */
export function composeInput(name: string, arrow: OwnArrow): Block {
  const width = ownArrowWidth(arrow)
  const top = Math.ceil(ownArrowRise(arrow))
  const { inks, stroke } = drawOwnArrow(arrow, width, top, false)
  return {
    name,
    width,
    height: top + ownArrowDrop(arrow),
    edges: [],
    entryTop: top,
    exitY: top,
    exits: true,
    frameLeft: 0,
    panels: [],
    strokes: [stroke],
    inks,
  }
}

/** Half the frame's height: it has room for its content and for all that comes in on its left side. */
function frameHalf(parts: BlockParts): number {
  const reach = Math.max(edgeReach(parts), ...parts.own.map((_, index) => Math.abs(ownOffset(parts, index))))
  const content = pieceHeight(parts.content) / 2 + FRAME.padY
  return Math.max(FRAME.leastHeight / 2, content, reach + FRAME.edgeRoom)
}

/** How far from the middle the outermost edge comes in. */
function edgeReach({ edges }: BlockParts): number {
  return (Math.max(1, edges.length) - 1) * (EDGE_PITCH / 2)
}

/**
 * At what height an own arrow comes in: alone they stand around the middle; beside edges, which keep the middle so that
 * a row of nodes is straight, they go below and above by turns.
 */
function ownOffset(parts: BlockParts, index: number): number {
  const pitch = OWN_PITCH + (parts.own.some(({ under }) => under !== undefined) ? UNDER_PITCH : 0)
  if (parts.edges.length === 0) return (index - (parts.own.length - 1) / 2) * pitch
  const distance = edgeReach(parts) + OWN_PITCH + Math.floor(index / 2) * pitch
  return index % 2 === 0 ? distance : -distance
}

/** The room an edge takes beside the frame. */
function entryWidth({ label }: Entry): number {
  return label === undefined ? ENTRY.least : label.width + ENTRY.room + ENTRY.head
}

/** Writes an edge's label over its end, which is at the point. */
export function entryInks({ label }: Entry, end: Point): Ink[] {
  if (label === undefined) return []
  return shifted(label.inks, end.x - ENTRY.head - label.width, end.y - ENTRY.over - label.descent)
}

function exitLength({ kind, over, under }: Exit): number {
  if (kind === 'none' && over === undefined) return 0
  const widest = Math.max(over?.width ?? 0, under?.width ?? 0)
  return widest === 0 ? EXIT.least : widest + 2 * EXIT.room
}

/** The line from the frame to the right side of the block, or an arrow that ends by itself. */
function drawExit(exit: Exit, from: number, width: number) {
  const { kind, over, under } = exit
  const length = exitLength(exit)
  if (length === 0) return { inks: [], strokes: [], rise: 0, drop: 0 }
  const to = kind === 'edge' ? width : from + length
  const left = from + EXIT.room
  return {
    inks: [
      ...(over === undefined ? [] : shifted(over.inks, left, -EXIT.over - over.descent)),
      ...(under === undefined ? [] : shifted(under.inks, left, EXIT.under + under.ascent)),
    ],
    strokes: [levelStroke([from, to], 0, { isArrow: kind !== 'edge', tone: 'edge' })],
    rise: over === undefined ? 0 : EXIT.over + pieceHeight(over),
    drop: under === undefined ? 0 : EXIT.under + pieceHeight(under),
  }
}

/** Rows below each other with lines between. The origin is the upper left corner. */
function composeColumn(rows: readonly Row[]) {
  const width = Math.max(0, ...rows.map(({ piece }) => piece.width + 2 * COLUMN.padX))
  const inks: Ink[] = []
  const strokes: Stroke[] = []
  let y = 0
  rows.forEach(({ piece, beginsGroup }, index) => {
    if (index > 0) {
      const inset = beginsGroup ? 0 : COLUMN.padX
      const tone = beginsGroup ? 'groupSeparator' : 'separator'
      strokes.push(levelStroke([inset, width - inset], y, { isArrow: false, tone }))
    }
    inks.push(...shifted(piece.inks, COLUMN.padX, y + COLUMN.padY + piece.ascent))
    y += pieceHeight(piece) + 2 * COLUMN.padY
  })
  return { width, height: y, inks, strokes }
}
