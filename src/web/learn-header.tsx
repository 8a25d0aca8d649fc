import type { SessionView } from '../contracts/learn.js'
import type { Language } from '../contracts/languages.js'
import type { Strings } from '../strings/strings.js'

type LearnHeaderProps = {
  readonly session: SessionView
  /** As it was last told. */
  readonly progress: SessionView['progress']
  readonly language: Language
  readonly strings: Strings
}

/** What the assignment is, for whom, until when, and how far it is. */
export function LearnHeader({ session, progress, language, strings }: LearnHeaderProps) {
  const { assignment, course, learner, number, state, graph } = session
  const { learn } = strings
  const { opensAt, dueAt, closesAt, maxAttempts, points } = assignment
  const facts = [
    learn.points(writeNumber(points, language)),
    ...(state === 'not-open' && opensAt !== null ? [learn.opens(writeTime(opensAt, language))] : []),
    ...(dueAt === null ? [] : [learn.due(writeTime(dueAt, language))]),
    ...(closesAt === null
      ? []
      : [(state === 'closed' ? learn.closedAt : learn.closes)(writeTime(closesAt, language))]),
    ...(state === 'open' ? [learn.attempt(number, maxAttempts)] : []),
    ...(progress === null
      ? []
      : [learn.best(writeNumber(progress.points, language), writeNumber(progress.maxPoints, language))]),
  ]
  return (
    <header class="learn-header">
      <p class="course">{course.title}</p>
      <h1>{assignment.title}</h1>
      {graph.description !== undefined && <p class="description">{graph.description}</p>}
      <ul class="facts">
        {facts.map(fact => (
          <li key={fact}>{fact}</li>
        ))}
        <li>{learn.signedInAs(learner.name ?? learner.key)}</li>
      </ul>
    </header>
  )
}

/** A number of points as people write it. */
export function writeNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value)
}

function writeTime(time: string, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
}
