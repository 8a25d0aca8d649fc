/**
 * Numbers that look random and follow from a seed: xoshiro128** 1.1 by Blackman and Vigna (public domain), seeded
 * through splitmix32. The same seed gives the same numbers on every machine and for ever.
 */

/** The next number from 0 (included) to 1 (excluded), a multiple of 2⁻³². */
export type RandomNumbers = () => number

/** A generator of its own for a seed, of which the low 32 bits count. */
export function createRandomNumbers(seed: number): RandomNumbers {
  const next = splitmix32(seed)
  const word = xoshiro128([next(), next(), next(), next()])
  return () => word() / 2 ** 32
}

/** The next 32 bits from a state of four words, not all 0. */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function splitmix32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}
