/** What grading one submission costs: 13 boxes, parsing included, two of them wrong. */
import { createStepBudget } from '../../src/engine/faults.js'
import { gradeReadings, readAnswers } from '../../src/grading/grade.js'
import { answerKeyOf, publishGraph } from '../../src/grading/published-graph.js'
import { LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { measure } from './measure.js'

const ANSWERS = new Map<string, unknown>(
  Object.entries({
    c: '-4',
    a: '4',
    d: '3',
    J: '9/2',
    dJ_dd: '3',
    dd_da: '1',
    dJ_da: '2',
    da_dc: '1',
    dJ_dc: '3',
    da_db: '1.0',
    dJ_db: '3',
    dc_dw: '-2',
    dJ_dw: '6',
  }),
)

export function benchGrading(): void {
  const result = publishGraph(LAB_NETWORK_1, { maxNodes: 100, budget: createStepBudget(1e6) })
  if (!result.ok) throw new Error(result.faults[0]?.message)
  const key = answerKeyOf(result.published)
  const readAndGrade = (): void => {
    const { readings } = readAnswers(key, ANSWERS, createStepBudget(1e6))
    const { credit } = gradeReadings(key, readings, ANSWERS)
    if (Math.abs(credit - 11 / 13) > 1e-9) throw new Error(`unexpected credit ${String(credit)}`)
  }
  const withKey = (): void => {
    answerKeyOf(result.published)
    readAndGrade()
  }
  const times = measure(
    [
      { name: 'read and grade 13 boxes', run: readAndGrade },
      { name: 'the same, making the answer key first', run: withKey },
    ],
    { rounds: 9, milliseconds: 200 },
  )
  for (const [name, nanoseconds] of times) console.log(`${name}: ${(nanoseconds / 1000).toFixed(1)} µs`)
}
