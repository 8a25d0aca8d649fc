/**
 * Where every block stands and how every edge runs: a layered layout from left to right, by the Eclipse Layout Kernel.
 */
import elk, { type ElkExtendedEdge, type ElkNode, type ElkPort } from 'elkjs'
import { EDGE_PITCH, type Block, type Entry } from './block.js'
import { totalSpan } from './columns.js'
import { gridCorners } from './grid.js'
import type { Places } from './places.js'
import type { Point } from './shapes.js'

/** An edge from the right side of a block to the left side of another. */
export type Route = {
  readonly to: string
  readonly entry: Entry
  readonly points: readonly Point[]
}

export type Layout = {
  readonly width: number
  readonly height: number
  /** The upper left corner of each block. */
  readonly corners: ReadonlyMap<string, Point>
  readonly routes: readonly Route[]
  /** Where an edge parts from others of the same origin. */
  readonly junctions: readonly Point[]
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': '34',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
} as const

type Strategy = Readonly<Record<string, string>>

/** Leaves least room empty, in a time that grows with the square of the graph and more. */
const CLOSE: Strategy = { 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX' }
/** Keeps chains of nodes straight. */
const STRAIGHT: Strategy = { 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' }
/** For large graphs. */
const FAST: Strategy = {
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
  'elk.layered.thoroughness': '1',
  'elk.layered.crossingMinimization.greedySwitch.type': 'OFF',
}
/** Nodes of a layer stay in their order, where that costs no crossing. */
const IN_ORDER: Strategy = { 'elk.layered.considerModelOrder.strategy': 'PREFER_NODES' }
/** Blocks keep the columns and rows that they come with. */
const BY_HAND: Strategy = {
  'elk.layered.cycleBreaking.strategy': 'INTERACTIVE',
  'elk.layered.layering.strategy': 'INTERACTIVE',
  'elk.layered.crossingMinimization.strategy': 'INTERACTIVE',
  'elk.layered.nodePlacement.strategy': 'INTERACTIVE',
}

/** Up to so many columns for all edges together to run through, several layouts are tried. */
const MOST_TRIED = 120
const MOST_CLOSE = 360

/** The layouts to try, the one to prefer first. */
function strategiesFor(blocks: readonly Block[], places: Places | undefined): readonly Strategy[] {
  if (places !== undefined) return [BY_HAND]
  const span = totalSpan(blocks.map(({ name, edges }) => ({ name, from: edges.map(edge => edge.from) })))
  if (span > MOST_CLOSE) return [FAST]
  if (span > MOST_TRIED) return [{ ...CLOSE, ...IN_ORDER }]
  return [{ ...CLOSE, ...IN_ORDER }, { ...STRAIGHT, ...IN_ORDER }, CLOSE, STRAIGHT]
}

/** How much smaller, in part, a layout must be than one that is preferred to it. */
const WORTHWHILE = 0.97

/** Lays blocks out, in the places given if any. The same blocks are laid out the same way every time. */
export async function layOut(blocks: readonly Block[], places: Places | undefined): Promise<Layout> {
  let best: Layout | undefined
  for (const strategy of strategiesFor(blocks, places)) {
    const layout = await layOutBy(strategy, blocks, places)
    if (best === undefined || costOf(layout) < WORTHWHILE * costOf(best)) best = layout
  }
  return best as Layout // There is always a strategy.
}

/** A long edge costs like the strip of paper that it runs through. */
const EDGE_STRIP = 60

function costOf({ width, height, routes }: Layout): number {
  const lengths = routes.map(({ points }) => {
    const steps = points.slice(1).map(({ x, y }, index) => {
      const before = points[index] as Point // There is one before each but the first.
      return Math.abs(x - before.x) + Math.abs(y - before.y)
    })
    return steps.reduce((sum, step) => sum + step, 0)
  })
  return width * height + EDGE_STRIP * lengths.reduce((sum, length) => sum + length, 0)
}

async function layOutBy(
  strategy: Strategy,
  blocks: readonly Block[],
  places: Places | undefined,
): Promise<Layout> {
  const corners = places === undefined ? undefined : gridCorners(blocks, places)
  const indexOf = new Map(blocks.map((block, index) => [block.name, index]))
  const ends = blocks.flatMap((block, index) =>
    block.edges.map((entry, place) => ({ to: block.name, index, entry, place })),
  )
  const graph: ElkNode = {
    id: 'figure',
    layoutOptions: { ...OPTIONS, ...strategy },
    children: blocks.map((block, index) => ({ ...nodeOf(block, index), ...corners?.get(block.name) })),
    edges: ends.map(({ index, entry, place }) => ({
      id: `e${String(index)}.${String(place)}`,
      sources: [exitPort(indexOf.get(entry.from) ?? -1)],
      targets: [entryPort(index, place)],
    })),
  }
  const laidOut = await new elk.default().layout(graph)
  const { children = [], edges = [], width = 0, height = 0 } = laidOut
  return {
    width,
    height,
    corners: new Map(blocks.map(({ name }, index) => [name, cornerOf(children[index])])),
    routes: ends.map(({ to, entry }, index) => ({ to, entry, points: pointsOf(edges[index]) })),
    junctions: edges.flatMap(edge => edge.junctionPoints ?? []),
  }
}

function cornerOf({ x = 0, y = 0 }: ElkNode = { id: '' }): Point {
  return { x, y }
}

function pointsOf({ sections = [] }: Pick<ElkExtendedEdge, 'sections'> = {}): Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ])
}

// Blocks go by their numbers: a name would be a property name inside the library.
function exitPort(block: number): string {
  return `o${String(block)}`
}

function entryPort(block: number, place: number): string {
  return `i${String(block)}.${String(place)}`
}

/**
 * A block as the layout sees it. The order in which edges come in is left to the layout, which keeps them from crossing;
 * the places where they do are not.
 */
function nodeOf(block: Block, index: number): ElkNode {
  const entries = block.edges.map((_, place): ElkPort => ({
    id: entryPort(index, place),
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': 'WEST' },
  }))
  const exit: ElkPort = {
    id: exitPort(index),
    width: 0,
    // A port is met in its middle, so one as high as all entries together leaves from the middle between them.
    height: Math.max(0, block.edges.length - 1) * EDGE_PITCH,
    layoutOptions: { 'elk.port.side': 'EAST' },
  }
  // The layout rounds the distance that it is given, and takes one from it.
  const top = String(block.entryTop + 1)
  const surrounding = `elk.spacing.portsSurrounding:[top=${top},left=0,bottom=0,right=0]`
  return {
    id: `b${String(index)}`,
    width: block.width,
    height: block.height,
    ports: block.exits ? [...entries, exit] : entries,
    layoutOptions: {
      'elk.portConstraints': 'FIXED_SIDE',
      'elk.portAlignment.default': 'BEGIN',
      'elk.spacing.individual': `elk.spacing.portPort:${String(EDGE_PITCH)};,;${surrounding}`,
    },
  }
}
