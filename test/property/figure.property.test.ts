import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Ink } from '../../src/figure/pieces.js'
import { EDGE_PITCH, entryInks, type Block } from '../../src/figure/block.js'
import { composeBlocks } from '../../src/figure/compose.js'
import { layOut, type Layout } from '../../src/figure/layout.js'
import { createLettering } from '../../src/figure/lettering.js'
import { planFigure, type View } from '../../src/figure/plan.js'
import type { Point, Rectangle } from '../../src/figure/shapes.js'
import type { Given } from '../../src/figure/workshop.js'
import { compile } from '../support/engine.js'
import { elementsOf, quickTypesetter, sketch } from '../support/figures.js'
import { randomGraphOf } from '../support/random-graphs.js'

/** Random graphs that ask their default boxes, every box there can be, or those of one kind. */
const graphs = fc
  .tuple(randomGraphOf(40), fc.constantFrom('default', 'every', 'forward', 'local', 'gradient'))
  .map(([{ definition }, kind]) => {
    const { graph } = compile(definition)
    if (kind === 'default') return graph
    const boxes = [...graph.boxes.values()].filter(box => kind === 'every' || box.kind === kind)
    return boxes.length === 0 ? graph : compile({ ...definition, boxes: boxes.map(box => box.id) }).graph
  })
const views = fc.constantFrom<View>('boxes', 'cascade')
const givens = fc.constantFrom<Given>('drawn', 'open')
const runs = { numRuns: 15 }
/** Without a layout a run costs little. */
const manyRuns = { numRuns: 60 }

function blocksOf(graph: ReturnType<typeof compile>['graph'], view: View, given: Given = 'drawn'): Block[] {
  const lettering = createLettering(quickTypesetter().typesetter)
  return composeBlocks({ graph, given, plan: planFigure(graph), lettering }, view)
}

function rectangleOf({ name, width, height }: Block, { corners }: Layout): Rectangle {
  return { ...corners.get(name)!, width, height }
}

function overlap(a: Rectangle, b: Rectangle, slack = 0.01): boolean {
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  )
}

/** The area that a straight piece of a line covers. */
function spanned(from: Point, to: Point): Rectangle {
  return {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(from.x - to.x),
    height: Math.abs(from.y - to.y),
  }
}

function areaOf(ink: Ink): Rectangle {
  if (ink.kind !== 'formula') return { height: 0, ...ink }
  const { x, y, size, typeset } = ink
  return {
    x,
    y: y - typeset.ascent * size,
    width: typeset.width * size,
    height: (typeset.ascent + typeset.descent) * size,
  }
}

