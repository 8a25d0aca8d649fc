/**
 * What may be a name in a graph, and how names and numbers are set in TeX.
 */

/** The longest name, in characters. */
export const MAX_NAME_LENGTH = 32

const LETTER =
  'A-Za-z\\u00B5\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F\\u0370-\\u0373\\u0376\\u0377\\u0386\\u0388-\\u03FF'

/** Matches a name at `lastIndex`: a Latin or Greek letter, then letters, digits and `_`. */
export const NAME_PATTERN = new RegExp(`[${LETTER}][${LETTER}0-9_]*`, 'y')

const WHOLE_NAME = new RegExp(`^[${LETTER}][${LETTER}0-9_]{0,${String(MAX_NAME_LENGTH - 1)}}$`)

/** Names that objects of the language answer to. None of ours is ever a property name; this is a second fence. */
const RESERVED: ReadonlySet<string> = new Set(['prototype', ...Object.getOwnPropertyNames(Object.prototype)])

/** Whether a string is formed like a name. */
export function isName(text: string): boolean {
  return WHOLE_NAME.test(text)
}

/** Whether a well-formed name is refused all the same. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name)
}

/** The constants of the expression language. A graph's own names win over them. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['π', Math.PI],
  ['e', Math.E],
])

const GREEK = new Map(
  Object.entries({
    α: 'alpha',
    β: 'beta',
    γ: 'gamma',
    δ: 'delta',
    ε: 'varepsilon',
    ϵ: 'epsilon',
    ζ: 'zeta',
    η: 'eta',
    θ: 'theta',
    ϑ: 'vartheta',
    ι: 'iota',
    κ: 'kappa',
    λ: 'lambda',
    μ: 'mu',
    µ: 'mu', // U+00B5, the sign on keyboards
    ν: 'nu',
    ξ: 'xi',
    π: 'pi',
    ρ: 'rho',
    σ: 'sigma',
    ς: 'varsigma',
    τ: 'tau',
    υ: 'upsilon',
    φ: 'varphi',
    ϕ: 'phi',
    χ: 'chi',
    ψ: 'psi',
    ω: 'omega',
    Γ: 'Gamma',
    Δ: 'Delta',
    Θ: 'Theta',
    Λ: 'Lambda',
    Ξ: 'Xi',
    Π: 'Pi',
    Σ: 'Sigma',
    Υ: 'Upsilon',
    Φ: 'Phi',
    Ψ: 'Psi',
    Ω: 'Omega',
  }),
)
const GREEK_WORDS: ReadonlySet<string> = new Set(GREEK.values())

/** A name in TeX: `w0` → `w_{0}`, `lambda` → `\lambda`, `loss` → `\mathrm{loss}`. Holds no character TeX acts on. */
export function texName(name: string): string {
  const { stem = name, number, index = number } = NAME_PARTS.exec(name)?.groups ?? {}
  const indexes = index?.split('_') ?? []
  // What has nothing between two underscores, or behind the last, is shown as it is typed.
  if (indexes.includes('')) return texWord(name)
  const base = texWord(stem)
  return indexes.length === 0 ? base : `${base}_{${indexes.map(texWord).join(',')}}`
}

/** `w12` and `w_out_2` have an index behind a stem that ends in a letter. */
const NAME_PARTS = /^(?<stem>.*?\p{L})(?:(?<number>[0-9]+)|_(?<index>.*))?$/u

function texWord(word: string): string {
  const greek = GREEK.get(word)
  if (greek !== undefined) return `\\${greek}`
  if (GREEK_WORDS.has(word)) return `\\${word}`
  if (/^([0-9]+|\p{L})$/u.test(word)) return word
  return `\\mathrm{${word.replaceAll('_', '\\_')}}`
}
