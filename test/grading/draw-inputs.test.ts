import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesOf, type Value } from '../../src/engine/tensor.js'
import { createInputDraw, type InputSample, type Words } from '../../src/grading/draw-inputs.js'
import { wordsOf } from '../../src/grading/variants.js'
import { compile, graph } from '../support/engine.js'
import type { Samples } from '../support/variants.js'

/** Inputs w, v (a vector) and m (a matrix), in this order. */
const { graph: compiled } = compile(
  graph({ w: 1, v: [0, 0], m: [[0], [0], [0]] }, { J: 'w + sum(v) + sum(sum(m))' }),
)

function inputDraw(samples: Samples): (words: Words) => Map<string, Value> {
  return createInputDraw(compiled, new Map(Object.entries(samples)))
}

function drawn(sample: InputSample, count: number, seed = 1): number[] {
  const [draw, source] = [inputDraw({ w: sample }), wordsOf(seed)]
  return Array.from({ length: count }, () => draw(source).get('w') as number)
}

/** Words from a list, which must not run out. */
function scripted(...list: readonly number[]): Words {
  let next = 0
  return () => {
    const word = list[next++]
    if (word === undefined) throw new Error('no word is left')
    return word
  }
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

/** How often each value comes, in order of the values. */
function counts(values: readonly number[]): number[] {
  return distinct(values).map(value => values.filter(other => other === value).length)
}

describe('drawing inputs', () => {
  it('draws every integer of a range about equally often, those excluded never', () => {
    const values = drawn({ integer: [-3, 4], exclude: [0, 4, 2, 0, 99] }, 5000)
    expect(distinct(values)).toEqual([-3, -2, -1, 1, 3])
    for (const count of counts(values)) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  it('draws both ends of a decimal range, and the double nearest to each decimal between', () => {
    const values = drawn({ uniform: [-0.3, 0.3], decimals: 1 }, 700)
    expect(distinct(values)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])
    expect(values.some(value => Object.is(value, -0))).toBe(false)
    for (const count of counts(values)) expect(Math.abs(count - 100)).toBeLessThan(40)
  })

  it.each([
    [{ uniform: [0.25, 0.55], decimals: 1 }, [0.3, 0.4, 0.5]],
    [{ uniform: [-0.55, -0.25], decimals: 1 }, [-0.5, -0.4, -0.3]],
    [{ uniform: [-0.15, 0.15], decimals: 1 }, [-0.1, 0, 0.1]],
    [{ uniform: [1e21, 1e21], decimals: 6 }, [1e21]],
    [{ uniform: [0.12, 0.14], decimals: 1 }, [0.12]],
    [{ uniform: [2, 4.9], decimals: 0 }, [2, 3, 4]],
    [{ choice: [2.5, -1, 2.5] }, [-1, 2.5]],
    [{ choice: [7] }, [7]],
    [{ integer: [-2, -2] }, [-2]],
  ] satisfies [InputSample, number[]][])('draws from %j no number but %j', (sample, expected) => {
    expect(distinct(drawn(sample, 200))).toEqual(expected)
  })

  it('draws anew where a word would favour some numbers', () => {
    const draw = inputDraw({ w: { integer: [0, 2] } })
    expect(draw(scripted(0xffffffff, 4)).get('w')).toBe(1)
    expect(draw(scripted(0xfffffffe)).get('w')).toBe(2)
  })

  it('takes two words where a range is wider than one, and reaches both of its ends', () => {
    const [low, high] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    const draw = inputDraw({ w: { integer: [low, high], exclude: [low] } })
    expect(draw(scripted(0, 0)).get('w')).toBe(low + 1)
    // 2⁵⁴ − 2 numbers are left.
    expect(draw(scripted(2 ** 22 - 1, 2 ** 32 - 3)).get('w')).toBe(high)
    expect(distinct(drawn({ uniform: [-1e300, 1e300], decimals: 6 }, 50)).length).toBe(50)
  })

  it('draws each entry by itself, in the order of inputs and rows, and uses no word for what has no sample', () => {
    const word = { integer: [0, 2 ** 32 - 1] } as const
    expect([...inputDraw({ w: word, v: word, m: word })(scripted(1, 2, 3, 4, 5, 6))]).toEqual([
      ['w', 1],
      ['v', [2, 3]],
      ['m', [[4], [5], [6]]],
    ])
    expect([...inputDraw({ m: word })(scripted(7, 8, 9))]).toEqual([
      ['w', 1],
      ['v', [0, 0]],
      ['m', [[7], [8], [9]]],
    ])
  })

  it('draws for ever what it has drawn once', () => {
    const draw = inputDraw({
      w: { integer: [-5, 5], exclude: [0] },
      v: { uniform: [-2, 2], decimals: 2 },
      m: { choice: [1, 2, 4, 8] },
    })
    const source = wordsOf(2026)
    expect(Array.from({ length: 3 }, () => Object.fromEntries(draw(source)))).toEqual([
      { w: 3, v: [0.77, 1.6], m: [[4], [2], [2]] },
      { w: -4, v: [1.76, -0.29], m: [[1], [4], [8]] },
      { w: 5, v: [-1.6, -0.36], m: [[8], [1], [2]] },
    ])
  })

  it('never leaves what the sample allows, and is a function of the words alone', () => {
    const range = fc
      .tuple(fc.integer({ min: -40, max: 40 }), fc.nat({ max: 30 }))
      .map(([low, length]) => [low, low + length] as const)
    const samples = fc.oneof(
      fc
        .record({ integer: range, exclude: fc.array(fc.integer({ min: -40, max: 70 }), { maxLength: 9 }) })
        .filter(
          ({ integer: [low, high], exclude }) =>
            new Set(exclude.filter(x => low <= x && x <= high)).size <= high - low,
        ),
      fc.record({ choice: fc.array(fc.integer(), { minLength: 1, maxLength: 5 }) }),
      fc.record({ uniform: range, decimals: fc.nat({ max: 6 }) }),
    )
    const allows = (sample: InputSample, value: number): boolean => {
      if ('choice' in sample) return sample.choice.includes(value)
      const [low, high] = 'integer' in sample ? sample.integer : sample.uniform
      if (value < low || value > high) return false
      if ('integer' in sample) return Number.isInteger(value) && sample.exclude?.includes(value) !== true
      return value === Number(value.toFixed(sample.decimals))
    }
    fc.assert(
      fc.property(samples, fc.integer({ min: 1 }), (sample, seed) => {
        const draw = inputDraw({ w: sample, v: sample, m: sample })
        const first = draw(wordsOf(seed))
        expect([...first.values()].flatMap(entriesOf).every(value => allows(sample, value))).toBe(true)
        draw(wordsOf(seed + 1))
        expect(draw(wordsOf(seed))).toEqual(first)
      }),
    )
  })
})
