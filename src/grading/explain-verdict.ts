/** What there is to say of a verdict: where an answer follows from, and what it may have gone wrong by. */
import { evaluateExpression } from '../engine/evaluate-expression.js'
import type { StepBudget } from '../engine/faults.js'
import { entriesOf } from '../engine/tensor.js'
import type { AnswerKey } from './answer-key.js'
import type { Diagnosis, DiagnosisBudget, DiagnosisOptions } from './diagnose.js'
import type { Given, OwnWork } from './follow-through.js'
import type { GradedBox, Verdict } from './verdicts.js'
import { asRead } from './read-answer.js'
import { boxName } from './wording.js'

/** Verdicts on which there is something to say. */
export const NEEDS_A_WORD: ReadonlySet<Verdict> = new Set(['incorrect', 'follows'])

/** What is known of an answer: what was given and typed, and the whole work that it stands in. */
type Found = {
  readonly answer: Given
  readonly work: OwnWork
  readonly index: number
  readonly typed: unknown
  readonly diagnosis: DiagnosisBudget
  readonly budget: StepBudget
  readonly evenWork: boolean
}

/** What there is to say of a box that is wrong. */
export function explainVerdict(key: AnswerKey, verdict: GradedBox, found: Found): GradedBox {
  const { work, index } = found
  const follows = verdict.status === 'follows'
  // By the learner's own numbers too: right entries may be rounded, and slips are made of them.
  const slips = diagnose(key, found, { truth: !follows, own: work.sight })
  const codes = slips.map(({ code }) => code)
  return {
    ...verdict,
    feedback: follows ? [followsFrom(key, work.rootOf(index))] : [...verdict.feedback, ...slips],
    ...(codes.length === 0 ? {} : { misconceptions: codes }),
  }
}

/** Looks at what there is nothing to say of, for the sake of even work alone. */
export function diagnoseUntold(key: AnswerKey, status: Verdict, found: Found): void {
  if (status === 'incorrect') return
  diagnose(key, found, { truth: true, own: status === 'follows' ? undefined : found.work.sight })
}

function diagnose(
  { boxes, diagnoser, evaluation }: AnswerKey,
  { answer, index, typed, diagnosis, budget, evenWork }: Found,
  { truth, own }: Pick<DiagnosisOptions, 'truth' | 'own'>,
): readonly Diagnosis[] {
  const options: DiagnosisOptions = { truth, own, budget: diagnosis, evenWork }
  const keyed = boxes[index]
  if (keyed === undefined || answer.kind === 'nothing') return []
  if (answer.kind === 'numbers') {
    return diagnoser.diagnose({ keyed, typed, entries: answer.entries }, options)
  }
  // An expression is looked at by its value where the graph stands; it has no digits.
  const value = evaluateExpression(answer.root, name => evaluation.values.get(name), budget)
  if (value === undefined) return []
  const numbers = entriesOf(value)
  // One number may stand for all entries; an array of another size is no candidate.
  if (numbers.length !== 1 && numbers.length !== keyed.truths.length) return []
  const entries = keyed.truths.map((_truth, entry) =>
    asRead(numbers[numbers.length === 1 ? 0 : entry] as number),
  )
  return diagnoser.diagnose({ keyed, typed: undefined, entries }, { ...options, own: undefined })
}

/** Says which earlier box to look at again. */
function followsFrom({ boxes, graph }: AnswerKey, root: number): GradedBox['feedback'][number] {
  const slip = boxes[root]
  const where = slip === undefined ? 'an earlier box' : boxName(slip.box, graph.output)
  return {
    code: 'follows',
    message: `This follows from what you have in ${where}, and you went on from there rightly. Look at ${where} again.`,
  }
}