describe('the layout of a graph with fan-out', () => {
  test('no two blocks overlap, and no edge runs through one', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, views, async (graph, view) => {
        const blocks = blocksOf(graph, view)
        const layout = await layOut(blocks, undefined)
        const areas = blocks.map(block => rectangleOf(block, layout))
        areas.forEach((area, index) => {
          expect(areas.slice(index + 1).filter(other => overlap(area, other))).toEqual([])
        })
        for (const { points } of layout.routes) {
          points.slice(1).forEach((to, index) => {
            const piece = spanned(points[index]!, to)
            expect(areas.filter(area => overlap(piece, area))).toEqual([])
          })
        }
      }),
      runs,
    )
  })

  test('every edge leaves its node where its line ends, and each meets the next node at a place of its own', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, views, async (graph, view) => {
        const blocks = blocksOf(graph, view)
        const byName = new Map(blocks.map(block => [block.name, block]))
        const layout = await layOut(blocks, undefined)
        const ends = new Set<string>()
        for (const { entry, to, points } of layout.routes) {
          const [source, target] = [byName.get(entry.from)!, byName.get(to)!]
          const [from, at] = [rectangleOf(source, layout), rectangleOf(target, layout)]
          const [start, end] = [points[0]!, points.at(-1)!]
          expect(start.x).toBeCloseTo(from.x + from.width, 3)
          expect(start.y).toBeCloseTo(from.y + source.exitY, 3)
          expect(end.x).toBeCloseTo(at.x, 3)
          const slot = (end.y - at.y - target.entryTop) / EDGE_PITCH
          expect(slot).toBeCloseTo(Math.round(slot), 3)
          expect(target.edges.length).toBeGreaterThan(Math.round(slot))
          ends.add(`${to} ${String(Math.round(slot))}`)
        }
        expect(ends.size).toBe(layout.routes.length)
        expect(layout.routes).toHaveLength(blocks.reduce((sum, block) => sum + block.edges.length, 0))
      }),
      runs,
    )
  })

  test('what belongs to a block stays inside it', () => {
    fc.assert(
      fc.property(graphs, views, (graph, view) => {
        for (const { width, height, inks, panels, strokes } of blocksOf(graph, view)) {
          const areas = [
            ...panels,
            ...strokes.flatMap(({ lines }) => lines.flat().map(point => ({ ...point, width: 0, height: 0 }))),
            ...inks.map(areaOf),
          ]
          for (const area of areas) {
            expect(area.x).toBeGreaterThanOrEqual(-0.01)
            expect(area.y).toBeGreaterThanOrEqual(-0.01)
            expect(area.x + area.width).toBeLessThanOrEqual(width + 0.01)
            expect(area.y + area.height).toBeLessThanOrEqual(height + 0.01)
          }
        }
      }),
      manyRuns,
    )
  })
})

test('no writing and no box of a block lies over another', () => {
  fc.assert(
    fc.property(graphs, views, givens, (graph, view, given) => {
      for (const { inks, edges, entryTop, frameLeft } of blocksOf(graph, view, given)) {
        const labels = edges.flatMap((entry, index) =>
          entryInks(entry, { x: frameLeft, y: entryTop + index * EDGE_PITCH }),
        )
        // A number left open lies in the room of what may come to stand there.
        const areas = [...inks, ...labels].filter(({ kind }) => kind !== 'gap').map(areaOf)
        areas.forEach((area, index) => {
          expect(areas.slice(index + 1).filter(other => overlap(area, other))).toEqual([])
        })
      }
    }),
    manyRuns,
  )
})

test('every asked box has one place, inside the picture and apart from all others', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async graph => {
      const { boxes, width, height } = await sketch({ title: 'Random', graph })
      expect([...boxes.keys()].sort()).toEqual(graph.asked.map(box => box.id).sort())
      const areas = [...boxes.values()]
      areas.forEach((area, index) => {
        expect(area.x).toBeGreaterThanOrEqual(0)
        expect(area.y).toBeGreaterThanOrEqual(0)
        expect(area.x + area.width).toBeLessThanOrEqual(width)
        expect(area.y + area.height).toBeLessThanOrEqual(height)
        expect(areas.slice(index + 1).filter(other => overlap(area, other))).toEqual([])
      })
    }),
    runs,
  )
})

test('the picture is well-formed XML in which every id is used once and every reference leads somewhere', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, views, async (graph, view) => {
      const { svg, boxes } = await sketch({ title: 'Random', graph }, { view })
      const elements = elementsOf(svg)
      const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? [])
      expect(new Set(ids).size).toBe(ids.length)
      for (const { attributes } of elements) {
        if (attributes['href'] !== undefined) expect(ids).toContain(attributes['href'].replace(/^#/, ''))
      }
      for (const [id, { x, y, width, height }] of boxes) {
        const rect = elements.find(({ attributes }) => attributes['id'] === `box-${id}`)!
        const drawn = ['x', 'y', 'width', 'height'].map(key => Number(rect.attributes[key]))
        ;[x, y, width, height].forEach((expected, index) => {
          expect(drawn[index]).toBeCloseTo(expected, 1)
        })
      }
    }),
    runs,
  )
})
