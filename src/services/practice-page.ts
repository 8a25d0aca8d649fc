/** What a page asks of a public graph: to be filled in, graded, explained and revealed. Nothing is stored. */
import { LRUCache } from 'lru-cache'
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import type { CascadePage, PracticeQuery, RevealView, StepsView } from '../contracts/practice.js'
import type { Box } from '../engine/boxes.js'
import { boxValue } from '../engine/evaluate.js'
import { createStepBudget } from '../engine/faults.js'
import { createSymbolics, symbolicForm } from '../engine/symbolic.js'
import type { Value } from '../engine/tensor.js'
import { workOrder } from '../figure/work-order.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import type { LibraryGraph } from './graph-library.js'
import { createMathml } from './mathml.js'
import { figureFor, pageGraphOf } from './page-graph.js'
import { practiseOn } from './practise.js'
import type { PublicGraphs } from './public-graphs.js'
import type { Services } from './services.js'
import { askedBox, cascadesOf, explainOne } from './solve-graph.js'

/** Steps of symbolic work for the expression boxes of one graph. */
const SYMBOLIC_STEPS = 500_000

/** Characters of explanations that are kept: one takes work, and a whole class asks for the same. */
const MOST_KEPT_CHARACTERS = 16_000_000

export type Practice = ReturnType<typeof createPractice>

/** Practice on public graphs. Every question is refused with `not-found` where the graph is not public. */
export function createPractice(services: Pick<Services, 'figures'>, graphs: Pick<PublicGraphs, 'find'>) {
  const mathmlOf = createMathml()
  const kept = new LRUCache<string, object>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: answer => JSON.stringify(answer).length,
  })
  /** What a version never answers otherwise, worked out once while it is kept. */
  const once = <Answer extends object>(graph: LibraryGraph, question: string, work: () => Answer): Answer => {
    const id = `${graph.graphId}/${String(graph.version)}/${question}`
    const known = kept.get(id)
    // What was kept under this id is an answer to this question.
    if (known !== undefined) return known as Answer
    const answer = work()
    kept.set(id, answer)
    return answer
  }

  return {
    /** The graph with its boxes, and its figure. */
    async graph(key: string, query: PracticeQuery) {
      return pageGraphOf(services, await graphs.find(key, query))
    },

    /** Grades answers; what cannot be read is `invalid`. */
    async grade(key: string, query: PracticeQuery, body: PracticeBody): Promise<PracticeView> {
      return practiseOn((await graphs.find(key, query)).published, body)
    },

    /** How one box is worked out; `unknown-box` where the graph asks no such box. */
    async steps(key: string, query: PracticeQuery, boxId: string): Promise<StepsView> {
      const graph = await graphs.find(key, query)
      const { published } = graph
      const box = askedBox(published.graph, boxId)
      return once(graph, `steps/${boxId}`, () => ({
        box: boxId,
        value: createTyped(published)(box),
        steps: (explainOne(published, box).steps ?? []).map(({ kind, text, tex }) => ({
          kind,
          text,
          mathml: mathmlOf({ text, tex }),
        })),
      }))
    },

    /** What is right in every box. */
    async reveal(key: string, query: PracticeQuery): Promise<RevealView> {
      const graph = await graphs.find(key, query)
      const { published } = graph
      return once(graph, 'reveal', () => {
        const typed = createTyped(published)
        return { boxes: workOrder(published.graph).map(box => ({ id: box.id, value: typed(box) })) }
      })
    },

    /** How a small change of each parameter runs through the graph; no cascade where that is too much to be told. */
    async cascade(key: string, query: PracticeQuery): Promise<CascadePage> {
      const graph = await graphs.find(key, query)
      const figure = await figureFor(services, graph, 'cascade')
      const cascades = once(graph, 'cascade', () =>
        (cascadesOf(graph.published) ?? []).map(({ from, lines }) => ({
          from,
          lines: lines.map(({ text, tex }) => ({ text, mathml: mathmlOf({ text, tex }) })),
        })),
      )
      const { svg = null, width = 0, height = 0 } = figure ?? {}
      return { svg, width, height, cascades }
    },
  }
}

/** What may be typed in a box to be right there. */
function createTyped({ graph, evaluation, boxes }: PublishedGraph): (box: Box) => string {
  let symbolics: ReturnType<typeof createSymbolics> | undefined
  return box => {
    if (boxes.get(box.id)?.answer === 'expression') {
      symbolics ??= createSymbolics(graph, createStepBudget(SYMBOLIC_STEPS))
      const form = symbolicForm(graph, symbolics, box)
      if (form !== undefined) return form.text
    }
    const value = boxValue(evaluation, box)
    if (value === undefined) throw new Error(`the asked box ${box.id} has no value`)
    return typedValue(value)
  }
}

/** A value as it is typed: numbers with all their digits, arrays in brackets. */
function typedValue(value: Value): string {
  // Minus zero is 0.
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  return `[${value.map(typedValue).join(', ')}]`
}
