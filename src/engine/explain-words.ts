/**
 * What explanations say in words: one table a language, of functions from formulas to a sentence. A sentence that is
 * missing in one does not compile.
 */
import type { LeftOut } from './differences.js'
import { english } from './explain-english.js'
import { german } from './explain-german.js'
import type { Formula } from './formula.js'
import type { Shape } from './tensor.js'

export type ExplainWords = {
  readonly noFiniteValue: (label: Formula) => Formula
  readonly tooLong: (label: Formula, operations: number) => Formula
  /** What marks the derivative by one formula alone, where there are other ways. */
  readonly direct: string
  /** A number of which digits are left out. */
  readonly about: (number: Formula) => Formula

  /** Why a quotient is left out, as plain text. */
  readonly leftOut: (why: LeftOut) => string
  readonly noCheck: (reason: string) => Formula
  /** What is computed again after a nudge; stands behind the name that is nudged. */
  readonly recomputed: { readonly alone: (node: Formula) => Formula; readonly all: Formula }
  readonly nudge: (what: {
    readonly epsilon: Formula
    readonly name: Formula
    readonly recomputed: Formula
    readonly moved: Formula
    readonly was: Formula
    readonly is: Formula
  }) => Formula
  readonly nudgeEntries: (what: {
    readonly epsilon: Formula
    readonly name: Formula
    readonly recomputed: Formula
  }) => Formula

  /** Of the entries with a range of right values the first, and how many others there are. */
  readonly kink: (what: {
    readonly nodes: Formula
    readonly low: Formula
    readonly high: Formula
    readonly taken: Formula
    readonly place: EntryPlace | undefined
    readonly others: number
  }) => Formula

  /** The chain rule through the only consumer: `total` is `local` times `upstream`. */
  readonly onlyWay: (what: Way & { readonly name: Formula }) => Formula
  readonly manyWays: (what: {
    readonly name: Formula
    readonly nodes: number
    readonly output: Formula
  }) => Formula
  readonly way: (what: Way) => Formula
  readonly directWay: (what: Pick<Way, 'output' | 'local'>) => Formula
  readonly moreNodes: (count: number) => Formula
  readonly inAll: (what: Pick<Way, 'output' | 'total'>) => Formula

  readonly shapeOf: (name: Formula, shape: Shape) => Formula
  /** The shapes of operands, and which one a node has for them. */
  readonly shapes: (operands: Formula, node: Formula, shape: Shape) => Formula
  readonly firstEntry: (entry: Formula) => Formula
  readonly entryForEach: (label: Formula, operand: Formula) => Formula
  readonly ownEntries: (what: {
    readonly label: Formula
    readonly operand: Formula
    readonly node: Formula
  }) => Formula
  readonly directEntries: (label: Formula, operand: Formula) => Formula
  /** How an array acts through one consumer: a number, an array of its own shape, or one whose entries it mixes. */
  readonly throughNumber: (what: ArrayWay) => Formula
  readonly throughOwnEntries: (what: ArrayWay) => Formula
  readonly throughMany: (what: Omit<ArrayWay, 'local'> & { readonly isNumber: boolean }) => Formula
}

/** Which entry of an array is meant, counted from 1; a vector has no rows. */
export type EntryPlace = { readonly row: number | undefined; readonly entry: number }

/** A change that runs through a consumer to the output, and how many times larger it comes out. */
type Way = {
  readonly consumer: Formula
  readonly output: Formula
  readonly local: Formula
  readonly upstream: Formula
  readonly total: Formula
}

type ArrayWay = {
  readonly consumer: Formula
  readonly operand: Formula
  readonly local: Formula
  readonly upstream: Formula
}

export const EXPLAIN_WORDS = { en: english, de: german } as const satisfies Record<string, ExplainWords>

/** A language that explanations speak. */
export type ExplainLanguage = keyof typeof EXPLAIN_WORDS
