/**
 * The most common wrong values of a box: a sketch that counts a few values and never forgets how far off it may be.
 *
 * SpaceSaving (Metwally, Agrawal and El Abbadi 2005) in the form in which two sketches can be merged (Agarwal and others,
 * Mergeable Summaries, 2012): beside the values that are counted stands a floor, above which no other value's count is.
 * A value that was seen c times and is counted has count − error ≤ c ≤ count; one that is not has c ≤ floor; and the
 * floor of a sketch that holds k of N values is at most N / (k + 1).
 */

/** How many values a change holds at most, and how many totals do. */
export const VALUES_IN_CHANGE = 64
export const VALUES_IN_TOTALS = 20

/** Past this many, a sketch that is being counted is cut down to what a change holds. */
const VALUES_AT_ONCE = 2 * VALUES_IN_CHANGE

/** A counted value: it was seen at most `count` and at least `count − error` times. */
export type ValueCount = { count: number; error: number }

/** Mutable, as what it is part of. */
export type ValueSketch = {
  /** No value that is not counted was seen more often. */
  floor: number
  readonly counts: Map<string, ValueCount>
}

export function createValueSketch(): ValueSketch {
  return { floor: 0, counts: new Map() }
}

/** Whether no value is counted in it. */
export function isEmptySketch({ counts }: ValueSketch): boolean {
  return counts.size === 0
}

/** Counts a value once more. */
export function addValue(sketch: ValueSketch, value: string): void {
  const known = sketch.counts.get(value)
  if (known === undefined) {
    sketch.counts.set(value, { count: sketch.floor + 1, error: sketch.floor })
    if (sketch.counts.size > VALUES_AT_ONCE) cutValues(sketch, VALUES_IN_CHANGE)
  } else known.count += 1
}

/**
 * Counts a value once less. It goes as soon as it may never have been there: count − error is at most how often it was
 * seen, so that what was taken away as often as it was added is gone, however often it was forgotten in between. All of
 * what is taken away must have been added here or forgotten: nothing is known here of what comes later.
 */
export function takeValue({ counts }: ValueSketch, value: string): void {
  const known = counts.get(value)
  // Of a value that is not counted nothing is known that could become less.
  if (known === undefined) return
  known.count -= 1
  if (known.count <= known.error) counts.delete(value)
}

/** Adds one sketch to another. */
export function mergeValues(into: ValueSketch, from: ValueSketch): void {
  if (from.floor > 0) {
    for (const [value, known] of into.counts) {
      if (from.counts.has(value)) continue
      known.count += from.floor
      known.error += from.floor
    }
  }
  for (const [value, { count, error }] of from.counts) {
    const known = into.counts.get(value)
    if (known === undefined) {
      into.counts.set(value, { count: count + into.floor, error: error + into.floor })
    } else {
      known.count += count
      known.error += error
    }
  }
  into.floor += from.floor
  if (into.counts.size > VALUES_AT_ONCE) cutValues(into, VALUES_IN_CHANGE)
}

/** Keeps the most common values, so many of them. */
export function cutValues(sketch: ValueSketch, most: number): void {
  if (sketch.counts.size <= most) return
  const others = mostCommon(sketch).slice(most)
  for (const [value] of others) sketch.counts.delete(value)
  sketch.floor = Math.max(sketch.floor, others[0]?.[1].count ?? 0)
}

/** The counted values, the most common first; of equal ones, in the order of their texts. */
export function mostCommon({ counts }: ValueSketch): (readonly [string, Readonly<ValueCount>])[] {
  return [...counts].sort(
    ([text, one], [otherText, other]) =>
      other.count - one.count || one.error - other.error || (text < otherText ? -1 : 1),
  )
}

/** Characters of a value that are kept. */
const MOST_CHARACTERS = 64

const DECIMAL = /^([+\-−]?)\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/

/** What was typed, as one text for all ways of writing a number; undefined where nothing was. At most 64 characters. */
export function valueText(typed: unknown): string | undefined {
  if (typeof typed === 'number') return numberText(typed)
  if (typeof typed === 'string') {
    const text = typedText(typed)
    return text === '' ? undefined : cut(text)
  }
  if (!Array.isArray(typed)) return undefined
  return cut(listText(typed, MOST_CHARACTERS + 1))
}

function numberText(value: number): string {
  return value === 0 ? '0' : String(value)
}

function typedText(typed: string): string {
  const text = typed.trim()
  const decimal = DECIMAL.exec(text)
  if (decimal === null) return text
  const [, sign, digits] = decimal
  const size = Number(digits)
  return Number.isFinite(size) ? numberText(sign === '+' || sign === '' ? size : -size) : text
}

/** A list as compact JSON whose numbers are written by value. It ends early where there is no more room. */
function listText(list: readonly unknown[], room: number): string {
  let text = '['
  for (const [index, entry] of list.entries()) {
    if (text.length > room) return text
    if (index > 0) text += ','
    text += entryText(entry, room - text.length)
  }
  return `${text}]`
}

function entryText(entry: unknown, room: number): string {
  // Each list takes a character, so that this goes no deeper than there is room.
  if (Array.isArray(entry)) return room > 0 ? listText(entry, room) : '['
  if (typeof entry === 'number') return numberText(entry)
  if (typeof entry !== 'string') return 'null'
  const text = typedText(entry)
  return DECIMAL.test(text) ? text : JSON.stringify(text.slice(0, room + 1))
}

/** The first characters; a pair of surrogates is not parted, since half of one is no text that can be stored. */
function cut(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  const last = text.charCodeAt(MOST_CHARACTERS - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? MOST_CHARACTERS - 1 : MOST_CHARACTERS)
}
