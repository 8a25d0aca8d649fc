import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { explainBox } from '../../src/engine/explain.js'
import { createSymbolics, symbolicForm } from '../../src/engine/symbolic.js'
import type { Value } from '../../src/engine/tensor.js'
import { compile, evaluate, graph, plenty } from '../support/engine.js'
import { createExplainer, linesOf, stepsOf } from '../support/explained.js'
import {
  BUILT_IN_GRAPHS,
  FAN_OUT,
  LAB_NETWORK_0,
  LAB_NETWORK_1,
  LINEAR_REGRESSION,
  TWO_LAYER_NETWORK,
} from '../support/lab-graphs.js'

const WEIGHTS = [
  [1, 2],
  [3, 4],
]

describe('lab-network0 is explained as the notebook does', () => {
  test.each<[string, string[]]>([
    ['a', ['definition: a = 2 + 3*w', 'substitution: a = 2 + 3·3', 'result: a = 11']],
    ['J', ['definition: J = a^2', 'substitution: J = 11^2', 'result: J = 121']],
    [
      'dJ_da',
      [
        'nudge: Add ε = 0.001 to a: a_ε = 11.001, and J = 121 becomes J_ε = 121.022001',
        'quotient: ∂J/∂a ≈ (J_ε − J)/ε = 22.000999999988835',
        'symbolic: ∂J/∂a = 2*a',
        'numbers: ∂J/∂a = 2·11 = 22',
      ],
    ],
    [
      'da_dw',
      [
        'nudge: Add ε = 0.001 to w: w_ε = 3.001, and a = 11 becomes a_ε = 11.003',
        'quotient: ∂a/∂w ≈ (a_ε − a)/ε = 3.0000000000001137',
        'symbolic: ∂a/∂w = 3',
      ],
    ],
    [
      'dJ_dw',
      [
        'nudge: Add ε = 0.001 to w and compute all that follows again: w_ε = 3.001, and J = 121 becomes J_ε = 121.066009',
        'quotient: ∂J/∂w ≈ (J_ε − J)/ε = 66.0090000000082',
        'words: When w changes by a little (ε), a changes by 3 times that, and J by 22 times that; so J changes by 66 times ε',
        'chain-rule: ∂J/∂w = ∂a/∂w · ∂J/∂a',
        'symbolic: ∂J/∂w = 3 · 2*a = 6*a',
        'numbers: ∂J/∂w = ∂a/∂w · ∂J/∂a = 3 · 22 = 66',
      ],
    ],
  ])('%s', (id, expected) => {
    expect(linesOf(LAB_NETWORK_0, id)).toEqual(expected)
  })

  test('in TeX too', () => {
    expect(stepsOf(LAB_NETWORK_0, 'dJ_dw').map(step => step.tex)).toEqual([
      '\\text{Add }\\varepsilon = 0.001\\text{ to }w\\text{ and compute all that follows again}\\text{: }w_{\\varepsilon} = 3.001\\text{, and }J = 121\\text{ becomes }J_{\\varepsilon} = 121.066009',
      '\\frac{\\partial J}{\\partial w} \\approx \\frac{J_{\\varepsilon} - J}{\\varepsilon} = 66.0090000000082',
      '\\text{When }w\\text{ changes by a little (}\\varepsilon\\text{), }a\\text{ changes by }3\\text{ times that, and }J\\text{ by }22\\text{ times that; so }J\\text{ changes by }66\\text{ times }\\varepsilon',
      '\\frac{\\partial J}{\\partial w} = \\frac{\\partial a}{\\partial w} \\cdot \\frac{\\partial J}{\\partial a}',
      '\\frac{\\partial J}{\\partial w} = 3 \\cdot 2 a = 6 a',
      '\\frac{\\partial J}{\\partial w} = \\frac{\\partial a}{\\partial w} \\cdot \\frac{\\partial J}{\\partial a} = 3 \\cdot 22 = 66',
    ])
  })
})

