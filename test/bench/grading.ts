/** What grading one submission costs: 13 boxes, parsing included, two of them wrong. */
import { createStepBudget } from '../../src/engine/faults.js'
import { gradeReadings, readAnswers } from '../../src/grading/grade.js'
import { answerKeyOf, publishGraph } from '../../src/grading/published-graph.js'
import { LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { measure } from './measure.js'
import { THEIR_CREDIT, THIRTEEN_ANSWERS } from './thirteen-answers.js'

const ANSWERS = new Map<string, unknown>(Object.entries(THIRTEEN_ANSWERS))

export function benchGrading(): void {
  const result = publishGraph(LAB_NETWORK_1, { maxNodes: 100, budget: createStepBudget(1e6) })
  if (!result.ok) throw new Error(result.faults[0]?.message)
  const key = answerKeyOf(result.published)
  const readAndGrade = (): void => {
    const { readings } = readAnswers(key, ANSWERS, createStepBudget(1e6))
    const { credit } = gradeReadings(key, readings, ANSWERS)
    if (Math.abs(credit - THEIR_CREDIT) > 1e-9) throw new Error(`unexpected credit ${String(credit)}`)
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
