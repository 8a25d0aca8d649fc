/** A class at work, for the demo: learners who have typed what learners type, so that a dashboard has something to show. */
import { assignmentBodySchema } from '../contracts/course.js'
import { putCourse, putMember } from './courses.js'
import type { Principal } from './principal.js'
import { putAssignment } from './put-assignment.js'
import type { Services } from './services.js'
import { submitAttempt } from './submit-attempt.js'

const COURSE = 'demo-class'

const NAMES: readonly string[] = [
  'Ada Lovelace',
  'Alan Turing',
  'Anna Winlock',
  'Blaise Pascal',
  'Carl Gauss',
  'Chen Jingrun',
  'Emmy Noether',
  'Évariste Galois',
  'Grace Hopper',
  'Hypatia',
  'Joan Clarke',
  'Katherine Johnson',
  'Leonhard Euler',
  'Maryam Mirzakhani',
  'Sofya Kovalevskaya',
  'Srinivasa Ramanujan',
]

type Sheet = Readonly<Record<string, string>>

type Work = {
  readonly graph: string
  /** What is right in every box. */
  readonly right: Sheet
  /** What learners typed in its place; learner n began with sheet n modulo their number. */
  readonly slips: readonly Sheet[]
}

const CLASSWORK: readonly Work[] = [
  {
    graph: 'lab-network0',
    right: { a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' },
    slips: [
      {},
      { dJ_dw: '3' },
      { a: '10', J: '100', dJ_da: '20', dJ_dw: '60' },
      { dJ_da: '11', dJ_dw: '33' },
      { dJ_dw: '3' },
      { dJ_da: '', da_dw: '', dJ_dw: '' },
      { J: '22', dJ_da: '121', dJ_dw: '22' },
    ],
  },
  {
    graph: 'lab-network1',
    right: {
      c: '-4',
      a: '4',
      d: '3',
      J: '9/2',
      dJ_dd: '3',
      dd_da: '1',
      dJ_da: '3',
      da_dc: '1',
      dJ_dc: '3',
      da_db: '1',
      dJ_db: '3',
      dc_dw: '2',
      dJ_dw: '6',
    },
    slips: [
      {},
      { dJ_dw: '2' },
      {
        c: '4',
        a: '12',
        d: '11',
        J: '60.5',
        dJ_dd: '11',
        dJ_da: '11',
        dJ_dc: '11',
        dJ_db: '11',
        dJ_dw: '22',
      },
      { J: '9', dJ_dd: '6', dJ_da: '6', dJ_dc: '6', dJ_db: '6', dJ_dw: '12' },
      { dc_dw: '-2', dJ_dw: '-6' },
    ],
  },
]

const HOUR = 3_600_000

/** Makes the class unless its course is there, in whatever state. */
export async function seedDemoClass(services: Services, principal: Principal): Promise<void> {
  if ((await services.courses.find(principal.tenantId, COURSE)) !== undefined) return
  await putCourse(services, principal, COURSE, { title: 'A class at work' })
  for (const { graph } of CLASSWORK) {
    await putAssignment(services, principal, COURSE, graph, assignmentBodySchema.parse({ graph }))
  }
  const learners = NAMES.map((name, index) => ({ name, key: `student-${String(index + 1)}` }))
  for (const { name, key } of learners)
    await putMember(services, principal, COURSE, key, { role: 'learner', name })
  const now = services.effects.now()
  for (const [turn, work] of CLASSWORK.entries()) {
    // The later the assignment, the fewer have come to it.
    const begun = learners.slice(0, learners.length - 4 * turn)
    for (const [index, { key }] of begun.entries()) {
      for (const [attempt, answers] of attemptsOf(work, index).entries()) {
        await submitAttempt(services, principal, {
          course: COURSE,
          assignment: work.graph,
          body: { learner: key, answers },
          idempotencyKey: undefined,
          receivedAt: now - (24 * (CLASSWORK.length - turn) - index - attempt) * HOUR,
          bytes: JSON.stringify(answers).length,
        })
      }
    }
  }
}

/** What learner `index` has submitted: some are right at once, some after a slip, and some keep to it. */
function attemptsOf({ right, slips }: Work, index: number): readonly Sheet[] {
  const first = { ...right, ...slips[index % slips.length] }
  if (index % slips.length === 0) return [right]
  return index % 3 === 0 ? [first, first, first] : index % 3 === 1 ? [first, right] : [first]
}
