import { describe, expect, test } from 'vitest'
import { finiteDifferences } from '../../src/engine/differences.js'
import { boxValue } from '../../src/engine/evaluate.js'
import type { Expression } from '../../src/engine/expression.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { formulaOf } from '../../src/engine/formula.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { createSymbolics, symbolicForm, type Symbolics } from '../../src/engine/symbolic.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compile, evaluate, graph, plenty } from '../support/engine.js'
import { entryPairs, formValue } from '../support/forms.js'
import { BUILT_IN_GRAPHS, type LabGraph } from '../support/lab-graphs.js'

function symbolicsOf(definition: GraphDefinition, budget = plenty()) {
  const { graph: compiled } = compile(definition)
  return { compiled, symbolics: createSymbolics(compiled, budget) }
}

function textOf(form: Expression | undefined, symbolics: Symbolics): string | undefined {
  return form && formulaOf(form, symbolics).text
}

/** What the boxes asked show: id, text, TeX; `-` where nothing can be written. */
function shownIn(compiled: CompiledGraph, symbolics: Symbolics): string[][] {
  return compiled.asked.map(box => {
    const { text = '-', tex = '-' } = symbolicForm(compiled, symbolics, box) ?? {}
    return [box.id, text, tex]
  })
}

describe('the built-in graphs show', () => {
  const FORMS: Readonly<Record<keyof typeof BUILT_IN_GRAPHS, readonly (readonly string[])[]>> = {
    'lab-network0': [
      ['a', '2 + 3*w', '2+3 w'],
      ['J', 'a^2', 'a^{2}'],
      ['dJ_da', '2*a', '2 a'],
      ['da_dw', '3', '3'],
      ['dJ_dw', '6*a', '6 a'],
    ],
    'lab-network1': [
      ['c', 'w*x', 'w x'],
      ['a', 'c + b', 'c+b'],
      ['d', 'a - y', 'a-y'],
      ['J', 'd^2/2', '\\frac{d^{2}}{2}'],
      ['dJ_dd', 'd', 'd'],
      ['dd_da', '1', '1'],
      ['dJ_da', 'd', 'd'],
      ['da_dc', '1', '1'],
      ['dJ_dc', 'd', 'd'],
      ['da_db', '1', '1'],
      ['dJ_db', 'd', 'd'],
      ['dc_dw', 'x', 'x'],
      ['dJ_dw', 'x*d', 'x d'],
    ],
    'logistic-neuron': [
      ['d', 'x0*w0', 'x_{0} w_{0}'],
      ['e', 'x1*w1', 'x_{1} w_{1}'],
      ['f', 'd + e + b', 'd+e+b'],
      ['g', '-f', '-f'],
      // Not a power of e, which is a node here.
      ['h', 'exp(g)', '\\operatorname{exp}\\left(g\\right)'],
      ['i', 'h + 1', 'h+1'],
      ['a', '1/i', '\\frac{1}{i}'],
      ['k', 'y - a', 'y-a'],
      ['L', 'k^2', 'k^{2}'],
      ['dL_dk', '2*k', '2 k'],
      ['dk_da', '-1', '-1'],
      ['dL_da', '-2*k', '-2 k'],
      ['da_di', '-1/i^2', '-\\frac{1}{i^{2}}'],
      ['dL_di', '2*k/i^2', '\\frac{2 k}{i^{2}}'],
      ['di_dh', '1', '1'],
      ['dL_dh', '2*k/i^2', '\\frac{2 k}{i^{2}}'],
      ['dh_dg', 'h', 'h'],
      ['dL_dg', '2*h*k/i^2', '\\frac{2 h k}{i^{2}}'],
      ['dg_df', '-1', '-1'],
      ['dL_df', '-2*h*k/i^2', '-\\frac{2 h k}{i^{2}}'],
      ['df_dd', '1', '1'],
      ['dL_dd', '-2*h*k/i^2', '-\\frac{2 h k}{i^{2}}'],
      ['df_de', '1', '1'],
      ['dL_de', '-2*h*k/i^2', '-\\frac{2 h k}{i^{2}}'],
      ['df_db', '1', '1'],
      ['dL_db', '-2*h*k/i^2', '-\\frac{2 h k}{i^{2}}'],
      ['de_dw1', 'x1', 'x_{1}'],
      ['dL_dw1', '-2*x1*h*k/i^2', '-\\frac{2 x_{1} h k}{i^{2}}'],
      ['dd_dw0', 'x0', 'x_{0}'],
      ['dL_dw0', '-2*x0*h*k/i^2', '-\\frac{2 x_{0} h k}{i^{2}}'],
    ],
    'fan-out': [
      ['u', 'w*x', 'w x'],
      ['v', 'u*b + 4', 'u b+4'],
      ['J', 'v^2 + 5*u', 'v^{2}+5 u'],
      ['dJ_dv', '2*v', '2 v'],
      ['local_dJ_du', '5', '5'],
      ['dv_du', 'b', 'b'],
      ['dJ_du', '2*b*v + 5', '2 b v+5'],
      ['dv_db', 'u', 'u'],
      ['dJ_db', '2*u*v', '2 u v'],
      ['du_dw', 'x', 'x'],
      ['dJ_dw', 'x*(2*b*v + 5)', 'x\\left(2 b v+5\\right)'],
    ],
    'linear-regression': [
      ['u', 'matmul(X, w)', 'X w'],
      ['p', 'u + b', 'u+b'],
      ['r', 'p - y', 'p-y'],
      ['J', 'mean(r^2)', '\\operatorname{mean}\\left(r^{2}\\right)'],
      ['dJ_dr', 'r/2', '\\frac{r}{2}'],
      ['dr_dp', '1', '1'],
      ['dJ_dp', 'r/2', '\\frac{r}{2}'],
      ['dp_du', '1', '1'],
      ['dJ_du', 'r/2', '\\frac{r}{2}'],
      ['dJ_db', 'sum(r)/2', '\\frac{\\operatorname{sum}\\left(r\\right)}{2}'],
      ['dJ_dw', 'matmul(transpose(X), r)/2', '\\frac{X^{\\top} r}{2}'],
    ],
    'two-layer-network': [
      ['z1', 'matmul(W1, x) + b1', 'W_{1} x+b_{1}'],
      ['h', 'relu(z1)', '\\operatorname{relu}\\left(z_{1}\\right)'],
      ['z2', 'matmul(W2, h) + b2', 'W_{2} h+b_{2}'],
      [
        'L',
        '-sum(y*log_softmax(z2))',
        '-\\operatorname{sum}\\left(y \\odot \\ln\\operatorname{softmax}\\left(z_{2}\\right)\\right)',
      ],
      [
        'dL_dz2',
        'softmax(z2)*sum(y) - y',
        '\\operatorname{softmax}\\left(z_{2}\\right) \\operatorname{sum}\\left(y\\right)-y',
      ],
      // The language has no word for the matrix that two vectors make.
      ['dL_dW2', '-', '-'],
      [
        'dL_dh',
        'matmul(transpose(W2), softmax(z2)*sum(y) - y)',
        'W_{2}^{\\top}\\left(\\operatorname{softmax}\\left(z_{2}\\right) \\operatorname{sum}\\left(y\\right)-y\\right)',
      ],
      ['dz2_db2', '1', '1'],
      [
        'dL_db2',
        'softmax(z2)*sum(y) - y',
        '\\operatorname{softmax}\\left(z_{2}\\right) \\operatorname{sum}\\left(y\\right)-y',
      ],
      ['dh_dz1', 'sign(relu(z1))', '\\mathbf{1}\\left[z_{1}>0\\right]'],
      [
        'dL_dz1',
        'sign(relu(z1))*matmul(transpose(W2), softmax(z2)*sum(y) - y)',
        '\\mathbf{1}\\left[z_{1}>0\\right] \\odot W_{2}^{\\top}\\left(\\operatorname{softmax}\\left(z_{2}\\right) \\operatorname{sum}\\left(y\\right)-y\\right)',
      ],
      ['dL_dW1', '-', '-'],
      ['dz1_db1', '1', '1'],
      [
        'dL_db1',
        'sign(relu(z1))*matmul(transpose(W2), softmax(z2)*sum(y) - y)',
        '\\mathbf{1}\\left[z_{1}>0\\right] \\odot W_{2}^{\\top}\\left(\\operatorname{softmax}\\left(z_{2}\\right) \\operatorname{sum}\\left(y\\right)-y\\right)',
      ],
    ],
  }
  const GRAPHS = Object.entries(BUILT_IN_GRAPHS) as [keyof typeof BUILT_IN_GRAPHS, LabGraph][]

  test.each(GRAPHS)('%s: in every box what a teacher writes', (key, definition) => {
    const { compiled, symbolics } = symbolicsOf(definition)
    expect(shownIn(compiled, symbolics)).toEqual(FORMS[key])
  })

  test.each(GRAPHS)(
    '%s: forms with the value of the sweep and of the central difference',
    (_key, definition) => {
      const { compiled, symbolics } = symbolicsOf(definition)
      const evaluation = evaluate(compiled)
      let compared = 0
      for (const box of compiled.boxes.values()) {
        const value = boxValue(evaluation, box)
        if (box.kind === 'forward' || value === undefined) continue
        const { central = Number.NaN } = finiteDifferences(compiled, evaluation, box, plenty()) ?? {}
        for (const [difference, right] of entryPairs(central, value))
          expect(Math.abs(difference - right)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(right)))
        const forms =
          box.kind === 'local'
            ? [symbolics.local(box.of, box.wrt)]
            : [symbolics.chain(box.wrt), symbolics.full(box.wrt)]
        for (const form of forms) {
          if (form === undefined) continue
          const formed = formValue(form, name => {
            const gradient = compiled.boxes.get(name)
            if (gradient?.kind === 'gradient') return evaluation.gradients.get(gradient.wrt)
            return evaluation.values.get(name)
          })
          for (const [symbolic, right] of entryPairs(formed, value))
            expect(Math.abs(symbolic - right)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(right)))
          compared += 1
        }
      }
      expect(compared).toBeGreaterThanOrEqual(compiled.asked.length / 2)
    },
  )
})

