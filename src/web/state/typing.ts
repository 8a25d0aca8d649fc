/** When to say something of what is still being typed. */

/** For so long nothing was typed: then it may be looked at. */
export const PAUSE_MILLISECONDS = 600

/**
 * Ends in the middle of something: an operator, an open bracket, a point or exponent that goes on, a name of which more
 * may come. Letters that run on from a number are no name.
 */
const UNFINISHED = /[-+*/^·×−([,.]$|\d[eE]$|(?:^|[^\p{L}\d_.])[\p{L}_][\p{L}\d_]*$/u

/**
 * Whether a text is worth a look while it is typed. Nobody is told off for the first character, for what is plainly
 * not finished, or for a bracket that is still open.
 */
export function isWorthALook(text: string): boolean {
  const typed = text.trim()
  if (typed.length < 2 || UNFINISHED.test(typed)) return false
  return count(typed, /[([]/g) <= count(typed, /[)\]]/g)
}

function count(text: string, mark: RegExp): number {
  return text.match(mark)?.length ?? 0
}