describe('lab-network1', () => {
  test.each<[string, string[]]>([
    ['c', ['definition: c = w*x', 'substitution: c = (−2)·2', 'result: c = −4']],
    ['d', ['definition: d = a − y', 'substitution: d = 4 − 1', 'result: d = 3']],
    [
      'dJ_dd',
      [
        'nudge: Add ε = 0.001 to d: d_ε = 3.001, and J = 4.5 becomes J_ε = 4.5030005',
        'quotient: ∂J/∂d ≈ (J_ε − J)/ε = 3.0004999999997395',
        'symbolic: ∂J/∂d = d',
        'numbers: ∂J/∂d = 3',
      ],
    ],
    [
      'dd_da',
      [
        'nudge: Add ε = 0.001 to a: a_ε = 4.001, and d = 3 becomes d_ε = 3.001',
        'quotient: ∂d/∂a ≈ (d_ε − d)/ε = 1.000000000000334',
        'symbolic: ∂d/∂a = 1',
      ],
    ],
    [
      'dJ_da',
      [
        'nudge: Add ε = 0.001 to a and compute all that follows again: a_ε = 4.001, and J = 4.5 becomes J_ε = 4.5030005',
        'quotient: ∂J/∂a ≈ (J_ε − J)/ε = 3.0005000000006277',
        'words: When a changes by a little (ε), d changes by 1 times that, and J by 3 times that; so J changes by 3 times ε',
        'chain-rule: ∂J/∂a = ∂d/∂a · ∂J/∂d',
        'symbolic: ∂J/∂a = 1 · d = d',
        'numbers: ∂J/∂a = ∂d/∂a · ∂J/∂d = 1 · 3 = 3',
      ],
    ],
    [
      'dJ_dw',
      [
        'nudge: Add ε = 0.001 to w and compute all that follows again: w_ε = −1.999, and J = 4.5 becomes J_ε = 4.506002',
        'quotient: ∂J/∂w ≈ (J_ε − J)/ε = 6.001999999999619',
        'words: When w changes by a little (ε), c changes by 2 times that, and J by 3 times that; so J changes by 6 times ε',
        'chain-rule: ∂J/∂w = ∂c/∂w · ∂J/∂c',
        'symbolic: ∂J/∂w = x · d = x*d',
        'numbers: ∂J/∂w = ∂c/∂w · ∂J/∂c = 2 · 3 = 6',
      ],
    ],
  ])('%s', (id, expected) => {
    expect(linesOf(LAB_NETWORK_1, id)).toEqual(expected)
  })
})

describe('with fan-out', () => {
  test('a gradient is the sum over all ways, in words, symbols and numbers', () => {
    expect(linesOf(FAN_OUT, 'dJ_du')).toEqual([
      'nudge: Add ε = 0.001 to u and compute all that follows again: u_ε = 6.001, and J = 34 becomes J_ε = 34.009001',
      'quotient: ∂J/∂u ≈ (J_ε − J)/ε = 9.001000000004922',
      'words: u is used by 2 nodes: when it changes by a little (ε), J changes through each of them',
      'path: Through v: v changes by −1 times ε, and J by −4 times that, so J by 4 times ε',
      'path: Directly: J changes by 5 times ε',
      'words: In all J changes by 4 + 5 = 9 times ε',
      'chain-rule: ∂J/∂u = ∂v/∂u · ∂J/∂v + ∂J/∂u (direct)',
      'symbolic: ∂J/∂u = b · 2*v + 5 = 2*b*v + 5',
      'numbers: ∂J/∂u = (−1) · (−4) + 5 = 4 + 5 = 9',
    ])
  })

  test('the direct derivative of the output is told from the total one', () => {
    expect(linesOf(FAN_OUT, 'local_dJ_du')).toEqual([
      'nudge: Add ε = 0.001 to u in the formula of J alone: u_ε = 6.001, and J = 34 becomes J_ε = 34.005',
      'quotient: ∂J/∂u (direct) ≈ (J_ε − J)/ε = 5.000000000002558',
      'symbolic: ∂J/∂u (direct) = 5',
    ])
    expect(stepsOf(FAN_OUT, 'local_dJ_du').at(-1)?.tex).toBe(
      '\\left.\\frac{\\partial J}{\\partial u}\\right|_{\\text{direct}} = 5',
    )
  })

  test('a long way is one factor, the gradient of the consumer', () => {
    expect(linesOf(FAN_OUT, 'dJ_dw').slice(2)).toEqual([
      'words: When w changes by a little (ε), u changes by 3 times that, and J by 9 times that; so J changes by 27 times ε',
      'chain-rule: ∂J/∂w = ∂u/∂w · ∂J/∂u',
      'symbolic: ∂J/∂w = x · (2*b*v + 5) = x*(2*b*v + 5)',
      'numbers: ∂J/∂w = ∂u/∂w · ∂J/∂u = 3 · 9 = 27',
    ])
  })
})

