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

/** What is read and answered, as cost.ts counts it. */
export const MAX_COST = 50_000

/** The cost of a field that reads by itself, for each of its parents; so at most 100 of them. */
export const READ_COST = 500

/** How many objects a list that is no page is taken to have. */
export const USUAL_LIST = 10

/** Faults of one document that are told. */
export const MAX_FAULTS = 20

/** Characters of a message that quotes the document. */
export const MAX_MESSAGE = 300

/** Milliseconds after which no more of an operation is begun; what is begun the database ends by its own time limit. */
export const MAX_MILLISECONDS = 20_000
