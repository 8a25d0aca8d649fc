/**
 * Inputs drawn at random (contract §1, `sample`), by exact arithmetic on integers: no bias, and no rounding but that
 * of a decimal to its nearest double.
 *
 * What given words draw never changes in later releases, for learners have seen it: a word is used for each number in
 * the order of the definition's inputs (several where the range is wider than a word), and drawn anew only where
 * dividing it would favour some numbers.
 */
import type { CompiledGraph } from '../engine/graph.js'
import { fromDouble } from '../engine/rational.js'
import { entryCount, SCALAR, shapeOfValue, valueOfEntries, type Value } from '../engine/tensor.js'

/** How an input's value, or each entry of it, is drawn (contract §1). Ends are included. */
export type InputSample =
  | { readonly integer: readonly [number, number]; readonly exclude?: readonly number[] | undefined }
  | { readonly choice: readonly number[] }
  | { readonly uniform: readonly [number, number]; readonly decimals: number }

/** The next 32 random bits, as an integer from 0 to 2³² − 1. */
export type Words = () => number

type Draw = (words: Words) => number

const WORD = 1n << 32n

/**
 * A way of drawing all inputs of a graph, by name and in the shapes of the definition. Every entry of an array is drawn
 * by itself; inputs without a sample keep the definition's value. A sample must leave a number to draw.
 */
export function createInputDraw(
  { inputs }: CompiledGraph,
  samples: ReadonlyMap<string, InputSample>,
): (words: Words) => Map<string, Value> {
  const draws = inputs.map(({ name, value }): ((words: Words) => readonly [string, Value]) => {
    const sample = samples.get(name)
    if (sample === undefined) return () => [name, value]
    const draw = numberDraw(sample)
    const shape = shapeOfValue(value) ?? SCALAR
    const length = entryCount(shape)
    return words => [
      name,
      valueOfEntries(
        shape,
        Array.from({ length }, () => draw(words)),
      ),
    ]
  })
  return words => new Map(draws.map(draw => draw(words)))
}

function numberDraw(sample: InputSample): Draw {
  if ('integer' in sample) return integerDraw(sample.integer, sample.exclude ?? [])
  if ('uniform' in sample) return decimalDraw(sample.uniform, sample.decimals)
  const { choice } = sample
  const place = integerBelow(BigInt(choice.length))
  return words => choice[Number(place(words))] ?? Number.NaN
}

/** Every integer from low to high but those excluded, equally often. */
function integerDraw([low, high]: readonly [number, number], exclude: readonly number[]): Draw {
  const excluded = [...new Set(exclude)].filter(value => low <= value && value <= high).sort((a, b) => a - b)
  const offset = integerBelow(BigInt(high) - BigInt(low) + 1n - BigInt(excluded.length))
  return words => {
    let value = Number(BigInt(low) + offset(words))
    for (const hole of excluded) if (value >= hole) value += 1
    return value
  }
}

/** Every decimal of so many places from low to high, equally often; low itself where there is none between them. */
function decimalDraw([low, high]: readonly [number, number], decimals: number): Draw {
  const first = -floorScaled(-low, decimals)
  const last = floorScaled(high, decimals)
  if (first > last) return () => low
  const offset = integerBelow(last - first + 1n)
  return words => Number(`${String(first + offset(words))}e-${String(decimals)}`)
}

/** ⌊value · 10^decimals⌋, the value taken as its shortest decimal. */
function floorScaled(value: number, decimals: number): bigint {
  const { numerator, denominator } = fromDouble(value)
  const scaled = numerator * 10n ** BigInt(decimals)
  const quotient = scaled / denominator
  return scaled < 0n && scaled % denominator !== 0n ? quotient - 1n : quotient
}

/** Every integer from 0 to count − 1, equally often: what is left over past the last whole multiple is drawn again. */
function integerBelow(count: bigint): (words: Words) => bigint {
  let wordsTaken = 1
  let span = WORD
  while (span < count) {
    span *= WORD
    wordsTaken += 1
  }
  const limit = span - (span % count)
  return words => {
    let drawn: bigint
    do {
      drawn = 0n
      for (let taken = 0; taken < wordsTaken; taken += 1) drawn = drawn * WORD + BigInt(words())
    } while (drawn >= limit)
    return drawn % count
  }
}