describe('a forward box', () => {
  test('of a node that names another value says its value once', () => {
    expect(linesOf(graph({ w: 3 }, { a: 'w', J: 'a^2' }), 'a')).toEqual([
      'definition: a = w',
      'result: a = 3',
    ])
  })

  test('of a constant', () => {
    const definition = graph({ w: 3 }, { a: '2*3 + 1', k: '5', J: 'a*k*w' })
    expect(linesOf(definition, 'a')).toEqual(['definition: a = 2*3 + 1', 'result: a = 7'])
    expect(linesOf(definition, 'k')).toEqual(['result: k = 5'])
  })

  test('says where numbers are rounded', () => {
    expect(linesOf(graph({ w: 3 }, { a: '1/w', J: '2*a' }), 'J')).toEqual([
      'definition: J = 2*a',
      'substitution: J ≈ 2·0.33333333',
      'result: J ≈ 0.6666666666666666',
    ])
  })

  test('does not say twice what looks the same in TeX', () => {
    const definition = graph({ w: 1e150 }, { a: '2*w', J: 'a + w' })
    expect(stepsOf(definition, 'a').map(step => step.tex)).toEqual(['a = 2 w', 'a = 2 \\cdot 10^{150}'])
    const [last] = stepsOf(graph({ w: 1e150 }, { a: 'w^2/1e200', J: 'a + w' }), 'local_dJ_dw').slice(-1)
    expect(last?.text).toBe('∂J/∂w (direct) = 1')
    const slope = graph({ w: 1e150 }, { a: 'w^2', J: 'a/1e160' }, {})
    expect(stepsOf(slope, 'da_dw').at(-1)).toMatchObject({
      text: '∂a/∂w = 2e150',
      tex: '\\frac{\\partial a}{\\partial w} = 2 \\cdot 10^{150}',
    })
  })

  test('without the noise of doubles', () => {
    expect(linesOf(graph({ w: 0.1 }, { J: 'w + 0.2' }), 'J').at(-1)).toBe('result: J = 0.3')
  })

  test('of a node that the output does not depend on', () => {
    const definition = graph({ w: 3 }, { spare: 'w^2', J: '2*w' })
    expect(linesOf(definition, 'spare').at(-1)).toBe('result: spare = 9')
    expect(linesOf(definition, 'dspare_dw').at(-1)).toBe('numbers: ∂spare/∂w = 2·3 = 6')
  })
})