describe('the chain rule, by the gradients of the consumers', () => {
  test.each([
    ['lab-network0', 'a', '2*a'],
    ['lab-network0', 'w', '3*dJ_da'],
    ['lab-network1', 'a', 'dJ_dd'],
    ['lab-network1', 'w', 'x*dJ_dc'],
    ['logistic-neuron', 'g', 'h*dL_dh'],
    ['logistic-neuron', 'i', '-dL_da/i^2'],
    ['fan-out', 'u', 'b*dJ_dv + 5'],
    ['fan-out', 'w', 'x*dJ_du'],
    ['linear-regression', 'w', 'matmul(transpose(X), dJ_du)'],
    ['linear-regression', 'b', 'sum(dJ_dp)'],
    ['two-layer-network', 'h', 'matmul(transpose(W2), dL_dz2)'],
    ['two-layer-network', 'W1', undefined],
  ] as const)('in %s for %s is %s', (key, name, text) => {
    const { symbolics } = symbolicsOf(BUILT_IN_GRAPHS[key])
    expect(textOf(symbolics.chain(name), symbolics)).toBe(text)
  })

  test('has its gradients as fractions in TeX', () => {
    const { symbolics } = symbolicsOf(BUILT_IN_GRAPHS['fan-out'])
    const chain = symbolics.chain('u')
    expect(chain && formulaOf(chain, symbolics).tex).toBe('b \\cdot \\frac{\\partial J}{\\partial v}+5')
    expect(symbolics.texOfName('dv_du')).toBe('\\frac{\\partial v}{\\partial u}')
    expect(symbolics.texOfName('v')).toBe('v')
  })

  test('is a sum over all consumers, in sorted order', () => {
    const { symbolics } = symbolicsOf(graph({ w: 2 }, { p: '3*w', q: 'w^2', r: 'w + q', J: 'p + q*r + w' }))
    expect(textOf(symbolics.chain('w'), symbolics)).toBe('3*dJ_dp + 2*w*dJ_dq + dJ_dr + 1')
    expect(textOf(symbolics.chain('q'), symbolics)).toBe('dJ_dr + r')
  })

  test('holds ids that are longer than a name may be', () => {
    const long = 'an_activation_with_a_name'
    const { symbolics } = symbolicsOf(graph({ w: 2 }, { [long]: '3*w', cross_entropy: `${long}^2` }))
    expect(textOf(symbolics.chain('w'), symbolics)).toBe(`3*dcross_entropy_d${long}`)
  })

  test('is not written where an input has the name of a gradient', () => {
    const { compiled, symbolics } = symbolicsOf(graph({ w: 2, dJ_da: 1 }, { a: '3*w', J: 'a^2 + dJ_da' }))
    expect(symbolics.chain('w')).toBeUndefined()
    expect(textOf(symbolics.full('w'), symbolics)).toBe('6*a')
    expect(symbolics.texOfName('dJ_da')).toBe('\\mathrm{dJ}_{\\mathrm{da}}')
    expect(compiled.boxes.has('dJ_da')).toBe(true)
  })
})

