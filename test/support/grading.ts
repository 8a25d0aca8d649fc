/** Short ways into grading for tests. */
import type { CompileOptions } from '../../src/engine/graph.js'
import { gradeReadings, readAnswers, type Grade } from '../../src/grading/grade.js'
import {
  answerKeyOf,
  publishGraph,
  type GradedDefinition,
  type GradingOverrides,
  type PublicationFault,
  type PublicationWarning,
  type PublishedGraph,
} from '../../src/grading/published-graph.js'
import { readAnswer, type Reading, type ReadNumber } from '../../src/grading/read-answer.js'
import { plenty } from './engine.js'

/** Reads one answer in a graph of these names. */
export function reading(typed: unknown, names: readonly string[] = []): Reading {
  return readAnswer(typed, { names: new Set(names), budget: plenty() })
}

/** Reads an answer that must be a number. */
export function number(typed: unknown): ReadNumber {
  const read = reading(typed)
  if (read.kind === 'number') return read
  throw new Error(`${String(typed)} is ${read.kind}`)
}

function options(): CompileOptions {
  return { maxNodes: 2000, budget: plenty() }
}

/** Publishes a definition that must be accepted. */
export function publish(definition: GradedDefinition): {
  readonly published: PublishedGraph
  readonly warnings: readonly PublicationWarning[]
} {
  const result = publishGraph(definition, options())
  if (result.ok) return result
  throw new Error(`refused: ${result.faults.map(fault => fault.message).join(' ')}`)
}

/** The faults of a definition that must be refused. */
export function publicationFaultsOf(definition: GradedDefinition): readonly PublicationFault[] {
  const result = publishGraph(definition, options())
  if (!result.ok) return result.faults
  throw new Error('it was not refused')
}

/** Grades answers to a definition, by box id. */
export function grade(
  definition: GradedDefinition,
  answers: Readonly<Record<string, unknown>>,
  overrides: GradingOverrides = {},
): Grade {
  const key = answerKeyOf(publish(definition).published, overrides)
  const typed = new Map(Object.entries(answers))
  return gradeReadings(key, readAnswers(key, typed, plenty()).readings, typed)
}

/** The verdict on each box, by id. */
export function verdicts(
  definition: GradedDefinition,
  answers: Readonly<Record<string, unknown>>,
  overrides: GradingOverrides = {},
): Record<string, string> {
  return Object.fromEntries(grade(definition, answers, overrides).boxes.map(box => [box.id, box.status]))
}