describe('by arithmetic', () => {
  test('what leaves the domain is left out, with the reason', () => {
    const definition = graph({ w_0: 0.9995 }, { a: 'asin(w_0)', J: '2*a' })
    const [first] = stepsOf(definition, 'da_dw_0')
    expect(first).toEqual({
      kind: 'nudge',
      text: 'The check by arithmetic is left out: w_0 + 0.001 leaves the domain',
      tex: '\\text{The check by arithmetic is left out: }\\text{w\\_0 + 0.001 leaves the domain}',
    })
    expect(linesOf(definition, 'da_dw_0').map(line => line.split(':')[0])).toEqual([
      'nudge',
      'symbolic',
      'numbers',
    ])
  })

  test('a change that cancels the value shows no digit of noise', () => {
    const [nudge] = linesOf(graph({ w: 6 }, { a: 'w - 2 - 4', J: 'a^2 + a' }), 'da_dw')
    expect(nudge).toBe('nudge: Add ε = 0.001 to w: w_ε = 6.001, and a = 0 becomes a_ε = 0.001')
    const [back] = linesOf(graph({ w: -0.001 }, { a: '3*w', J: 'a^2' }), 'da_dw')
    expect(back).toBe('nudge: Add ε = 0.001 to w: w_ε = 0, and a = −0.003 becomes a_ε = 0')
  })

  test('what is left out says why in one breath', () => {
    const { graph: compiled } = compile(LAB_NETWORK_0)
    const box = compiled.boxes.get('da_dw')
    if (box === undefined) throw new Error('no box')
    const [first] = explainBox(compiled, evaluate(compiled), box, {
      symbolics: createSymbolics(compiled, plenty()),
      differences: { epsilon: 0.001, reason: { kind: 'work' } },
    })
    expect(first?.text).toBe('The check by arithmetic is left out: it would take too much work')
  })

  test('the formula alone changes where the operand has other ways into it, used or not', () => {
    const definition = graph({ w: 2 }, { a: 'w', u: 'w^2', v: 'u + w', J: 'a' })
    expect(linesOf(definition, 'dv_dw')[0]).toBe(
      'nudge: Add ε = 0.001 to w in the formula of v alone: w_ε = 2.001, and v = 6 becomes v_ε = 6.001',
    )
    expect(linesOf(definition, 'du_dw')[0]).toBe(
      'nudge: Add ε = 0.001 to w: w_ε = 2.001, and u = 4 becomes u_ε = 4.004001',
    )
  })

  test('a nudged value never bears the name of another', () => {
    const definition = graph({ w: 2 }, { w_ε: '5*w', J: 'w_ε + w' })
    expect(linesOf(definition, 'dw_ε_dw').slice(0, 2)).toEqual([
      'nudge: Add ε = 0.001 to w: w′ = 2.001, and w_ε = 10 becomes w_ε′ = 10.005',
      'quotient: ∂w_ε/∂w ≈ (w_ε′ − w_ε)/ε = 4.999999999999005',
    ])
    const spelled = graph({ w: 2 }, { w_varepsilon: '5*w', a: 'w^2', J: 'w_varepsilon + a' })
    expect(stepsOf(spelled, 'da_dw')[1]?.tex).toContain("\\frac{a' - a}{")
  })

  test('nothing is shown where no differences are given', () => {
    const { graph: compiled } = compile(LAB_NETWORK_0)
    const box = compiled.boxes.get('da_dw')
    if (box === undefined) throw new Error('no box')
    const steps = explainBox(compiled, evaluate(compiled), box, {
      symbolics: createSymbolics(compiled, plenty()),
    })
    expect(steps.map(step => step.text)).toEqual(['∂a/∂w = 3'])
  })
})

