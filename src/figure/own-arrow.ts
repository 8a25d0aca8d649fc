/** Arrows that belong to one node alone: an input's name, an arrow, and over it the value. */
import { pieceHeight, shifted, type Ink, type Piece } from './pieces.js'
import { levelStroke, type Stroke } from './shapes.js'

export type OwnArrow = {
  readonly tail: Piece
  readonly over: Piece | undefined
  readonly under?: Piece | undefined
}

const GAP = 6
const LEAST_LENGTH = 34
const OVER = 5
const UNDER = 3
const ROOM = 9

export function ownArrowWidth({ tail, over, under }: OwnArrow): number {
  return tail.width + GAP + Math.max(LEAST_LENGTH, (over?.width ?? 0) + 2 * ROOM, under?.width ?? 0)
}

/** How far what belongs to it reaches above its line. */
export function ownArrowRise({ tail, over }: OwnArrow): number {
  return Math.max(pieceHeight(tail) / 2, over === undefined ? 0 : OVER + pieceHeight(over))
}

/** How far it reaches below. */
export function ownArrowDrop({ tail, under }: OwnArrow): number {
  return Math.max(pieceHeight(tail) / 2, under === undefined ? 0 : UNDER + pieceHeight(under))
}

/** The arrow, its line ending at x = end. */
export function drawOwnArrow(
  arrow: OwnArrow,
  end: number,
  y: number,
  isArrow: boolean,
): { readonly inks: readonly Ink[]; readonly stroke: Stroke } {
  const { tail, over, under } = arrow
  const start = end - ownArrowWidth(arrow)
  const from = start + tail.width + GAP
  const inks = shifted(tail.inks, start, y + (tail.ascent - tail.descent) / 2)
  if (over !== undefined) {
    // A little to the left of the middle: the head takes room at the right.
    const x = from + (end - from - over.width) / 2 - (isArrow ? 2 : 0)
    inks.push(...shifted(over.inks, x, y - OVER - over.descent))
  }
  if (under !== undefined) {
    inks.push(...shifted(under.inks, from + (end - from - under.width) / 2, y + UNDER + under.ascent))
  }
  return { inks, stroke: levelStroke([from, end], y, { isArrow, tone: 'edge' }) }
}
