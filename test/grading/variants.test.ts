import { describe, expect, it } from 'vitest'
import type { InputSample } from '../../src/grading/draw-inputs.js'
import { drawVariant, wordsOf } from '../../src/grading/variants.js'
import { graph } from '../support/engine.js'
import { BUILT_IN_GRAPHS, LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { prepare, valuesOf, variantsOf } from '../support/variants.js'

function integers(low: number, high: number, ...exclude: readonly number[]): InputSample {
  return { integer: [low, high], exclude }
}

const LAB_SAMPLES = {
  w: integers(-5, 5, 0),
  x: integers(-5, 5, 0),
  b: integers(-9, 9, 0),
  y: integers(-5, 5),
}

/** The faults that plain draws have, so that it is worth saying that variants have none. */
function plainFaults(prepared: ReturnType<typeof prepare>, count: number): Set<string> {
  const source = wordsOf(1)
  const looks = Array.from({ length: count }, () => prepared.look(prepared.draw(source)))
  return new Set(
    looks.flatMap(result =>
      result.ok
        ? Object.entries(result.look)
            .filter(([, names]) => names.length > 0)
            .map(([code]) => code)
        : ['missing'],
    ),
  )
}

describe('drawing a variant', () => {
  it('draws for ever what it has drawn once', () => {
    const variants = variantsOf(prepare(LAB_NETWORK_1, LAB_SAMPLES), 4)
    expect(variants.map(({ inputs }) => Object.fromEntries(inputs))).toEqual([
      { w: -1, x: 2, b: -9, y: 3 },
      { w: 4, x: -2, b: 3, y: 5 },
      { w: 2, x: -5, b: -1, y: -2 },
      { w: -3, x: -5, b: -6, y: 1 },
    ])
  })

  it('is a function of the words alone', () => {
    const [one, other] = [prepare(LAB_NETWORK_1, LAB_SAMPLES), prepare(LAB_NETWORK_1, LAB_SAMPLES)]
    variantsOf(one, 5)
    for (const seed of [1, 2, 3]) {
      expect(drawVariant(one, wordsOf(seed))).toEqual(drawVariant(other, wordsOf(seed)))
    }
  })

  it('draws many different variants', () => {
    const variants = variantsOf(prepare(LAB_NETWORK_1, LAB_SAMPLES), 200)
    expect(new Set(variants.map(({ inputs }) => JSON.stringify([...inputs]))).size).toBeGreaterThan(180)
    for (const [name, size] of [
      ['w', 10],
      ['x', 10],
      ['y', 11],
    ] as const) {
      expect(new Set(valuesOf(variants, name)).size).toBeGreaterThanOrEqual(size - 2)
    }
  })

  it.each([
    ['a missing value', 'missing', graph({ w: 3 }, { a: 'w + 1', J: 'ln(a)' }), { w: integers(-5, 5) }],
    [
      'a kink',
      'kink',
      graph({ w: 3, b: 1 }, { z: 'w + b', r: 'relu(z)', J: 'r^2 + 7' }),
      { w: integers(-3, 3), b: integers(-3, 3) },
    ],
    [
      'a kink of an array',
      'kink',
      graph({ w: [3, 1] }, { r: 'abs(w - 1)', J: 'sum(r*w)' }),
      { w: integers(-2, 2) },
    ],
    [
      'boxes that coincide by chance',
      'coincidence',
      graph({ w: 3, b: 1 }, { p: 'w*b', s: 'w + b', J: 'p*s' }),
      { w: integers(1, 4), b: integers(1, 4) },
    ],
    [
      'long decimals',
      'digits',
      graph({ w: 3, b: 1 }, { q: 'w/b', J: 'q^2' }),
      { w: integers(2, 9), b: integers(2, 9) },
    ],
    [
      'numbers that are large',
      'digits',
      graph({ w: 3 }, { a: 'w^3', J: 'a^2' }),
      { w: { choice: [2, 3, 10, 20] } },
    ],
    [
      'numbers behind exp that are large',
      'digits',
      graph({ w: 3 }, { a: 'exp(w)', J: 'a^2' }),
      { w: integers(-20, 20) },
    ],
    [
      'boxes that are 0 by chance',
      'zero',
      graph({ w: 3, b: 1 }, { z: 'w*b', r: 'relu(z)', J: '3*r + r^2' }),
      { w: integers(-3, 3, 0), b: integers(1, 3) },
    ],
  ] as const)('draws without %s where it can', (_what, code, definition, samples) => {
    const prepared = prepare(definition, samples)
    expect(plainFaults(prepared, 100)).toContain(code)
    for (const { faults } of variantsOf(prepared, 100)) expect(faults).toEqual([])
  })

  it('takes boxes that the graph makes equal, and only those, as a matter of course', () => {
    // d, dJ_dd, dJ_da, dJ_dc and dJ_db are one number; da_dc, da_db and dd_da are 1.
    for (const { faults, inputs } of variantsOf(prepare(LAB_NETWORK_1, LAB_SAMPLES), 100)) {
      expect(faults).toEqual([])
      const [w, x, b, y] = ['w', 'x', 'b', 'y'].map(name => inputs.get(name) as number) as [
        number,
        number,
        number,
        number,
      ]
      const d = w * x + b - y
      const told = [w * x, w * x + b, d, d ** 2 / 2, 1, x, d * x]
      expect(new Set(told).size).toBe(told.length)
    }
  })

  it('takes for equal what is within the tolerance', () => {
    const definition = graph({ w: 3 }, { a: 'w + 0.5', b: 'w + 0.7', J: 'a*b' }, { boxes: ['a', 'b'] })
    const samples = { w: integers(1, 9) }
    expect(variantsOf(prepare(definition, samples), 3).map(({ faults }) => faults)).toEqual([[], [], []])
    const wide = { toleranceOf: (id: string) => ({ absolute: id === 'a' ? 0.2 : 0 }) }
    for (const { faults } of variantsOf(prepare(definition, samples, wide), 3)) {
      expect(faults).toEqual([{ code: 'coincidence', names: ['a', 'b'] }])
    }
  })

  it('compares arrays of one shape as wholes', () => {
    const definition = graph({ v: [1, 2] }, { a: '2*v', b: 'v^2', J: 'sum(a*b)' }, { boxes: ['a', 'b'] })
    const prepared = prepare(definition, { v: { choice: [2, 3] } })
    expect(plainFaults(prepared, 100)).toContain('coincidence')
    const drawn = valuesOf(variantsOf(prepared, 100), 'v')
    expect(new Set(drawn.map(value => JSON.stringify(value)))).toEqual(new Set(['[2,3]', '[3,2]', '[3,3]']))
  })

  it('counts digits past the rounding of doubles', () => {
    const definition = graph({ w: 1 }, { a: 'w + 0.2', J: '3*a' }, { boxes: ['a'] })
    expect(0.1 + 0.2).not.toBe(0.3)
    expect(variantsOf(prepare(definition, { w: { choice: [0.1] } }), 1)[0]?.faults).toEqual([])
  })

  it('keeps numbers within the sizes that are short to write', () => {
    const prepared = prepare(graph({ w: 3 }, { J: 'w^2' }, { boxes: ['J'] }), {
      w: { choice: [0.001, 0.02, 3, 999, 1000] },
    })
    expect(new Set(valuesOf(variantsOf(prepared, 50), 'w'))).toEqual(new Set([0.02, 3, 999]))
  })

  it('does not count the digits behind exp, and so does not favour exp(0)', () => {
    const prepared = prepare(
      graph({ w: 3 }, { z: 'w + 1', a: 'exp(z)', J: '5*a' }, { boxes: ['z', 'a', 'J'] }),
      {
        w: integers(-4, 2),
      },
    )
    const drawn = variantsOf(prepared, 100)
    // At −1 the box z is 0, which is avoided.
    expect(new Set(valuesOf(drawn, 'w'))).toEqual(new Set([-4, -3, -2, 0, 1, 2]))
    expect(drawn.every(({ faults }) => faults.length === 0)).toBe(true)
  })

  it.each([
    ['kink', ['r'], graph({ w: 3 }, { r: 'relu(w)', J: 'r^2 + 2*w + 5' }), { w: { choice: [0] } }],
    [
      'coincidence',
      ['a', 'J'],
      graph({ w: 3 }, { a: 'w + 1', J: 'a^w' }, { boxes: ['a', 'J'] }),
      { w: { choice: [1] } },
    ],
    ['digits', ['J'], graph({ w: 3 }, { J: 'w/7' }, { boxes: ['J'] }), { w: integers(1, 3) }],
  ] as const)(
    'names what it cannot avoid, at once: %s',
    (code, names, definition, samples: Record<string, InputSample>) => {
      const [variant] = variantsOf(prepare(definition, samples), 1)
      expect(variant?.faults.find(fault => fault.code === code)?.names).toEqual(
        expect.arrayContaining([...names]),
      )
      expect(variant?.draws).toBe(1)
    },
  )

  it('puts up with the lesser fault where each draw has one', () => {
    // On the kink at 0, long decimals at 1: neither is in every draw.
    const definition = graph({ w: 3 }, { a: 'relu(w)', J: 'a/7 + 2*w' }, { boxes: ['J', 'da_dw'] })
    const prepared = prepare(definition, { w: { choice: [0, 1] } })
    for (const { inputs, faults, draws } of variantsOf(prepared, 20)) {
      expect(inputs.get('w')).toBe(1)
      expect(faults).toEqual([{ code: 'digits', names: ['J'] }])
      expect(draws).toBe(prepared.draws)
    }
  })

  it('draws nothing where no draw has a value in every box', () => {
    const prepared = prepare(graph({ w: 3 }, { J: 'ln(w)' }), { w: integers(-5, 0) })
    expect(drawVariant(prepared, wordsOf(1))).toBeUndefined()
  })

  it('does not mind a box that is always 0', () => {
    const [variant] = variantsOf(
      prepare(graph({ w: 3 }, { a: 'sign(w)', J: 'a + w^2' }), { w: integers(2, 5) }),
      1,
    )
    expect(variant).toMatchObject({ faults: [], draws: 1 })
  })

  it('does not look at the numbers of boxes that ask for an expression', () => {
    const definition = graph({ w: 3 }, { a: 'w/7', J: 'a^2' })
    const samples = { w: integers(1, 6) }
    expect(variantsOf(prepare(definition, samples), 1)[0]?.faults).not.toEqual([])
    const formulas = prepare(definition, samples, { asksExpression: () => true })
    expect(variantsOf(formulas, 1)[0]?.faults).toEqual([])
  })

  it('keeps the values of the definition where nothing is drawn', () => {
    for (const definition of Object.values(BUILT_IN_GRAPHS)) {
      const prepared = prepare(definition, {})
      expect(prepared.draws).toBe(1)
      const [variant] = variantsOf(prepared, 1)
      expect(Object.fromEntries(variant?.inputs ?? [])).toEqual(
        Object.fromEntries(definition.inputs.map(({ name, value }) => [name, value])),
      )
    }
  })

  it('takes few draws of a large graph', () => {
    const nodes = Array.from({ length: 1000 }, (_, index): [string, string] => [
      `n${String(index)}`,
      index === 0 ? 'w*x' : `n${String(index - 1)}/2 + x - b/4 + n${String(Math.max(0, index - 7))}/4`,
    ])
    const prepared = prepare(
      graph({ w: 3, b: 1 }, Object.fromEntries(nodes), { data: { x: 2 } }),
      LAB_SAMPLES,
    )
    expect(prepared.draws).toBeLessThan(12)
    expect(drawVariant(prepared, wordsOf(1))?.draws).toBeLessThan(12)
  })
})
