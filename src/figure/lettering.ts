/**
 * The words of a figure: names, numbers, derivatives, nudges, set in one typesetter, each distinct formula once.
 */
import { texName } from '../engine/names.js'
import { showDouble } from '../engine/shown-number.js'
import { entryCount, type Shape, type Value } from '../engine/tensor.js'
import { formulaPiece, fractionOf, rowOf, spacePiece, type Piece, type Tone } from './pieces.js'
import type { Typeset, Typesetter } from './typeset.js'

/** How a formula is set: pixels an em, and what it is. */
export type Style = { readonly size: number; readonly tone: Tone }

export type Lettering = ReturnType<typeof createLettering>

/** Arrays of more entries than this are shown by their shape. */
export const MOST_SHOWN_ENTRIES = 12

/** Sets the words of one figure. Formulas are broken into lines where they are wider than a width in pixels. */
export function createLettering(typesetter: Typesetter) {
  const known = new Map<string, Typeset>()
  const typesetOnce = (tex: string): Typeset => {
    const typeset = known.get(tex) ?? typesetter(tex)
    known.set(tex, typeset)
    return typeset
  }
  const formula = (tex: string, { size, tone }: Style, maxWidth = Number.POSITIVE_INFINITY): Piece => {
    const typeset = typesetOnce(tex)
    return formulaPiece(
      typeset.width * size <= maxWidth ? typeset : typesetter(tex, maxWidth / size),
      size,
      tone,
    )
  }
  const name = (of: string, style: Style): Piece => formula(texName(of), style)
  const partial = (of: string, style: Style): Piece => rowOf([formula('\\partial', style), name(of, style)])
  const derivative = (of: string, by: string, style: Style): Piece =>
    fractionOf(partial(of, style), partial(by, style), style.size, style.tone)

  return {
    formula,
    name,
    derivative,

    /** ∂of/∂by along the edge between them alone, where there are other ways as well. */
    directDerivative: (of: string, by: string, style: Style): Piece =>
      formula(
        `\\left.\\frac{\\partial ${texName(of)}}{\\partial ${texName(by)}}\\right|_{\\text{direct}}`,
        style,
      ),

    /** An operator with the room it has in a formula. */
    operator: (tex: string, style: Style): Piece => {
      const room = spacePiece(0.32 * style.size)
      return rowOf([room, formula(tex, style), room])
    },

    /** `w ↑ ε`: a name rises by what follows. */
    nudge: (of: string, amount: readonly Piece[], style: Style): Piece =>
      rowOf([name(of, style), formula('\\uparrow', style), ...amount], 0.28 * style.size),
  }
}

/** A given value in TeX; undefined for an array that is too large to be written out. */
export function texValue(value: Value): string | undefined {
  if (typeof value === 'number') return showDouble(value).tex
  if (value.flat().length > MOST_SHOWN_ENTRIES) return undefined
  if (value.every(row => typeof row === 'number')) {
    return `\\left(${value.map(entry => showDouble(entry).tex).join(',\\; ')}\\right)`
  }
  const rows = value.map(row =>
    [row]
      .flat()
      .map(entry => showDouble(entry).tex)
      .join(' & '),
  )
  return `\\begin{pmatrix}${rows.join(' \\\\ ')}\\end{pmatrix}`
}

/** `\mathbb{R}^{4 \times 3}` */
export function texSpace(shape: Shape): string {
  return `\\mathbb{R}^{${shape.join(' \\times ')}}`
}

/** What an input is given as: `w=3`, `W \in \mathbb{R}^{4 \times 3}`. */
export function texGiven(name: string, value: Value, shape: Shape): string {
  const written = entryCount(shape) > MOST_SHOWN_ENTRIES ? undefined : texValue(value)
  return written === undefined ? `${texName(name)} \\in ${texSpace(shape)}` : `${texName(name)}=${written}`
}
