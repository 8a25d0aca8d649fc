/** A graph as a page shows it: what is given, the boxes to fill in with their places, and the figure. Never an answer. */
import type { PageGraph } from '../contracts/practice.js'
import type { Value } from '../engine/tensor.js'
import { Refusal } from '../errors.js'
import type { FigureLanguage } from '../figure/figure-words.js'
import type { Given } from '../figure/workshop.js'
import { workOrder } from '../figure/work-order.js'
import type { DrawnFigure } from './draw-figure.js'
import type { LibraryGraph } from './graph-library.js'
import type { Services } from './services.js'
import { viewBox } from './views.js'

/**
 * A graph for a page in a language, at these inputs or at its own, with its boxes in the order of work. Where no figure of
 * it can be had, `svg` and all places are null, and the boxes are a list.
 */
export async function pageGraphOf(
  services: Pick<Services, 'figures'>,
  libraryGraph: LibraryGraph,
  { language, inputs }: { readonly language: FigureLanguage; readonly inputs?: ReadonlyMap<string, Value> },
): Promise<{ readonly graph: PageGraph; readonly svg: string | null }> {
  const { key, version, definition, published } = libraryGraph
  const { title, description, nodes, output } = definition
  // With values of their own all learners have one figure: to draw one for each would take a class many seconds.
  const given = inputs === undefined ? 'drawn' : 'open'
  const figure = await figureFor(services, libraryGraph, { view: 'boxes', given, language })
  return {
    graph: {
      key,
      version,
      title,
      ...(description === undefined ? {} : { description }),
      inputs: definition.inputs.map(({ name, role, value }) => ({
        name,
        role,
        value: inputs?.get(name) ?? value,
      })),
      nodes,
      output,
      boxes: workOrder(published.graph).map(box => ({
        ...viewBox(published, box),
        place: figure?.boxes.get(box.id) ?? null,
      })),
      valuesApart: figure === undefined || given === 'open',
      echoes: (figure?.echoes ?? []).flatMap(({ of, place }) => {
        if (of.kind === 'multiplier') return []
        return [{ kind: of.kind, of: of.kind === 'input' ? of.name : of.box, place }]
      }),
      figure: figure === undefined ? null : { width: figure.width, height: figure.height },
    },
    svg: figure?.svg ?? null,
  }
}

/** Refusals to draw that will not pass: a page that lacks its figure is better than none. */
const NOT_DRAWN: ReadonlySet<string> = new Set(['figure-too-large', 'figure-not-drawn'])

/** A figure in the colours of a page; undefined where it cannot be had. */
export async function figureFor(
  { figures }: Pick<Services, 'figures'>,
  graph: LibraryGraph,
  look: { readonly view: 'boxes' | 'cascade'; readonly given?: Given; readonly language: FigureLanguage },
): Promise<DrawnFigure | undefined> {
  try {
    return await figures.get(graph, { theme: 'page', ...look })
  } catch (error) {
    if (error instanceof Refusal && NOT_DRAWN.has(error.code)) return undefined
    throw error
  }
}