describe('on a kink', () => {
  const definition = graph({ z: 0 }, { r: 'relu(z)', J: '3*r' })

  test('a local derivative says which slope is taken and which are right', () => {
    const lines = linesOf(definition, 'dr_dz')
    expect(lines[1]).toBe('quotient: ∂r/∂z ≈ (r_ε − r)/ε = 1')
    expect(lines[2]).toBe(
      'convention: The values sit on a kink of r, where the slope jumps: any value from 0 to 1 is right, and 0 is taken by convention',
    )
    expect(lines.at(-1)).toMatch(/ = 0$/)
  })

  test('a gradient names the nodes on its way alone', () => {
    const wider = graph({ z: 0, v: 0 }, { r: 'relu(z)', q: 'abs(v)', J: '3*r + 2*q' })
    expect(linesOf(wider, 'dJ_dz')[2]).toBe(
      'convention: The values sit on a kink of r, where the slope jumps: any value from 0 to 3 is right, and 0 is taken by convention',
    )
    expect(linesOf(wider, 'dJ_dv')[2]).toContain('a kink of q, where the slope jumps: any value from −2 to 2')
  })

  test('the own kink of what is derived by has no part in the gradient', () => {
    const own = graph({ w: 0, v: 0 }, { a: 'relu(w)', b: 'abs(a) + max(w, v)', J: 'a*2 + b' })
    expect(linesOf(own, 'dJ_da')[2]).toContain('on a kink of b, where')
    expect(linesOf(own, 'dJ_dw')[2]).toContain('on a kink of a, b, where')
  })

  test('a node that leads nowhere has no part in it either', () => {
    const spare = graph({ w: 0 }, { a: 'relu(w)', spare: 'abs(w)', J: '2*a' })
    expect(linesOf(spare, 'dJ_dw')[2]).toContain('on a kink of a, where')
  })

  test('in an array it is said where, and how many more there are', () => {
    const convention = (z: Value): string | undefined =>
      linesOf(graph({ z }, { r: 'relu(z)', J: 'sum(r)' }), 'dr_dz')[2]
    const before =
      'convention: The values sit on a kink of r, where the slope jumps: any value from 0 to 1 is right'
    expect(convention([0, 1])).toBe(`${before} in entry 1, and 0 is taken by convention`)
    expect(convention([0, 0])).toBe(
      `${before} in entry 1, and 0 is taken by convention; 1 more entry has a range of its own`,
    )
    const matrix = [
      [1, 0, 3],
      [0, 5, 0],
    ]
    expect(convention(matrix)).toBe(
      `${before} in row 1, entry 2, and 0 is taken by convention; 2 more entries have ranges of their own`,
    )
  })

  test('a derivative that the kink does not touch says nothing of it', () => {
    expect(linesOf(definition, 'dJ_dr').join('\n')).not.toContain('kink')
  })
})

describe('a derivative by data', () => {
  test('is explained like one by a parameter', () => {
    expect(linesOf(LAB_NETWORK_1, 'dJ_dy').slice(2)).toEqual([
      'words: When y changes by a little (ε), d changes by −1 times that, and J by 3 times that; so J changes by −3 times ε',
      'chain-rule: ∂J/∂y = ∂d/∂y · ∂J/∂d',
      'symbolic: ∂J/∂y = (−1) · d = −d',
      'numbers: ∂J/∂y = ∂d/∂y · ∂J/∂d = (−1) · 3 = −3',
    ])
  })

  test('that does not exist is explained by that', () => {
    const definition = graph({ w: 3 }, { a: 'sqrt(x)*w', J: 'a^2 + a' }, { data: { x: 0 } })
    expect(linesOf(definition, 'da_dx')).toEqual(['words: ∂a/∂x has no finite value here'])
  })
})

