/**
 * What a typesetter gives: a formula as marks to be drawn, with exact measures, so that a picture needs no font and
 * clips nothing. All in ems of the formula's size; the origin lies at the left end of the baseline, y runs upwards.
 */

/** One glyph, bar or character of a formula. */
export type Mark =
  | {
      readonly kind: 'glyph'
      /** The outline as SVG path data, in thousandths of an em. */
      readonly outline: string
      readonly x: number
      readonly y: number
      readonly scaleX: number
      readonly scaleY: number
    }
  | {
      readonly kind: 'bar'
      readonly x: number
      /** Its lower edge. */
      readonly y: number
      readonly width: number
      readonly height: number
    }
  | {
      /** A character that the typesetter's font lacks: left to the reader's fonts. */
      readonly kind: 'character'
      readonly text: string
      readonly x: number
      readonly y: number
      readonly size: number
    }

/** A formula, ready to be drawn. */
export type Typeset = {
  readonly width: number
  /** From the baseline to the top. */
  readonly ascent: number
  /** From the baseline to the bottom, counted downwards. */
  readonly descent: number
  readonly marks: readonly Mark[]
}

/** Sets TeX. What is wider than `maxWidth` ems is broken into lines where it can be. */
export type Typesetter = (tex: string, maxWidth?: number) => Typeset
