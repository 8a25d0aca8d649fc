/**
 * The inputs that one learner gets (contract §5, variants): drawn until they make a good exercise, within bounds.
 * What a seed draws is stored at first sight, but it must not change in later releases either: a simulation of a
 * class, or a seed written down by an author, would then tell of other exercises. That holds for the order in which
 * words are used (draw-inputs.ts), for what counts as good (variant-quality.ts) and for the bounds here.
 */
import type { CompiledGraph } from '../engine/graph.js'
import { createRandomNumbers } from '../engine/random-numbers.js'
import type { Value } from '../engine/tensor.js'
import { createInputDraw, type InputSample, type Words } from './draw-inputs.js'
import {
  inexactNodes,
  lookAt,
  VARIANT_FAULTS,
  type Look,
  type LookOptions,
  type LookResult,
  type VariantFaultCode,
} from './variant-quality.js'

export type VariantSource = LookOptions & {
  readonly graph: CompiledGraph
  /** Input → how it is drawn; inputs left out keep the definition's value. */
  readonly samples: ReadonlyMap<string, InputSample>
}

/** A graph whose inputs can be drawn, with all that is found out once. It never changes. */
export type PreparedVariants = {
  readonly graph: CompiledGraph
  /** How many inputs are drawn at all. */
  readonly sampled: number
  /** The most draws that one variant takes. */
  readonly draws: number
  /** One draw of all inputs. */
  readonly draw: (words: Words) => Map<string, Value>
  readonly look: (inputs: ReadonlyMap<string, Value>) => LookResult
  /** What was wrong in every draw tried: drawing again does not help. */
  readonly isUnavoidable: (code: VariantFaultCode, name: string) => boolean
}

/** What is wrong with a variant, and where: nodes on a kink, else ids of asked boxes. */
export type VariantFault = { readonly code: VariantFaultCode; readonly names: readonly string[] }

export type Variant = {
  readonly inputs: ReadonlyMap<string, Value>
  /** Empty if it is good; the gravest first. A box that is always 0 is no fault. */
  readonly faults: readonly VariantFault[]
  /** How many draws it took. */
  readonly draws: number
}

const MOST_DRAWS = 200
/** So many slots may the draws of one variant sweep: some tens of milliseconds' work. */
const MOST_SLOTS = 65_536

/** Finds out what drawing cannot help, by at most as many draws as one variant may take. */
export function prepareVariants({ graph, samples, ...options }: VariantSource): PreparedVariants {
  const inexact = inexactNodes(graph)
  const draw = createInputDraw(graph, samples)
  const look = (inputs: ReadonlyMap<string, Value>): LookResult =>
    lookAt(graph, inputs, { ...options, inexact })
  const sampled = graph.inputs.filter(({ name }) => samples.has(name)).length
  const draws = sampled === 0 ? 1 : drawsFor(graph)

  const words = wordsOf(0)
  const common = new Map<VariantFaultCode, ReadonlySet<string>>()
  for (let drawn = 0; drawn < draws; drawn += 1) {
    const result = look(draw(words))
    if (!result.ok) continue
    for (const code of VARIANT_FAULTS) {
      const known = common.get(code)
      const names = result.look[code]
      common.set(code, new Set(known === undefined ? names : names.filter(name => known.has(name))))
    }
    // What one draw is free of can be avoided; most graphs have nothing else after a few.
    if ([...common.values()].every(names => names.size === 0)) break
  }
  const isUnavoidable = (code: VariantFaultCode, name: string): boolean =>
    common.get(code)?.has(name) === true
  return { graph, sampled, draws, draw, look, isUnavoidable }
}

function drawsFor({ tape }: CompiledGraph): number {
  return Math.min(MOST_DRAWS, Math.max(2, Math.floor(MOST_SLOTS / tape.slots)))
}

/** Words for trials, from a small number. */
export function wordsOf(seed: number): Words {
  const random = createRandomNumbers(seed)
  return () => random() * 2 ** 32
}

/**
 * The first draw with no fault but unavoidable ones, within bounds; else the best one, the first of equals: fewest
 * names in the gravest fault, then in the next. Undefined where no draw had a finite value in every asked box. A
 * function of the words alone, which must not repeat after a short while.
 */
export function drawVariant(prepared: PreparedVariants, words: Words): Variant | undefined {
  let best: { readonly inputs: ReadonlyMap<string, Value>; readonly look: Look } | undefined
  let least: readonly number[] = []
  let draws = 0
  while (draws < prepared.draws) {
    draws += 1
    const inputs = prepared.draw(words)
    const result = prepared.look(inputs)
    if (!result.ok) continue
    const counts = avoidableCounts(prepared, result.look)
    if (best === undefined || isLess(counts, least)) {
      best = { inputs, look: result.look }
      least = counts
    }
    if (least.every(count => count === 0)) break
  }
  if (best === undefined) return undefined
  return { inputs: best.inputs, faults: faultsOf(prepared, best.look), draws }
}

function avoidableCounts({ isUnavoidable }: PreparedVariants, look: Look): readonly number[] {
  return VARIANT_FAULTS.map(code => look[code].filter(name => !isUnavoidable(code, name)).length)
}

function isLess(counts: readonly number[], others: readonly number[]): boolean {
  const place = counts.findIndex((count, index) => count !== others[index])
  return place >= 0 && (counts[place] as number) < (others[place] as number)
}

function faultsOf({ isUnavoidable }: PreparedVariants, look: Look): VariantFault[] {
  return VARIANT_FAULTS.map(code => ({
    code,
    names: code === 'zero' ? look.zero.filter(name => !isUnavoidable(code, name)) : look[code],
  })).filter(({ names }) => names.length > 0)
}
