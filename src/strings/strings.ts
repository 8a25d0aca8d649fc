/**
 * What the pages say, in each language: of the browser's code and of the pages that the server writes. One file a
 * language; a key that is missing in one does not compile.
 */
import type { Language } from '../contracts/languages.js'
import type { MisconceptionCode } from '../grading/misconceptions.js'
import type { UnreadableCode } from '../grading/read-answer.js'
import { de } from './de.js'
import { en } from './en.js'

/** Codes of what is said of an answer. */
export type FeedbackCode = MisconceptionCode | UnreadableCode | 'follows' | 'expression-asked'

/** Codes of refusals that somebody can meet on a page. */
export type PageProblem =
  | 'assignment-closed'
  | 'assignment-not-open'
  | 'no-attempts-left'
  | 'not-revealed'
  | 'stale-variant'
  | 'variant-required'
  | 'nothing-answered'
  | 'unreadable-answer'
  | 'unknown-box'
  | 'too-complex'
  | 'undecidable'
  | 'invalid-request'
  | 'body-too-large'
  | 'request-timeout'
  | 'too-many-requests'
  | 'idempotency-key-reused'
  | 'not-found'
  | 'route-not-found'
  | 'learner-erased'
  | 'missing-session'
  | 'unknown-session'
  | 'figure-not-drawn'
  | 'unavailable'
  | 'internal-error'

export type Strings = {
  /** The language's own name. */
  readonly languageName: string
  readonly verdicts: {
    readonly correct: string
    readonly follows: string
    readonly incorrect: string
    readonly invalid: string
    readonly blank: string
    readonly partly: (right: number, all: number) => string
  }
  readonly boxes: {
    readonly forward: (label: string) => string
    readonly local: (label: string, of: string, wrt: string) => string
    readonly gradient: (label: string, of: string, wrt: string) => string
    readonly asked: {
      readonly number: string
      readonly expression: string
      readonly vector: (entries: number) => string
      readonly matrix: (rows: number, columns: number) => string
    }
    readonly shownValue: string
  }
  readonly board: {
    readonly figure: string
    readonly tools: string
    readonly keyboard: string
    readonly progress: (right: number, all: number) => string
    readonly filled: (filled: number, all: number) => string
    readonly undo: string
    readonly clear: string
    readonly remarks: string
    readonly goTo: (label: string) => string
    readonly currentBox: string
    readonly startHint: string
    readonly inputs: string
    readonly formulas: string
    readonly parameter: string
    readonly data: string
    readonly noFigure: string
    readonly draftKept: string
    readonly draftNotKept: string
  }
  readonly practice: {
    readonly revealAll: string
    readonly hideAll: string
    readonly revealed: string
    readonly hidden: string
    readonly showHow: string
    readonly showHowOf: (label: string) => string
    readonly cascade: string
    readonly cascadeIntro: string
    readonly cascadeFrom: (name: string) => string
    readonly noCascade: string
    readonly result: string
    readonly close: string
    readonly loading: string
    readonly notLoaded: string
    readonly solvedTitle: string
    readonly solvedText: (all: number) => string
    readonly moreGraphs: string
  }
  readonly learn: {
    readonly loading: string
    readonly noToken: string
    readonly noTokenHelp: string
    readonly ended: string
    readonly endedHelp: string
    /** The same where what stands in the boxes is not kept, and where nothing stands there. */
    readonly endedHelpNotKept: string
    readonly endedHelpNothing: string
    /** Of an attempt that was on its way when the session ended. */
    readonly endedUnanswered: string
    readonly yourEntries: string
    readonly signedInAs: (name: string) => string
    readonly points: (points: string) => string
    readonly due: (time: string) => string
    readonly closes: (time: string) => string
    /** Of a time that has passed. */
    readonly closedAt: (time: string) => string
    readonly opens: (time: string) => string
    readonly attempt: (number: number, most: number | null) => string
    readonly attemptsLeft: (left: number) => string
    readonly best: (points: string, most: string) => string
    readonly notOpen: string
    readonly closed: string
    readonly noAttemptsLeft: string
    readonly hint: string
    /** Where nothing is taken any more. */
    readonly reviewHint: string
    readonly submit: string
    readonly submitting: string
    readonly nothingAnswered: string
    readonly alreadySubmitted: string
    /** Where there is no connection, and where the server has no time. */
    readonly waitingToSend: string
    readonly waitingForServer: string
    readonly stored: (number: number) => string
    /** Over an attempt that is shown again. */
    readonly again: (number: number) => string
    readonly late: string
    readonly scored: (points: string, most: string) => string
    readonly noFeedback: string
    readonly completed: string
    readonly tryAgain: string
    readonly nextAttempt: string
    readonly expected: (value: string) => string
    readonly unreadable: string
    readonly staleVariant: string
    readonly refused: string
    /** Of an attempt that was on its way at an earlier visit and is not sent any more. */
    readonly superseded: string
    /** The same where its entries stand in the boxes. */
    readonly supersededKept: string
    readonly notLoaded: string
  }
  /** Why the server refuses, by code; null: its own sentences are in this language. */
  readonly problems: Readonly<Record<PageProblem, string>> | null
  /** The same where nothing more is known. */
  readonly problem: string
  readonly network: {
    readonly lost: string
    readonly busy: (seconds: number) => string
    readonly retry: string
    readonly failed: string
  }
  /** The pages that the server writes. */
  readonly site: {
    readonly tagline: string
    readonly skip: string
    /** What the two ways to other pages are, for those who hear the page. */
    readonly otherLanguages: string
    readonly wayBack: string
    readonly intro: readonly string[]
    readonly howTitle: string
    readonly how: readonly string[]
    readonly graphsTitle: string
    readonly graphsOf: (tenant: string) => string
    readonly boxes: (count: number) => string
    readonly noGraphs: string
    readonly teachersTitle: string
    readonly teachers: string
    readonly apiDocs: string
    readonly home: string
    readonly noScript: string
    readonly scriptMissing: string
    readonly notFoundTitle: string
    readonly notFound: string
    readonly busyTitle: string
    readonly busy: string
    readonly brokenTitle: string
    readonly broken: string
    readonly learnTitle: string
  }
  /** Sentences by code; null: those that the server sends are in this language. */
  readonly feedback: Readonly<Record<FeedbackCode, string>> | null
  /** "Right for the value you have in …": which box to look at again. */
  readonly followsFrom: (box: string) => string
}

const TABLES: Readonly<Record<Language, Strings>> = { en, de }

/** The strings of a language. */
export function stringsOf(language: Language): Strings {
  return TABLES[language]
}
