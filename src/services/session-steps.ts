/** "Show me how" on a learner's page: the steps of a box of which the policy shows what is right. */
import { LRUCache } from 'lru-cache'
import type { Language } from '../contracts/languages.js'
import type { StepsView } from '../contracts/practice.js'
import { Refusal } from '../errors.js'
import { viewSteps } from './box-steps.js'
import type { FairLine } from './fair-line.js'
import type { LearnerSession } from './learner-sessions.js'
import { createFormulaHtml } from './mathml.js'
import { findSessionWork, type SessionWorkServices } from './session-work.js'
import { askedBox, atInputs } from './solve-graph.js'
import { refusalOf } from './submit-attempt.js'

/** Characters of steps that are kept: where values are fixed, a whole class asks for the same. */
const MOST_KEPT_CHARACTERS = 8_000_000

/**
 * Steps of boxes that a session shows, in a language, at a time in milliseconds since 1970. Refused with `unknown-box` for
 * another box, and with `not-revealed` where what the steps tell is not due to this learner: then nothing is worked out.
 * What is worked out waits in a line: submissions go on beside it.
 */
export function createSessionSteps(services: SessionWorkServices, line: FairLine) {
  const typeset = createFormulaHtml()
  const kept = new LRUCache<string, StepsView>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: view => JSON.stringify(view).length,
  })

  return async (
    session: LearnerSession,
    boxId: string,
    { time, language }: { readonly time: number; readonly language: Language },
  ): Promise<StepsView> => {
    const { courseId, assignment, shown, revealed } = await findSessionWork(
      services,
      session,
      time,
      'foresee',
    )
    if (shown === undefined) throw refusalOf('assignment-not-open')
    const { graph, variant, inputs } = shown
    const box = askedBox(graph.published.graph, boxId)
    if (!revealed.includes(boxId)) {
      throw new Refusal(
        'not-revealed',
        'The assignment does not show here how this box is worked out, or not yet.',
      )
    }
    // The same variant in another version of its graph has other steps; the fixed one is every assignment's.
    const whose = inputs === undefined ? '' : assignment.id
    const id = [language, graph.graphId, graph.version, variant, whose, boxId].join('/')
    const known = kept.get(id)
    if (known !== undefined) return known
    const work = (): StepsView => viewSteps(atInputs(graph.published, inputs), box, { typeset, language })
    const view = await line.take(`${courseId} ${session.learner.key}`, work)
    kept.set(id, view)
    return view
  }
}
