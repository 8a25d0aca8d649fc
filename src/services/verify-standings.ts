/** Checks how far everybody is said to be in a course, by what their progress comes to. */
import type { RecountRepository } from '../database/recount.js'
import type { CountedStanding, RecountedStanding } from '../database/standing-recount.js'
import type { Difference } from './verify-assignment.js'

export type StandingCheck = {
  /** Whether what differs is counted again and stored. */
  readonly repair: boolean
  readonly difference: (difference: Difference) => void
}

/** Tells every difference in a course; answers how many of them were put right. */
export async function verifyStandings(
  recount: Pick<RecountRepository, 'standings' | 'repairStandings'>,
  courseId: string,
  { repair, difference }: StandingCheck,
): Promise<number> {
  let [after, repaired] = ['', 0]
  for (;;) {
    const people = await recount.standings(courseId, after)
    const wrong = people.flatMap(person =>
      differencesOf(person).map(text => ({ learner: person.learner, text })),
    )
    for (const found of wrong) difference({ ...found, text: `standing: ${found.text}` })
    if (repair && wrong.length > 0) {
      await recount.repairStandings(courseId, [...new Set(wrong.map(({ learner }) => learner))])
      repaired += wrong.length
    }
    const last = people.at(-1)
    if (last === undefined) return repaired
    after = last.learner
  }
}

function differencesOf({ isMember, isMarked, kept, counted }: RecountedStanding): string[] {
  if (!isMember) {
    return [
      ...(isMarked ? ['somebody is marked who is no member'] : []),
      ...(kept === undefined ? [] : ['one is kept of somebody who is no member']),
    ]
  }
  if (isMarked) return []
  if (kept === undefined) return ['none is kept']
  return FIELDS.flatMap(({ name, shown }) => {
    const [is, due] = [shown(kept), shown(counted)]
    return is === due ? [] : [`${name} is ${is}, and ${due} by the progress`]
  })
}

const FIELDS: readonly { readonly name: string; readonly shown: (standing: CountedStanding) => string }[] = [
  { name: 'the number of assignments begun', shown: ({ begun }) => String(begun) },
  { name: 'the number of assignments completed', shown: ({ completed }) => String(completed) },
  { name: 'the number of attempts', shown: ({ attempts }) => String(attempts) },
  { name: 'the sum of credits', shown: ({ creditMillionths }) => `${String(creditMillionths)} millionths` },
  { name: 'last submitted', shown: ({ lastSubmittedAt }) => lastSubmittedAt?.toISOString() ?? 'never' },
]
