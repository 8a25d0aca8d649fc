import type { Language } from '../contracts/languages.js'
import type { Strings } from '../strings/strings.js'
import { ToolButton } from './board/tool-button.js'
import { RESULT_TITLE_ID } from './learn-focus.js'
import { writeNumber } from './learn-header.js'
import { attemptsLeft, type Result, type Standing } from './state/standing.js'

type LearnResultProps = {
  readonly result: Result
  readonly standing: Standing
  readonly language: Language
  readonly strings: Strings
  /** Begins the next attempt, which has other values. */
  readonly onNext: () => void
}

/** What came of an attempt, as far as the policy tells. */
export function LearnResult({ result, standing, language, strings, onNext }: LearnResultProps) {
  const { learn } = strings
  const { answer, isAgain } = result
  const isScored = 'progress' in answer
  const isSolved = isScored && answer.credit === 1
  const remaining = attemptsLeft(standing)
  const sentences = [
    ...(answer.late ? [learn.late] : []),
    isScored
      ? learn.scored(writeNumber(answer.points, language), writeNumber(answer.maxPoints, language))
      : learn.noFeedback,
    // That none is left is told above all.
    ...(remaining === null || remaining === 0 ? [] : [`${learn.attemptsLeft(remaining)}.`]),
    ...(canTryAgain(result, standing) && !isSolved && remaining !== 0 ? [learn.tryAgain] : []),
  ]
  return (
    <section class={isSolved ? 'outcome done' : 'outcome'} aria-labelledby={RESULT_TITLE_ID}>
      <h2 id={RESULT_TITLE_ID} tabIndex={-1}>
        {isSolved ? learn.completed : (isAgain ? learn.again : learn.stored)(answer.number)}
      </h2>
      <p>{sentences.join(' ')}</p>
      {standing.next !== null && (
        <ToolButton isPrimary onClick={onNext}>
          {learn.nextAttempt}
        </ToolButton>
      )}
    </section>
  )
}

/** Whether the same boxes take another attempt. */
function canTryAgain({ isOfShown }: Result, { session, next }: Standing): boolean {
  return isOfShown && next === null && session.state === 'open'
}
