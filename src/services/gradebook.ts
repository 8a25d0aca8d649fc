/** The gradebook of a course as a file for spreadsheets and learning management systems: a row a learner. */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { GradebookQuery } from '../contracts/exports.js'
import type { StoredAssignment } from '../database/assignments.js'
import { roundPoints } from '../grading/credit.js'
import type { AssignmentServices } from './assignments.js'
import { findCourse } from './courses.js'
import { csvRows, type Cell } from './csv.js'
import { fileName, type Download } from './download.js'
import type { Principal } from './principal.js'
import { progressOf } from './progress.js'

/** Learners that are read at once, and entries at most (learners × assignments): no longer than others can wait for. */
const CHUNK_LEARNERS = 250
const CHUNK_ENTRIES = 5_000

const BYTE_ORDER_MARK = '\uFEFF'

type Entry = LearnerProgress['progress'][number]

/** What the column of an assignment is called and holds. Keys have neither blanks nor brackets: no two names are the same. */
const COLUMNS: Readonly<
  Record<
    GradebookQuery['value'],
    { readonly header: (of: StoredAssignment) => string; readonly cell: (of: Entry) => number }
  >
> = {
  points: { header: ({ key, points }) => `${key} (${String(roundPoints(points))})`, cell: of => of.points },
  credit: { header: ({ key }) => `${key} (1)`, cell: of => of.credit },
  attempts: { header: ({ key }) => `${key} (attempts)`, cell: of => of.attempts },
}

const TOTALS = ['total points', 'total max', 'credit percent', 'attempts', 'last submitted']

/**
 * The learners of a course by key, instructors left out, with what they have earned on every assignment, by key; the numbers
 * are those of the course's progress. A cell is empty where nothing was begun yet.
 *
 * The columns are the assignments that there are when it begins. Learners are read some hundreds at a time, when they are
 * asked for, each of them once: a row is as things stand when it is read.
 */
export async function openGradebook(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  query: GradebookQuery,
): Promise<Download> {
  const course = await findCourse(services, principal, courseKey)
  const assignments = await services.assignments.list(course.id, '', null)
  return {
    fileName: fileName(['gradebook', course.key], 'csv'),
    pieces: writeGradebook(services, course.id, assignments, query),
  }
}

async function* writeGradebook(
  services: AssignmentServices,
  courseId: string,
  assignments: readonly StoredAssignment[],
  { value, bom = false }: GradebookQuery,
): AsyncGenerator<string> {
  const { header, cell } = COLUMNS[value]
  const limit = Math.max(
    1,
    Math.min(CHUNK_LEARNERS, Math.floor(CHUNK_ENTRIES / Math.max(1, assignments.length))),
  )
  let begin =
    (bom ? BYTE_ORDER_MARK : '') + csvRows([['learner', 'name', ...assignments.map(header), ...TOTALS]])
  let after = ''
  for (;;) {
    const members = await services.members.list(courseId, 'learner', after, limit)
    // From where the members are: nobody who is listed lacks what they had earned by then.
    const learners = await progressOf(services, courseId, members, assignments, { exact: true })
    // The head goes with the first rows: until these are read, what goes wrong can still be answered as a problem.
    const piece = begin + csvRows(learners.map(learner => rowOf(learner, cell)))
    if (piece !== '') yield piece
    begin = ''
    const last = members.at(-1)
    if (last === undefined || members.length < limit) return
    after = last.key
  }
}

function rowOf({ learner, name, progress }: LearnerProgress, cell: (of: Entry) => number): Cell[] {
  return [
    learner,
    name,
    ...progress.map(entry => (entry.attempts === 0 ? null : cell(entry))),
    ...totalsOf(progress),
  ]
}

/** Of all assignments, begun or not. The credit is the mean of theirs, whatever points they are worth. */
function totalsOf(progress: readonly Entry[]): Cell[] {
  const sum = (part: (of: Entry) => number) => progress.reduce((total, entry) => total + part(entry), 0)
  const millionths = sum(({ credit }) => Math.round(credit * 1e6))
  const attempts = sum(entry => entry.attempts)
  // Times of one form: the latest is the greatest text.
  const last = progress.reduce<string | null>(
    (latest, { lastSubmittedAt: time }) =>
      time !== null && (latest === null || time > latest) ? time : latest,
    null,
  )
  return [
    roundPoints(sum(({ points }) => points)),
    roundPoints(sum(({ maxPoints }) => maxPoints)),
    progress.length === 0 ? null : Math.round(millionths / progress.length) / 1e4,
    attempts,
    last,
  ]
}