describe('what is long is cut short', () => {
  const names = Array.from({ length: 300 }, (_, index) => `w${String(index)}`)
  const parameters = Object.fromEntries(names.map(name => [name, 1]))
  const longest = (definition: GraphDefinition, id: string): number =>
    Math.max(...stepsOf(definition, id).map(step => step.text.length))

  test('a sum or product of many terms', () => {
    expect(linesOf(graph(parameters, { J: names.join(' + ') }), 'J')).toEqual([
      'definition: J = w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7 + w8 + w9 + w10 + … + w299',
      'substitution: J = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + … + 1',
      'result: J = 300',
    ])
    expect(linesOf(graph(parameters, { J: names.join('*') }), 'J')[0]).toBe(
      'definition: J = w0*w1*w2*w3*w4*w5*w6*w7*w8*w9*w10*…*w299',
    )
    expect(stepsOf(graph(parameters, { J: names.join(' - ') }), 'J')[0]?.tex).toBe(
      'J = w_{0}-w_{1}-w_{2}-w_{3}-w_{4}-w_{5}-w_{6}-w_{7}-w_{8}-w_{9}-w_{10}+\\dots-w_{299}',
    )
  })

  test('a formula of another form', () => {
    const nested = names.reduce((inner, name) => `sin(${inner}*${name})`, '1').slice(0, 9000)
    const depth = names.slice(0, 60).reduce((inner, name) => `sin(${inner}*${name})`, '1')
    expect(nested.length).toBeGreaterThan(depth.length)
    const lines = linesOf(graph(parameters, { J: depth }), 'J')
    expect(lines[0]).toBe('definition: The formula of J has 120 operations: too long to write out here')
    expect(lines).toHaveLength(2)
    expect(longest(graph(parameters, { J: depth }), 'dJ_dw0')).toBeLessThan(500)
  })

  test('a sum over many consumers', () => {
    const many = Array.from({ length: 300 }, (_, index) => `n${String(index)}`)
    const definition = graph(
      { w: 1 },
      { ...Object.fromEntries(many.map((name, index) => [name, `${String(index)}*w`])), J: many.join(' + ') },
    )
    const lines = linesOf(definition, 'dJ_dw')
    expect(lines).toContain(
      'words: w is used by 300 nodes: when it changes by a little (ε), J changes through each of them',
    )
    expect(lines).toContain('path: … and in the same way through 288 more nodes')
    expect(lines.at(-1)).toMatch(/^numbers: ∂J\/∂w = 0 · 1 \+ 1 · 1 \+ .* \+ … \+ 299 · 1 = 44850$/)
    expect(lines.length).toBeLessThan(25)
    expect(longest(definition, 'dJ_dw')).toBeLessThan(600)
  })
})

describe('a formula in a step agrees with the one that a solution shows', () => {
  const definition = graph(
    { W: WEIGHTS, b: [0.5, 0.25], s: 2 },
    { z: 'matmul(W, x) + b', a: 's*sigmoid(z)', J: 'sum(a^2)/2' },
    { data: { x: [1, -1] } },
  )

  test.each<[string, GraphDefinition]>([['a layer', definition], ...Object.entries(BUILT_IN_GRAPHS)])(
    'forward and local boxes of %s',
    (_name, source) => {
      const { graph: compiled } = compile(source)
      const symbolics = createSymbolics(compiled, plenty())
      const explain = createExplainer(compiled, evaluate(compiled))
      let compared = 0
      for (const box of compiled.boxes.values()) {
        const form = box.kind === 'gradient' ? undefined : symbolicForm(compiled, symbolics, box)
        const shown = explain(box).find(({ kind }) => kind === 'definition' || kind === 'symbolic')
        if (form === undefined || shown === undefined) continue
        expect(shown.tex.endsWith(` = ${form.tex}`), `${shown.tex} ends in ${form.tex}`).toBe(true)
        compared += 1
      }
      expect(compared).toBeGreaterThan(2)
    },
  )

  test('products of arrays have a sign of their own', () => {
    const symbolic = (id: string): string | undefined =>
      stepsOf(definition, id).find(step => step.kind === 'symbolic')?.tex
    expect(symbolic('da_dz')).toBe(
      '\\frac{\\partial a}{\\partial z} = s \\sigma\\left(z\\right) \\odot \\left(1-\\sigma\\left(z\\right)\\right)',
    )
    expect(symbolic('dJ_dz')).toMatch(/ \\odot \\frac\{\\partial J\}\{\\partial a\}$/)
  })
})

