/**
 * TeX → MathML. What is set is TeX of ours, and still nothing but mathematics can come out: each element and attribute is
 * one of these lists, so that a page may take it as it is. Styles are left out, which a page's policy would refuse.
 */
import { LRUCache } from 'lru-cache'
import temml from 'temml'

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'math mrow mi mn mo mtext mspace mfrac msqrt mroot mpadded mphantom mstyle msub msup msubsup munder mover ' +
    'munderover mtable mtr mtd'
  ).split(' '),
)

const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    'display displaystyle scriptlevel mathvariant stretchy fence form separator symmetric largeop movablelimits lspace ' +
    'rspace minsize maxsize accent accentunder linethickness width height depth voffset columnalign'
  ).split(' '),
)

/** Characters of MathML and of TeX that are kept. */
const MOST_KEPT_CHARACTERS = 4_000_000

/** A formula in TeX, and as text for where it cannot be set. */
export type TexFormula = { readonly text: string; readonly tex: string }

/** Sets a formula; never throws. */
export type ToMathml = (formula: TexFormula) => string

/** A way from TeX to MathML that remembers what it has set. */
export function createMathml(): ToMathml {
  const kept = new LRUCache<string, string>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: (mathml, tex) => mathml.length + tex.length,
  })
  return ({ text, tex }) => {
    const known = kept.get(tex)
    if (known !== undefined) return known
    const mathml = setTex(tex)
    if (mathml === undefined) return `<math><mtext>${escapeText(text)}</mtext></math>`
    kept.set(tex, mathml)
    return mathml
  }
}

/** MathML of TeX; undefined where it cannot be set, or something else than mathematics would come of it. */
export function setTex(tex: string): string | undefined {
  try {
    return onlyMathematics(temml.renderToString(tex, { throwOnError: true, strict: true, trust: false }))
  } catch {
    return undefined
  }
}

const TAG = /<(\/?)([a-z]+)((?: [a-z-]+="[^"<>]*")*)>/g
const ATTRIBUTE = / ([a-z-]+)="([^"<>]*)"/g

/** The same markup with its attributes cut to those listed; undefined where it has other elements or is no markup. */
function onlyMathematics(markup: string): string | undefined {
  if (/[<>]/.test(markup.replaceAll(TAG, ''))) return undefined
  if (!Array.from(markup.matchAll(TAG)).every(([, , name = '']) => ELEMENTS.has(name))) return undefined
  return markup.replaceAll(TAG, (_, end: string, name: string, attributes: string) => {
    const left = attributes.replaceAll(ATTRIBUTE, (whole, attribute: string) =>
      ATTRIBUTES.has(attribute) ? whole : '',
    )
    // Fractions at full size, though the formula stands in a line of text.
    return `<${end}${name}${name === 'math' && end === '' ? ' displaystyle="true"' : ''}${left}>`
  })
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