describe('local derivatives', () => {
  test.each([
    // exp, sigmoid and tanh by the node's own name.
    ['sigmoid(x)', 'n*(1 - n)', 'n\\left(1-n\\right)'],
    ['exp(x)', 'n', 'n'],
    ['tanh(x)', '1 - n^2', '1-n^{2}'],
    // Everything else, and these inside of something, written out.
    ['exp(-x)', '-n', '-n'],
    ['2*exp(x)', '2*exp(x)', '2 e^{x}'],
    ['1/(1 + exp(-x))', 'exp(-x)/(1 + exp(-x))^2', '\\frac{e^{-x}}{\\left(1+e^{-x}\\right)^{2}}'],
    ['sigmoid(3*x)', '3*n*(1 - n)', '3 n\\left(1-n\\right)'],
    [
      '1 - sigmoid(x)',
      '-sigmoid(x)*(1 - sigmoid(x))',
      '-\\sigma\\left(x\\right)\\left(1-\\sigma\\left(x\\right)\\right)',
    ],
    ['1/x', '-1/x^2', '-\\frac{1}{x^{2}}'],
    ['(2*x + 1)^3', '6*(2*x + 1)^2', '6\\left(2 x+1\\right)^{2}'],
    ['x^x', 'x*x^(x - 1) + x^x*ln(x)', 'x x^{x-1}+x^{x} \\ln\\left(x\\right)'],
    ['e^x', 'e^x', 'e^{x}'],
    ['2^x', '2^x*ln(2)', '2^{x} \\ln\\left(2\\right)'],
    ['sqrt(x)', '1/(2*sqrt(x))', '\\frac{1}{2 \\sqrt{x}}'],
    ['x^0.5', '0.5/x^0.5', '\\frac{0.5}{x^{0.5}}'],
    ['ln(x^2)', '2/x', '\\frac{2}{x}'],
    ['log10(x)', '1/(x*ln(10))', '\\frac{1}{x \\ln\\left(10\\right)}'],
    ['tan(x)', '1/cos(x)^2', '\\frac{1}{\\cos^{2}\\left(x\\right)}'],
    ['cos(x)', '-sin(x)', '-\\sin\\left(x\\right)'],
    ['relu(x)', 'sign(relu(x))', '\\mathbf{1}\\left[x>0\\right]'],
    ['leaky_relu(x)', '0.01 + 0.99*sign(relu(x))', '0.01+0.99 \\cdot \\mathbf{1}\\left[x>0\\right]'],
    ['abs(x)', 'sign(x)', '\\operatorname{sign}\\left(x\\right)'],
    ['max(x, 2)', '(1 + sign(x - 2))/2', '\\frac{1+\\operatorname{sign}\\left(x-2\\right)}{2}'],
    ['max(x, x)', '1', '1'],
    ['x^0', '0', '0'],
    ['softplus(x)', 'sigmoid(x)', '\\sigma\\left(x\\right)'],
    ['x', '1', '1'],
    ['x/7', '1/7', '\\frac{1}{7}'],
    ['0.1*x', '0.1', '0.1'],
  ])('of n = %s is %s', (expression, text, tex) => {
    const { symbolics } = symbolicsOf(graph({ x: 0.5 }, { n: expression, J: 'n^2' }))
    const local = symbolics.local('n', 'x')
    expect(local && formulaOf(local, symbolics)).toEqual({ text, tex })
  })

  test('of what is no operand there are none', () => {
    const { symbolics } = symbolicsOf(BUILT_IN_GRAPHS['lab-network1'])
    expect(symbolics.local('J', 'w')).toBeUndefined()
    expect(symbolics.local('w', 'J')).toBeUndefined()
    expect(symbolics.full('J')).toBeDefined()
  })

  test.each([
    ['ln', '2^x', '2^x*log(2)'],
    ['sign', 'abs(x)', undefined],
    ['sigmoid', 'softplus(x)', undefined],
    ['e', 'exp(x)', 'n'],
    ['cos', 'sin(x)', undefined],
  ])('beside a name %s, of n = %s is %s', (name, expression, text) => {
    const { symbolics } = symbolicsOf(graph({ x: 0.5, [name]: 1 }, { n: expression, J: `n^2 + ${name}` }))
    expect(textOf(symbolics.local('n', 'x'), symbolics)).toBe(text)
  })

  test('beside both names of the logarithm is not written', () => {
    const { symbolics } = symbolicsOf(graph({ x: 0.5, ln: 1, log: 1 }, { n: '2^x', J: 'n + ln + log' }))
    expect(symbolics.local('n', 'x')).toBeUndefined()
  })
})