describe('arrays', () => {
  test('forward: shapes in words, an entry as an example, the result', () => {
    expect(linesOf(LINEAR_REGRESSION, 'u')).toEqual([
      'definition: u = matmul(X, w)',
      'words: X is a 4 by 2 matrix, w is a vector of 2; so u is a vector of 4',
      'result: u = [−1, 2, −1, 4]',
    ])
    expect(linesOf(LINEAR_REGRESSION, 'r')).toEqual([
      'definition: r = p − y',
      'words: p is a vector of 4, y is a vector of 4; so r is a vector of 4',
      'substitution: Entry by entry; in the first: 1 − 0 = 1',
      'result: r = [1, 1, −2, 2]',
    ])
  })

  test('a gradient through entries of their own is a product entry by entry', () => {
    const lines = linesOf(LINEAR_REGRESSION, 'dJ_dp')
    expect(lines).toContain('chain-rule: ∂J/∂p = ∂r/∂p ⊙ ∂J/∂r')
    expect(lines.at(-1)).toBe('numbers: ∂J/∂p = [1, 1, 1, 1] ⊙ [0.5, 0.5, −1, 1] = [0.5, 0.5, −1, 1]')
  })

  test('a gradient through entries that mix is a vector-Jacobian product', () => {
    const lines = linesOf(LINEAR_REGRESSION, 'dJ_dw')
    expect(lines[0]).toBe(
      'nudge: One at a time, add ε = 0.001 to each entry of w and compute all that follows again',
    )
    expect(lines).toContain('chain-rule: ∂J/∂w = Σ_i ∂u_i/∂w · ∂J/∂u_i')
    expect(lines.at(-1)).toBe('numbers: ∂J/∂w = [4.5, −1]')
  })

  test('a number that is broadcast collects what comes back from all entries', () => {
    const lines = linesOf(LINEAR_REGRESSION, 'dJ_db')
    expect(lines).toContain(
      'path: Through p: b acts on many entries of p; what ∂J/∂p passes back from each of them is added up (the vector-Jacobian product)',
    )
    expect(lines.at(-1)).toBe('numbers: ∂J/∂b = 1')
  })

  test("the gradient of a layer's weights is an outer product", () => {
    expect(linesOf(TWO_LAYER_NETWORK, 'dL_dW2').slice(2)).toEqual([
      'path: Through z2: one entry of W2 may act on many entries of z2; what ∂L/∂z2 passes back from each of them is added up (the vector-Jacobian product)',
      'chain-rule: ∂L/∂W2 = Σ_i ∂z2_i/∂W2 · ∂L/∂z2_i',
      'symbolic: ∂L/∂W2 = ∂L/∂z2 ⊗ h',
      'numbers: ∂L/∂W2 ≈ [0.24472847, −0.33475904, 0.090030573] ⊗ [2, 1, 0] ≈ [[0.4894569421095953, 0.24472847105479764, 0], [−0.6695180884503562, −0.3347590442251781, 0], [0.18006114634076087, 0.09003057317038043, 0]]',
    ])
    const definition: GraphDefinition = {
      inputs: [
        { name: 'v', role: 'data', value: [1, -1] },
        {
          name: 'W',
          role: 'parameter',
          value: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
      nodes: [
        { name: 'u', expression: 'matmul(relu(v), W) + 1' },
        { name: 'J', expression: 'sum(u^2)' },
      ],
      output: 'J',
    }
    expect(linesOf(definition, 'dJ_dW').slice(-2)).toEqual([
      'symbolic: ∂J/∂W = (relu(v)) ⊗ ∂J/∂u',
      'numbers: ∂J/∂W = [[4, 6], [0, 0]]',
    ])
    expect(stepsOf(definition, 'dJ_dW').at(-2)?.tex).toBe(
      '\\frac{\\partial J}{\\partial W} = \\left(\\operatorname{relu}\\left(v\\right)\\right) \\, \\left(\\frac{\\partial J}{\\partial u}\\right)^{\\top}',
    )
  })

  test('an outer product is a column times a row in TeX', () => {
    const before = graph({ W: WEIGHTS }, { z: 'matmul(W, x)', J: 'sum(z)' }, { data: { x: [5, 6] } })
    const after = graph({ W: WEIGHTS }, { z: 'matmul(x, W)', J: 'sum(z)' }, { data: { x: [5, 6] } })
    expect(stepsOf(before, 'dJ_dW').at(-2)?.tex).toBe(
      '\\frac{\\partial J}{\\partial W} = \\frac{\\partial J}{\\partial z} \\, x^{\\top}',
    )
    expect(stepsOf(before, 'dJ_dW').at(-1)?.tex).toContain(
      ' = \\begin{bmatrix} 1 \\\\ 1 \\end{bmatrix} \\, \\begin{bmatrix} 5 & 6 \\end{bmatrix} = ',
    )
    expect(stepsOf(after, 'dJ_dW').at(-1)?.tex).toContain(
      ' = \\begin{bmatrix} 5 \\\\ 6 \\end{bmatrix} \\, \\begin{bmatrix} 1 & 1 \\end{bmatrix} = ',
    )
    expect(linesOf(after, 'dJ_dW').at(-1)).toBe('numbers: ∂J/∂W = [5, 6] ⊗ [1, 1] = [[5, 5], [6, 6]]')
  })

  test('a sum over the entries of a matrix runs over two indexes', () => {
    const definition = graph({ W: WEIGHTS }, { Z: 'matmul(W, X)', J: 'sum(Z)' }, { data: { X: WEIGHTS } })
    const rule = stepsOf(definition, 'dJ_dW').find(step => step.kind === 'chain-rule')
    expect(rule?.text).toBe('∂J/∂W = Σ_ij ∂Z_ij/∂W · ∂J/∂Z_ij')
    expect(rule?.tex).toBe(
      '\\frac{\\partial J}{\\partial W} = \\sum_{ij} \\frac{\\partial Z_{ij}}{\\partial W} \\cdot \\frac{\\partial J}{\\partial Z_{ij}}',
    )
  })

  test('the direct derivative of the output has one name in all steps', () => {
    const definition = graph({ u: [1, 2] }, { v: '2*u', z: '3*v', J: 'sum(v*z)' })
    const lines = linesOf(definition, 'local_dJ_dv')
    expect(lines).toContain('words: ∂J/∂v (direct) has one entry for each entry of v')
    expect(lines.filter(line => /∂J\/∂v(?! \(direct\))/.test(line))).toEqual([])
  })

  test('numbers are put in for all names of a formula or for none', () => {
    const definition = graph({ k: [1, 2], m: 2 }, { n: 'sum(k*m) + m^2', J: 'n^2' })
    expect(linesOf(definition, 'dn_dm').slice(-2)).toEqual([
      'symbolic: ∂n/∂m = sum(k) + 2*m',
      'numbers: ∂n/∂m = 7',
    ])
    const apart = graph({ k: [1, 2], m: 2 }, { n: 'sum(k) + m^2', J: 'n^2' })
    expect(linesOf(apart, 'dn_dm').at(-1)).toBe('numbers: ∂n/∂m = 2·2 = 4')
  })

  test('a product of arrays has its own sign in TeX, also where the middle is left out', () => {
    const names = Array.from({ length: 300 }, (_, index) => `v${String(index)}`)
    const vectors = Object.fromEntries(names.map(name => [name, [1, 2]]))
    const steps = stepsOf(graph(vectors, { p: names.join('*'), J: 'sum(p)' }), 'p')
    const [definition, entry] = ['definition', 'substitution'].map(
      kind => steps.find(step => step.kind === kind)?.tex ?? '',
    )
    expect(definition).toContain('\\odot \\dots')
    expect(definition?.match(/\\odot/g)).toHaveLength(12)
    expect(entry).toContain('1 \\cdot 1')
    expect(entry).not.toContain('\\odot')
  })

  test('a local derivative has an entry for each entry', () => {
    expect(linesOf(TWO_LAYER_NETWORK, 'dh_dz1').at(-1)).toBe('numbers: ∂h/∂z1 = [1, 1, 0]')
    expect(linesOf(TWO_LAYER_NETWORK, 'dh_dz1')).toContain(
      'words: Each entry of z1 acts on its own entry of h alone: ∂h/∂z1 has one entry for each',
    )
  })
})
