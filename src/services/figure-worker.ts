/** A worker thread that draws figures: reading, setting and laying out a graph would hold up every other request. */
import type { MessagePort } from 'node:worker_threads'
import type { Definition } from '../contracts/graph.js'
import { createStepBudget } from '../engine/faults.js'
import { compileGraph } from '../engine/graph.js'
import { drawFigure, type Figure, type FigureSource } from '../figure/draw.js'
import type { FigureLanguage } from '../figure/figure-words.js'
import { createTypesetter } from '../figure/mathjax.js'
import type { Theme } from '../figure/palette.js'
import type { View } from '../figure/plan.js'
import type { Given } from '../figure/workshop.js'

/** What the worker is asked to draw. */
export type FigureJob = {
  readonly definition: Definition
  readonly theme: Theme
  readonly view: View
  readonly given?: Given
  readonly language?: FigureLanguage
}

const typesetter = await createTypesetter()

/** Draws a figure of a definition that was published. `begun` is told when the work begins. */
export async function draw({
  definition,
  begun,
  ...look
}: FigureJob & { begun: MessagePort }): Promise<Figure> {
  begun.postMessage(null)
  begun.close()
  return drawFigure(sourceOf(definition), { ...look, typesetter })
}

function sourceOf(definition: Definition): FigureSource {
  const boxes = definition.boxes?.map(box => (typeof box === 'string' ? box : box.id))
  const result = compileGraph(
    { ...definition, boxes },
    { maxNodes: Number.POSITIVE_INFINITY, budget: createStepBudget(Number.POSITIVE_INFINITY) },
  )
  if (!result.ok) throw new Error(`a stored graph cannot be compiled: ${result.faults[0]?.message ?? ''}`)
  return { title: definition.title, graph: result.graph, places: definition.figure?.places }
}

/** A graph with some of everything. */
function warmUp(): Definition {
  const chain = Array.from({ length: 24 }, (_, index) => ({
    name: `n${String(index)}`,
    expression: index < 2 ? 'w*x + exp(-w/2)' : `sin(n${String(index - 1)})*n${String(index >> 1)} - w/3`,
  }))
  return {
    title: 'Warm-up',
    inputs: [
      { name: 'w', role: 'parameter', value: 3 },
      { name: 'x', role: 'data', value: [1, 2] },
    ],
    nodes: [...chain, { name: 'J', expression: `sum(n${String(chain.length - 1)}^2) + w` }],
    output: 'J',
  }
}

// The first figures take several times as long as those after them: their time is not counted against anyone's.
await drawFigure(sourceOf(warmUp()), { theme: 'light', view: 'boxes', typesetter })
