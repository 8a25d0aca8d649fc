import type { AttemptAnswer } from '../contracts/attempt.js'
import type { Language } from '../contracts/languages.js'
import type { Strings } from '../strings/strings.js'
import { writeNumber } from './learn-header.js'

type LearnResultProps = {
  readonly answer: AttemptAnswer
  readonly language: Language
  readonly strings: Strings
  /** Whether it was made earlier, and is looked at again. */
  readonly isAgain: boolean
  /** Attempts that are left; null: without a limit, or it does not matter any more. */
  readonly remaining: number | null
  readonly canSubmitAgain: boolean
  /** Begins the next attempt, where it has other values; null: it has the same. */
  readonly onNext: (() => void) | null
}

/** What came of an attempt, as far as the policy tells. */
export function LearnResult(props: LearnResultProps) {
  const { answer, language, strings, isAgain, remaining, canSubmitAgain, onNext } = props
  const { learn } = strings
  const isScored = 'progress' in answer
  const sentences = [
    ...(answer.late ? [learn.late] : []),
    isScored
      ? learn.scored(writeNumber(answer.points, language), writeNumber(answer.maxPoints, language))
      : learn.noFeedback,
    ...(remaining === null ? [] : [`${learn.attemptsLeft(remaining)}.`]),
    ...(canSubmitAgain && onNext === null && !(isScored && answer.credit === 1) ? [learn.tryAgain] : []),
  ]
  return (
    <section class="done" aria-labelledby="done-title">
      <h2 id="done-title">
        {isScored && answer.credit === 1
          ? learn.completed
          : (isAgain ? learn.again : learn.stored)(answer.number)}
      </h2>
      <p>{sentences.join(' ')}</p>
      {canSubmitAgain && onNext !== null && (
        <button type="button" onClick={onNext}>
          {learn.nextAttempt}
        </button>
      )}
    </section>
  )
}
