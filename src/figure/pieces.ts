/**
 * Pieces of a picture that are set beside and above each other like words in a line: formulas, fractions, empty boxes.
 * All in pixels; the origin of a piece lies at the left end of its baseline, y runs downwards.
 */
import type { Typeset } from './typeset.js'

/** What a thing is, from which a theme makes its colour. */
export type Tone = 'ink' | 'muted' | 'forward' | 'backward'

/** A box that a learner fills in. */
export type BoxKind = 'forward' | 'backward'

/** One thing that is drawn. */
export type Ink =
  | {
      readonly kind: 'formula'
      readonly typeset: Typeset
      readonly x: number
      /** The baseline. */
      readonly y: number
      /** Pixels an em. */
      readonly size: number
      readonly tone: Tone
    }
  | {
      readonly kind: 'bar'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly tone: Tone
    }
  | {
      readonly kind: 'box'
      readonly id: string
      readonly box: BoxKind
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      /** Into how many rows and columns it is ruled. */
      readonly cells: Cells
    }
  | {
      readonly kind: 'gap'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly tone: Tone
    }
  | {
      readonly kind: 'echo'
      readonly of: EchoSource
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }

/**
 * What comes to stand in a place that is left free: the value of an input, where each learner has another; once a box is
 * right, its entry (`gradient`, `factor`) or a thousandth of it (`thousandth`); in a cascade, how many times the nudge a
 * node changes by.
 */
export type EchoSource =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'gradient' | 'factor' | 'thousandth'; readonly box: string }
  | { readonly kind: 'multiplier'; readonly from: string; readonly node: string }

export type Cells = { readonly rows: number; readonly columns: number }

export type Piece = {
  readonly width: number
  readonly ascent: number
  readonly descent: number
  readonly inks: readonly Ink[]
}

export function pieceHeight({ ascent, descent }: Piece): number {
  return ascent + descent
}

/** How far the middle of operators and fraction bars lies above the baseline, in ems. */
const AXIS = 0.25
/** Measures of a fraction, in ems, as TeX sets one in display style. */
const FRACTION = { bar: 0.06, side: 0.06, above: 0.2, below: 0.2 }

/** A typeset formula at so many pixels an em. */
export function formulaPiece(typeset: Typeset, size: number, tone: Tone): Piece {
  return {
    width: typeset.width * size,
    ascent: typeset.ascent * size,
    descent: typeset.descent * size,
    inks: [{ kind: 'formula', typeset, x: 0, y: 0, size, tone }],
  }
}

/** A box to fill in, its middle on the axis of a formula of that size. */
export function boxPiece(
  id: string,
  box: BoxKind,
  { width, height, cells }: { readonly width: number; readonly height: number; readonly cells: Cells },
  size: number,
): Piece {
  const ascent = height / 2 + AXIS * size
  return {
    width,
    ascent,
    descent: height - ascent,
    inks: [{ kind: 'box', id, box, x: 0, y: -ascent, width, height, cells }],
  }
}

/** A number left open, as a dotted line on the baseline, and what it may be filled with: nothing that is graded. */
export function gapPiece(size: number, tone: Tone, of: EchoSource, ems = 1.5): Piece {
  const width = ems * size
  const [ascent, descent] = [0.7 * size, 0.2 * size]
  const inks: Ink[] = [
    { kind: 'gap', x: 0, y: 0, width, tone },
    { kind: 'echo', of, x: 0, y: -ascent, width, height: ascent + descent },
  ]
  return { width, ascent, descent, inks }
}

/** Room for what may come to stand there. The origin is its upper left corner. */
export function echoPiece(of: EchoSource, width: number, height: number): Piece {
  return { width, ascent: 0, descent: height, inks: [{ kind: 'echo', of, x: 0, y: 0, width, height }] }
}

/** Empty room. */
export function spacePiece(width: number): Piece {
  return { width, ascent: 0, descent: 0, inks: [] }
}

/** Pieces on one baseline. */
export function rowOf(pieces: readonly Piece[], space = 0): Piece {
  let x = 0
  const inks: Ink[] = []
  pieces.forEach((piece, index) => {
    if (index > 0) x += space
    inks.push(...shifted(piece.inks, x, 0))
    x += piece.width
  })
  return { width: x, ascent: most(pieces, 'ascent'), descent: most(pieces, 'descent'), inks }
}

/** Lines below each other, ranged left; the baseline is that of the first. */
export function linesOf(lines: readonly Piece[], space: number): Piece {
  const [first] = lines
  if (first === undefined) return spacePiece(0)
  let y = 0
  let bottom = -first.ascent
  const inks: Ink[] = []
  lines.forEach((line, index) => {
    if (index > 0) y = bottom + space + line.ascent
    inks.push(...shifted(line.inks, 0, y))
    bottom = y + line.descent
  })
  return { width: most(lines, 'width'), ascent: first.ascent, descent: bottom, inks }
}

/** One piece over another with a bar between, in the size and tone given. */
export function fractionOf(top: Piece, bottom: Piece, size: number, tone: Tone): Piece {
  const width = Math.max(top.width, bottom.width) + 2 * FRACTION.side * size
  const bar = FRACTION.bar * size
  const barTop = -AXIS * size - bar / 2
  const topBaseline = barTop - FRACTION.above * size - top.descent
  const bottomBaseline = barTop + bar + FRACTION.below * size + bottom.ascent
  return {
    width,
    ascent: top.ascent - topBaseline,
    descent: bottomBaseline + bottom.descent,
    inks: [
      ...shifted(top.inks, (width - top.width) / 2, topBaseline),
      { kind: 'bar', x: 0, y: barTop, width, height: bar, tone },
      ...shifted(bottom.inks, (width - bottom.width) / 2, bottomBaseline),
    ],
  }
}

/** The same things elsewhere. */
export function shifted(inks: readonly Ink[], x: number, y: number): Ink[] {
  return inks.map(ink => ({ ...ink, x: ink.x + x, y: ink.y + y }))
}

function most(pieces: readonly Piece[], measure: 'width' | 'ascent' | 'descent'): number {
  return pieces.reduce((largest, piece) => Math.max(largest, piece[measure]), 0)
}
