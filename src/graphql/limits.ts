/**
 * What one operation may be at most. The limits leave room for the dashboard's query, whatever it asks for beside, and none for
 * an operation that would keep the process from its other work. README.md states them.
 */

/** Words and signs of a query's text; parsing ends there. */
export const MAX_TOKENS = 2_000

/** Fields inside one another; fragments count as what they hold. */
export const MAX_DEPTH = 12

export const MAX_ALIASES = 30

export const MAX_DIRECTIVES = 30

/**
 * Points of one operation: one for each value that it answers, and the prices below. They are estimated before it is run
 * (cost.ts), and what is answered is counted while it is (answer-size.ts): half a million would keep the process for seconds.
 */
export const MAX_COST = 250_000

/** A field that reads by itself, for each of its parents; so at most 100 of them. */
export const READ_COST = 2_500

/** One that goes over a whole class, unlike a page of it: an overview, a count of those whom filters let through. */
export const CLASS_READ_COST = 10_000

/** A mutation that compiles or grades, or goes over all attempts of somebody; so at most 5 of them. */
export const WORK_COST = 45_000

/** How many objects a list that is no page is estimated to have. */
export const USUAL_LIST = 10

/** Characters of a text that cost nothing beside the value, and how many more cost a point. */
export const FREE_CHARACTERS = 64
export const CHARACTERS_PER_POINT = 16

/** Reads of one operation that are under way at once. */
export const READS_AT_ONCE = 3

/** Faults of one document that are told. */
export const MAX_FAULTS = 20

/** Characters of a message that quotes the document. */
export const MAX_MESSAGE = 300

/** Milliseconds after which no more of an operation is begun; what is begun the database ends by its own time limit. */
export const MAX_MILLISECONDS = 20_000
