/**
 * Sentences and formulas that are written once and come out twice: as plain text and as TeX.
 *
 * Text is for reading aloud: products of numbers show `·`, minus is U+2212, names are as the author typed them. TeX is
 * one complete formula for math mode, its words inside \text{…}; names come through `texName`, so that nothing that a
 * user typed can act in it.
 */
import type { Formula } from './formula.js'
import { texName } from './names.js'
import { bracketNegative, type ShownNumber } from './shown-number.js'

/** Past so many terms the middle of a sum or list is left out. */
export const MAX_TERMS = 12
/** Past so many characters of text it is left out as well, and a formula is not written at all. */
export const MAX_CHARACTERS = 400

/** The nudge. */
export const EPSILON_SIGN: Formula = { text: 'ε', tex: '\\varepsilon' }
/** What stands for terms left out. */
export const DOTS: Formula = { text: '…', tex: '\\dots' }

const TIMES: Formula = { text: ' · ', tex: ' \\cdot ' }
const PLUS: Formula = { text: ' + ', tex: ' + ' }
const COMMA: Formula = { text: ', ', tex: ', ' }

/** A template whose own text is words and whose parts are formulas. */
export function sentence(strings: TemplateStringsArray, ...parts: readonly Formula[]): Formula {
  return interleave(strings, parts, words)
}

/** A template whose own text is signs that text and TeX share, such as `=`, and whose parts are formulas. */
export function formula(strings: TemplateStringsArray, ...parts: readonly Formula[]): Formula {
  return interleave(strings, parts, signs => ({ text: signs, tex: signs }))
}

/** Plain words. Escapes what could stand in a name or in a reason that the engine gives. */
export function words(text: string): Formula {
  if (text === '') return { text, tex: '' }
  const escaped = text.replaceAll('_', '\\_').replaceAll('−', '-').replaceAll('±', '}\\pm\\text{')
  return { text, tex: `\\text{${escaped}}` }
}

/** How many there are, said in words. */
export function count(number: number): Formula {
  return words(String(number))
}

function interleave(
  strings: readonly string[],
  parts: readonly Formula[],
  fixed: (text: string) => Formula,
): Formula {
  const pieces = strings.flatMap((text, index) => {
    const part = parts[index]
    return part === undefined ? [fixed(text)] : [fixed(text), part]
  })
  return { text: pieces.map(piece => piece.text).join(''), tex: pieces.map(piece => piece.tex).join('') }
}

/** The name of an input or node. */
export function nameOf(name: string): Formula {
  return { text: name, tex: texName(name) }
}

/**
 * How names are written after the nudge: `a_ε`. Where the graph has a name that is written like one of these, `a′`,
 * which no name can hold.
 */
export function nudgedNames(names: readonly string[], owned: Iterable<string>): readonly Formula[] {
  const marked = names.map(name => ({ text: `${name}_ε`, tex: indexed(texName(name), EPSILON_SIGN.tex) }))
  const looks = new Set(marked.map(({ tex }) => tex))
  for (const name of owned) {
    if (EPSILON_LAST.test(name) && looks.has(texName(name))) {
      return names.map(own => ({ text: `${own}′`, tex: `${texName(own)}'` }))
    }
  }
  return marked
}

/** Names that end in the index of a nudge, in either spelling: few do, so that few are set in TeX to compare. */
const EPSILON_LAST = /(?:ε|varepsilon)$/

/** TeX of a name with one more index: w_{0} → w_{0,i}. */
export function indexed(tex: string, index: string): string {
  return tex.includes('_{') ? `${tex.slice(0, -1)},${index}}` : `${tex}_{${index}}`
}

/** `∂a/∂w`. */
export function derivative(of: string, wrt: string): Formula {
  return {
    text: `∂${of}/∂${wrt}`,
    tex: `\\frac{\\partial ${texName(of)}}{\\partial ${texName(wrt)}}`,
  }
}

/**
 * The derivative of the output by one operand of its own formula, where that operand has other ways to it too, marked
 * by a word: `∂J/∂u (direct)`.
 */
export function directDerivative(of: string, wrt: string, mark: string): Formula {
  const { text, tex } = derivative(of, wrt)
  return { text: `${text} (${mark})`, tex: `\\left.${tex}\\right|_{${words(mark).tex}}` }
}

/** A formula that may hold rounded numbers; `exact` is false where it does. */
export type Side = Formula & { readonly exact?: boolean }

/** Whether two formulas look the same, as text or as TeX: then one of them says all. */
export function looksLike(one: Formula, other: Formula): boolean {
  return one.text === other.text || one.tex === other.tex
}

/**
 * `left = side = … = side`, with `≈` next to every side that holds rounded numbers. A side that looks like the next
 * one is left out.
 */
export function equation(left: Side, ...given: readonly Side[]): Formula {
  const sides = given.filter((side, index) => {
    const next = given[index + 1]
    return next === undefined || !looksLike(side, next)
  })
  let whole: Formula = left
  sides.forEach((side, index) => {
    const exact = side.exact !== false && (sides[index - 1] ?? left).exact !== false
    whole = exact ? formula`${whole} = ${side}` : approximation(whole, side)
  })
  return whole
}

/** `left ≈ right`. */
export function approximation(left: Formula, right: Formula): Formula {
  return { text: `${left.text} ≈ ${right.text}`, tex: `${left.tex} \\approx ${right.tex}` }
}

/** Factors with a sign between them. */
export function product(factors: readonly Formula[]): Formula {
  return joined(factors, TIMES)
}

/** Terms with a plus between them, the middle left out where they are many. */
export function sum(terms: readonly Formula[]): Formula {
  const { head, skipped, tail } = elide(terms, term => term.text.length)
  return joined([...head, ...(skipped === 0 ? [] : [DOTS]), ...tail], PLUS)
}

/** Numbers multiplied, those below 0 in brackets. */
export function numericProduct(numbers: readonly ShownNumber[]): Side {
  return { ...product(numbers.map(bracketNegative)), exact: numbers.every(number => number.exact) }
}

/** Numbers or products of numbers added. */
export function numericSum(terms: readonly Side[]): Side {
  return { ...sum(terms), exact: terms.every(term => term.exact !== false) }
}

/** Names one after the other: `a, b, c`. */
export function list(names: readonly Formula[]): Formula {
  const { head, skipped, tail } = elide(names, name => name.text.length)
  return joined([...head, ...(skipped === 0 ? [] : [DOTS]), ...tail], COMMA)
}

/** Brackets around a formula. */
export function bracketed({ text, tex }: Formula): Formula {
  return { text: `(${text})`, tex: `\\left(${tex}\\right)` }
}

/** All items where they are few and small together; else the first ones, how many are skipped, and the last. */
export function elide<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
): { readonly head: readonly Item[]; readonly skipped: number; readonly tail: readonly Item[] } {
  const size = items.reduce((total, item) => total + sizeOf(item), 0)
  const last = items.at(-1)
  if (last === undefined || (items.length <= MAX_TERMS && size <= MAX_CHARACTERS)) {
    return { head: items, skipped: 0, tail: [] }
  }
  let room = MAX_CHARACTERS - sizeOf(last)
  const head: Item[] = []
  for (const item of items.slice(0, Math.min(MAX_TERMS, items.length) - 1)) {
    room -= sizeOf(item)
    if (head.length > 0 && room < 0) break
    head.push(item)
  }
  return { head, skipped: items.length - head.length - 1, tail: [last] }
}

function joined(parts: readonly Formula[], separator: Formula): Formula {
  return {
    text: parts.map(part => part.text).join(separator.text),
    tex: parts.map(part => part.tex).join(separator.tex),
  }
}