describe('what grows is bounded', () => {
  /** Each node uses the one before it twice: written out, the last would hold 2^60 inputs. */
  function doubling(expression: (before: string) => string): GraphDefinition {
    const nodes = Array.from({ length: 60 }, (_, index) => [
      `n${String(index)}`,
      expression(index === 0 ? 'w' : `n${String(index - 1)}`),
    ])
    return graph({ w: 0.01 }, Object.fromEntries(nodes) as Record<string, string>)
  }

  test.each([
    ['n*n', (before: string) => `${before}*${before}`],
    ['sin(n)*cos(n)', (before: string) => `sin(${before})*cos(${before})`],
    ['n + n^2', (before: string) => `${before} + ${before}^2`],
  ])(
    'a graph of 60 nodes %s takes few steps, and shows its gradients by the chain rule',
    (_name, expression) => {
      const budget = createStepBudget(200_000)
      const { compiled, symbolics } = symbolicsOf(doubling(expression), budget)
      for (const [, text = ''] of shownIn(compiled, symbolics)) {
        expect(text).not.toBe('-')
        expect(text.length).toBeLessThan(200)
      }
      expect(budget.remaining).toBeGreaterThan(0)
      expect(symbolics.full('w')).toBeUndefined()
      expect(textOf(symbolics.chain('w'), symbolics)).toContain('dn59_dn0')
    },
  )

  test.each([
    [200, '3*dJ_dn0 + 3*dJ_dn1 + 3*dJ_dn2 + '],
    [1000, undefined], // No text of use.
  ])('a gradient over %d paths is their sum, where that is of use', (paths, beginning) => {
    const names = Array.from({ length: paths }, (_, index) => `n${String(index)}`)
    const { symbolics } = symbolicsOf(
      graph({ w: 2 }, { ...Object.fromEntries(names.map(name => [name, '3*w'])), J: names.join(' + ') }),
    )
    expect(symbolics.full('w')).toBeUndefined()
    expect(textOf(symbolics.chain('w'), symbolics)?.slice(0, beginning?.length)).toBe(beginning)
  })

  test('a product of 1,500 names, each derivative of which has 1,499, has none that is of use', () => {
    const names = Array.from({ length: 1500 }, (_, index) => `w${String(index)}`)
    const { compiled, symbolics } = symbolicsOf(
      graph(Object.fromEntries(names.map(name => [name, 1])), { n: names.join('*'), J: 'n^2' }),
      createStepBudget(100_000),
    )
    const shown = shownIn(compiled, symbolics).filter(([, text]) => text !== '-')
    // Nor has the node itself: its 1,500 names are no formula to be read.
    expect(shown.map(([id]) => id)).toEqual(['J', 'dJ_dn'])
  })

  test('without steps to simplify by, derivatives stay as the rules give them', () => {
    const { compiled, symbolics } = symbolicsOf(BUILT_IN_GRAPHS['lab-network1'], createStepBudget(0))
    expect(new Map(shownIn(compiled, symbolics).map(([id, text]) => [id, text])).get('dJ_dd')).toBe(
      '1/2*(2*d^(2 - 1))',
    )
  })

  test('a derivative too long for the language is not written, and takes no more than its steps', () => {
    const factors = Array.from({ length: 1200 }, (_, index) => `(x+${String(index)})`)
    const { compiled, symbolics } = symbolicsOf(
      graph({ x: 0.5 }, { n: factors.slice(0, 400).join('*'), m: 'n/10^300', J: 'm/10^300' }),
      createStepBudget(500_000),
    )
    expect(symbolics.local('n', 'x')).toBeUndefined()
    expect(symbolics.chain('x')).toBeUndefined()
    expect(compiled.nodes).toHaveLength(3)
  })

  test('one derivative that takes all of its steps leaves the others theirs', () => {
    const factors = Array.from({ length: 400 }, (_, index) => `(x + ${String(index)})`)
    const budget = createStepBudget(150_000)
    const { symbolics } = symbolicsOf(
      graph({ x: 0.1 }, { n: `${factors.join('*')}/10^200/10^200/10^200`, m: 'x^2 + x*x', J: 'n + m' }),
      budget,
    )
    expect(symbolics.local('n', 'x')).toBeUndefined()
    expect(textOf(symbolics.local('m', 'x'), symbolics)).toBe('4*x')
    expect(budget.remaining).toBeGreaterThan(0)
  })

  test('many long derivatives are written up to a bound on them all', () => {
    const nodes = Array.from({ length: 520 }, (_, node) => {
      const terms = Array.from({ length: 110 }, (__, term) => `sin(x*${String(node + term + 2)})`)
      return [`n${String(node)}`, terms.join('+')] as const
    })
    const { symbolics } = symbolicsOf(
      graph({ x: 0.1 }, { ...Object.fromEntries(nodes), J: nodes.map(([name]) => name).join('+') }),
      createStepBudget(0),
    )
    const written = nodes.filter(([name]) => symbolics.local(name, 'x') !== undefined)
    expect(written.length).toBeGreaterThan(200)
    expect(written.length).toBeLessThan(260)
  })

  test('an expression of 5,000 operations and one 250 levels deep are derived without overflow', () => {
    const { symbolics } = symbolicsOf(
      graph(
        { x: 0.5 },
        { s: Array(4999).fill('x').join('+'), n: `${'sin('.repeat(250)}x${')'.repeat(250)}`, J: 's + n' },
      ),
    )
    expect(textOf(symbolics.local('s', 'x'), symbolics)).toBe('4999')
    expect(symbolics.local('n', 'x')).toBeUndefined() // It would have 250 + 249 + … functions.
  })
})
