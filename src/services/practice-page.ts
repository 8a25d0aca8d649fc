/** What a page asks of a public graph: to be filled in, graded, explained and revealed. Nothing is stored. */
import { LRUCache } from 'lru-cache'
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import type { CascadePage, PracticeQuery, RevealView, StepsView } from '../contracts/practice.js'
import { showNumber } from '../engine/shown-number.js'
import { workOrder } from '../figure/work-order.js'
import { createTyped, viewSteps } from './box-steps.js'
import type { LibraryGraph } from './graph-library.js'
import type { FairLine } from './fair-line.js'
import { createFreePractice, type Asker } from './free-practice.js'
import { createFormulaHtml } from './mathml.js'
import { figureFor, pageGraphOf } from './page-graph.js'
import type { PublicGraphs } from './public-graphs.js'
import type { Services } from './services.js'
import { askedBox, cascadesOf } from './solve-graph.js'

/** Characters of explanations that are kept: one takes work, and a whole class asks for the same. */
const MOST_KEPT_CHARACTERS = 16_000_000

export type Practice = ReturnType<typeof createPractice>

/** Practice on public graphs. Every question is refused with `not-found` where the graph is not public. */
export function createPractice(
  services: Pick<Services, 'figures'>,
  graphs: Pick<PublicGraphs, 'find'>,
  line: FairLine,
) {
  const typeset = createFormulaHtml()
  const free = createFreePractice(line)
  const kept = new LRUCache<string, object>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: answer => JSON.stringify(answer).length,
  })
  const idOf = ({ graphId, version }: LibraryGraph, question: string): string =>
    `${graphId}/${String(version)}/${question}`
  /** What a version never answers otherwise, worked out once while it is kept. */
  const once = <Answer extends object>(graph: LibraryGraph, question: string, work: () => Answer): Answer => {
    const id = idOf(graph, question)
    const known = kept.get(id)
    // What was kept under this id is an answer to this question.
    if (known !== undefined) return known as Answer
    const answer = work()
    kept.set(id, answer)
    return answer
  }
  const revealedIn = (graph: LibraryGraph): RevealView =>
    once(graph, 'reveal', () => {
      const typed = createTyped(graph.published)
      return { boxes: workOrder(graph.published.graph).map(box => ({ id: box.id, value: typed(box) })) }
    })

  return {
    /** The graph with its boxes, and its figure. */
    async graph(key: string, query: PracticeQuery) {
      return pageGraphOf(services, await graphs.find(key, query), { language: query.lang })
    },

    /** Grades answers, and tells of the boxes that hold one; what cannot be read is `invalid`. */
    async grade(
      key: string,
      query: PracticeQuery,
      body: Pick<PracticeBody, 'answers'>,
      asker: Asker,
    ): Promise<PracticeView> {
      return free.grade((await graphs.find(key, query)).published, body, asker)
    },

    /** How one box is worked out; `unknown-box` where the graph asks no such box. */
    async steps(key: string, query: PracticeQuery, boxId: string, asker: Asker): Promise<StepsView> {
      const graph = await graphs.find(key, query)
      const { published } = graph
      const box = askedBox(published.graph, boxId)
      const language = query.lang
      const question = `steps/${language}/${boxId}`
      const view = () => once(graph, question, () => viewSteps(published, box, { typeset, language }))
      return kept.has(idOf(graph, question)) ? view() : free.explain(published, view, asker)
    },

    /** What is right in every box. */
    async reveal(key: string, query: PracticeQuery): Promise<RevealView> {
      return revealedIn(await graphs.find(key, query))
    },

    /** How a small change of each parameter runs through the graph; no cascade where that is too much to be told. */
    async cascade(key: string, query: PracticeQuery): Promise<CascadePage> {
      const graph = await graphs.find(key, query)
      const figure = await figureFor(services, graph, { view: 'cascade', language: query.lang })
      const { published } = graph
      const { found, cascades } = once(graph, 'cascade', () => {
        const all = cascadesOf(published) ?? []
        const told = all.map(({ from, lines }) => ({
          from,
          lines: lines.map(formula => ({ text: formula.text, html: typeset(formula) })),
        }))
        return { found: all, cascades: told }
      })
      if (figure === undefined) return { svg: null, width: 0, height: 0, labels: [], cascades }
      const { svg, width, height, boxes, echoes } = figure
      const typed = new Map(revealedIn(graph).boxes.map(({ id, value }) => [id, value]))
      const inBoxes = [...boxes].map(([id, place]) => ({ kind: 'box' as const, text: typed.get(id), place }))
      const onArrows = echoes.map(({ of, place }) => ({
        kind: 'multiplier' as const,
        text: of.kind === 'multiplier' ? multiplierIn(found, of) : undefined,
        place,
      }))
      const labels = [...inBoxes, ...onArrows].flatMap(({ text, ...label }) =>
        text === undefined ? [] : [{ ...label, text }],
      )
      return { svg, width, height, labels, cascades }
    },
  }
}

/** How many times the nudge of one value another changes by, as it is written; undefined where no cascade tells. */
function multiplierIn(
  cascades: readonly {
    readonly from: string
    readonly nodes: readonly { name: string; multiplier: number }[]
  }[],
  { from, node }: { readonly from: string; readonly node: string },
): string | undefined {
  const nodes = cascades.find(cascade => cascade.from === from)?.nodes
  const found = nodes?.find(({ name }) => name === node)
  return found === undefined ? undefined : showNumber(found.multiplier).text
}
