/**
 * Hints: what servers tell each other of what was committed, so that those who watch a course need not wait for the next
 * look at the tables. Ids only, and nothing depends on them: a hint that is lost costs the time until that look.
 */
import type { Pause } from './live-clock.js'
import { lengthenId, SHORT_ID_CHARACTERS, shortenId } from './short-ids.js'

/** What was committed just now. */
export type LiveHint =
  | {
      readonly kind: 'attempts'
      readonly attempts: readonly { readonly courseId: string; readonly id: string }[]
    }
  /** Progress of a course changed in another way than by attempts: a regrading, an erasure, a role. */
  | { readonly kind: 'progress'; readonly courseId: string }

/** What hints say of a course. */
export type CourseHint = {
  /** Ids of attempts; undefined: there were more than are named. */
  readonly attempts: readonly string[] | undefined
  readonly progress: boolean
}

/** By course; 'everything': of more courses than are named. */
export type Hints = ReadonlyMap<string, CourseHint> | 'everything'

/** A NOTIFY has at most 7,999 bytes. */
export const MOST_BYTES = 7_900

/** Milliseconds between two NOTIFY of a server: at most 20 a second. */
export const HINT_MILLISECONDS = 50

/** The form; one that is not known is of another version, and the tables are looked at instead. */
const FORM = '1'
const EVERYTHING = `${FORM}*`

/** A course takes its id, what it says, and the sign before it. */
const COURSE_CHARACTERS = SHORT_ID_CHARACTERS + 2

/** What a course says, with the ids of its attempts behind it: attempts, more than are named, and each with progress. */
const SIGNS = { named: 'a', more: 'm', 'named, progress': 'A', 'more, progress': 'M' } as const

type Gathered = { attempts: string[] | undefined; progress: boolean }

/**
 * What was committed since it was last taken, as it fits into one NOTIFY: of ids that do not fit their course is left, and
 * where not even the courses fit, that there was something. Its size is bounded whatever is added.
 */
export function createHintGathering() {
  let courses = new Map<string, Gathered>()
  let characters = FORM.length
  let overflows = false

  const courseOf = (courseId: string): Gathered | undefined => {
    const known = courses.get(courseId)
    if (known !== undefined) return known
    if (characters + COURSE_CHARACTERS > MOST_BYTES) makeRoom()
    if (characters + COURSE_CHARACTERS > MOST_BYTES) {
      overflows = true
      return undefined
    }
    characters += COURSE_CHARACTERS
    const course: Gathered = { attempts: [], progress: false }
    courses.set(courseId, course)
    return course
  }

  /** Names no attempts any more: courses come before ids. */
  const makeRoom = (): void => {
    for (const course of courses.values()) dropIds(course)
  }

  const dropIds = (course: Gathered): void => {
    if (course.attempts === undefined || course.attempts.length === 0) return
    characters -= course.attempts.length * SHORT_ID_CHARACTERS
    course.attempts = undefined
  }

  return {
    add: (hint: LiveHint): void => {
      if (overflows) return
      if (hint.kind === 'progress') {
        const course = courseOf(hint.courseId)
        if (course !== undefined) course.progress = true
        return
      }
      for (const { courseId, id } of hint.attempts) {
        const course = courseOf(courseId)
        if (course?.attempts === undefined) continue
        if (characters + SHORT_ID_CHARACTERS > MOST_BYTES) {
          if (course.attempts.length > 0) dropIds(course)
          else course.attempts = undefined
          continue
        }
        course.attempts.push(id)
        characters += SHORT_ID_CHARACTERS
      }
    },

    /** The payload of what was gathered, at most MOST_BYTES of ASCII; undefined where there is nothing to say. */
    take: (): string | undefined => {
      const payload = overflows ? EVERYTHING : courses.size === 0 ? undefined : encodeHints(courses)
      courses = new Map()
      characters = FORM.length
      overflows = false
      return payload
    },
  }
}

function encodeHints(courses: ReadonlyMap<string, CourseHint>): string {
  const parts = [FORM]
  for (const [courseId, { attempts, progress }] of courses) {
    const sign =
      attempts === undefined
        ? SIGNS[progress ? 'more, progress' : 'more']
        : SIGNS[progress ? 'named, progress' : 'named']
    parts.push(`.${shortenId(courseId)}${sign}`)
    for (const id of attempts ?? []) parts.push(shortenId(id))
  }
  return parts.join('')
}

const COURSE_FORM = /^([\w-]{22})([aAmM])((?:[\w-]{22})*)$/

/** What a payload says. Anybody may send to the channel: what is not understood is as good as 'everything'. */
export function readHints(payload: string): Hints {
  const [form, ...parts] = payload.split('.')
  if (form !== FORM) return 'everything'
  const courses = new Map<string, CourseHint>()
  for (const part of parts) {
    const [, course, sign, ids] = COURSE_FORM.exec(part) ?? []
    if (course === undefined || sign === undefined || ids === undefined) return 'everything'
    const attempts: string[] = []
    for (let at = 0; at < ids.length; at += SHORT_ID_CHARACTERS) {
      attempts.push(lengthenId(ids.slice(at, at + SHORT_ID_CHARACTERS)))
    }
    courses.set(lengthenId(course), {
      attempts: sign === SIGNS.named || sign === SIGNS['named, progress'] ? attempts : undefined,
      progress: sign === SIGNS['named, progress'] || sign === SIGNS['more, progress'],
    })
  }
  return courses
}

export type HintSenderOptions = {
  /** Sends a payload to all servers. */
  readonly notify: (payload: string) => Promise<void>
  readonly pause: Pause
  /** Told what a NOTIFY failed of; what it said is dropped. */
  readonly onError: (error: unknown) => void
}

/** Sends hints, what comes together in one: at once, and then not again for HINT_MILLISECONDS. Nobody waits for it. */
export function createHintSender({ notify, pause, onError }: HintSenderOptions) {
  const gathering = createHintGathering()
  const stopping = new AbortController()
  let sending: Promise<void> | undefined

  const send = async (): Promise<void> => {
    // Whoever told the first is answered first.
    await pause(0, stopping.signal)
    for (let payload = gathering.take(); payload !== undefined; payload = gathering.take()) {
      await notify(payload).catch(onError)
      await pause(HINT_MILLISECONDS, stopping.signal)
    }
    sending = undefined
  }

  return {
    tell: (hint: LiveHint): void => {
      if (stopping.signal.aborted) return
      gathering.add(hint)
      sending ??= send()
    },

    /** Sends what was told; takes nothing any more. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await sending
    },
  }
}
