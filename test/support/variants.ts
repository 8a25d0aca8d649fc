/** Short ways into variants for tests. */
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { InputSample } from '../../src/grading/draw-inputs.js'
import {
  drawVariant,
  prepareVariants,
  wordsOf,
  type PreparedVariants,
  type Variant,
} from '../../src/grading/variants.js'
import type { LookOptions } from '../../src/grading/variant-quality.js'
import { compile } from './engine.js'

export type Samples = Readonly<Record<string, InputSample>>

/** A graph whose inputs are drawn by these samples, under the default tolerance. */
export function prepare(
  definition: GraphDefinition,
  samples: Samples,
  options: Partial<LookOptions> = {},
): PreparedVariants {
  return prepareVariants({
    graph: compile(definition).graph,
    samples: new Map(Object.entries(samples)),
    toleranceOf: () => ({}),
    ...options,
  })
}

/** The variants of so many seeds; each must have been drawn. */
export function variantsOf(prepared: PreparedVariants, count: number): Variant[] {
  return Array.from({ length: count }, (_, seed) => {
    const variant = drawVariant(prepared, wordsOf(seed))
    if (variant === undefined) throw new Error(`seed ${String(seed)} draws nothing`)
    return variant
  })
}

/** The values that one input has in variants. */
export function valuesOf(variants: readonly Variant[], name: string): unknown[] {
  return variants.map(({ inputs }) => inputs.get(name))
}
