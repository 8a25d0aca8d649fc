/** What a check of all attempts says on a terminal. */
import type { PlacedDifference, Verified } from '../services/verify.js'
import { visible } from './lines.js'

/** A difference as one line: where it is, by keys, and what it is. */
export function placedLine({ tenant, course, assignment, learner, text }: PlacedDifference): string {
  const places = [tenant, course, ...(assignment === undefined ? [] : [assignment])].join('/')
  return visible(`${places}${learner === undefined ? '' : ` ${JSON.stringify(learner)}`}: ${text}`)
}

/** The last line: how much was looked at, and what came of it. */
export function verifiedLine({ courses, assignments, attempts, differences, repaired }: Verified): string {
  const looked = `verified ${String(courses)} courses, ${String(assignments)} assignments, ${String(attempts)} attempts`
  if (differences === 0) return `${looked}: no difference`
  const mended = repaired === 0 ? '' : `, ${String(repaired)} of them put right`
  return `${looked}: ${String(differences)} differences${mended}`
}
