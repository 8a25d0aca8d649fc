/**
 * TeX → HTML: MathML, and between it the words of a sentence, which break into lines. What is set is TeX of ours, and still
 * nothing but mathematics and escaped words can come out: each element and attribute is one of these lists, so that a page
 * may take it as it is. Styles are left out, which a page's policy would refuse.
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

/** Characters of HTML and of TeX that are kept. */
const MOST_KEPT_CHARACTERS = 4_000_000

/** A formula in TeX, and as text for where it cannot be set. */
export type TexFormula = { readonly text: string; readonly tex: string }

/** Sets a formula, or a sentence that holds some; never throws. */
export type ToHtml = (formula: TexFormula) => string

/** A way from TeX to HTML that remembers what it has set. */
export function createFormulaHtml(): ToHtml {
  const kept = new LRUCache<string, string>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: (html, tex) => html.length + tex.length,
  })
  return ({ text, tex }) => {
    const known = kept.get(tex)
    if (known !== undefined) return known
    const html = setSentence(tex)
    if (html === undefined) return escapeText(text)
    kept.set(tex, html)
    return html
  }
}

/** HTML of TeX; undefined where it cannot be set. */
function setSentence(tex: string): string | undefined {
  const parts = sentenceParts(tex)
  const isFormula = parts.every(({ kind }) => kind === 'tex')
  if (isFormula) return setTex(tex)
  const set = parts.map(part =>
    part.kind === 'words' ? escapeText(part.text) : setTex(part.tex, { isInline: true }),
  )
  return set.every(part => part !== undefined) ? set.join('') : undefined
}

type SentencePart =
  { readonly kind: 'words'; readonly text: string } | { readonly kind: 'tex'; readonly tex: string }

/** A group of TeX without groups in it. */
const WORDS = /^\\text\{([^{}]*)\}/
/** One token, where TeX is cut; a group that is not closed is one character. */
const TOKEN = /^(?:\\[a-zA-Z]+|\\.|.)/su

/** The words of `\text{…}` that stand in no group, and the TeX between them. */
export function sentenceParts(tex: string): SentencePart[] {
  const parts: SentencePart[] = []
  let [rest, run, depth] = [tex, '', 0]
  const endRun = (): void => {
    if (run.trim() !== '') parts.push({ kind: 'tex', tex: run })
    run = ''
  }
  while (rest !== '') {
    const words = depth === 0 ? WORDS.exec(rest) : null
    const text = words?.[1]?.replaceAll('\\_', '_')
    // A sign that only TeX knows stays in TeX.
    if (words !== null && text !== undefined && !text.includes('\\')) {
      endRun()
      parts.push({ kind: 'words', text })
      rest = rest.slice(words[0].length)
      continue
    }
    const token = TOKEN.exec(rest)?.[0] ?? rest
    if (OPENING.has(token)) depth += 1
    else if (CLOSING.has(token)) depth -= 1
    run += token
    rest = rest.slice(token.length)
  }
  endRun()
  return parts
}

const OPENING: ReadonlySet<string> = new Set(['{', '\\left', '\\begin'])
const CLOSING: ReadonlySet<string> = new Set(['}', '\\right', '\\end'])

/** MathML of TeX; undefined where it cannot be set, or something else than mathematics would come of it. */
export function setTex(
  tex: string,
  { isInline = false }: { readonly isInline?: boolean } = {},
): string | undefined {
  try {
    const markup = temml.renderToString(tex, { throwOnError: true, strict: true, trust: false })
    return onlyMathematics(markup, isInline ? '' : ' displaystyle="true"')
  } catch {
    return undefined
  }
}

const TAG = /<(\/?)([a-z]+)((?: [a-z-]+="[^"<>]*")*)>/g
const ATTRIBUTE = / ([a-z-]+)="([^"<>]*)"/g

/**
 * The same markup with its attributes cut to those listed, and the outermost with one more; undefined where it has other
 * elements or is no markup.
 */
function onlyMathematics(markup: string, outermost: string): string | undefined {
  if (/[<>]/.test(markup.replaceAll(TAG, ''))) return undefined
  if (!Array.from(markup.matchAll(TAG)).every(([, , name = '']) => ELEMENTS.has(name))) return undefined
  return markup.replaceAll(TAG, (_, end: string, name: string, attributes: string) => {
    const left = attributes.replaceAll(ATTRIBUTE, (whole, attribute: string) =>
      ATTRIBUTES.has(attribute) ? whole : '',
    )
    return `<${end}${name}${name === 'math' && end === '' ? outermost : ''}${left}>`
  })
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
