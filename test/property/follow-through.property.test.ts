import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definedInputs, evaluateGraph } from '../../src/engine/evaluate.js'
import { compile } from '../support/engine.js'
import { grade } from '../support/grading.js'
import {
  followPlainly,
  RULES,
  type PlainBox,
  type PlainGraph,
  type PlainNode,
} from '../support/plain-follow-through.js'

const NAMES = ['a', 'b', 'c', 'd', 'f', 'J']

const inputs = fc.array(fc.integer({ min: -25, max: 25 }), { minLength: 3, maxLength: 3 })
const plans = fc.array(fc.tuple(fc.nat(RULES.length - 1), fc.nat(), fc.nat()), { minLength: 2, maxLength: 6 })

/** A graph in which every node is used: each takes the one before, and any other name beside it. */
function graphOf(
  values: readonly number[],
  plan: readonly (readonly [number, number, number])[],
): PlainGraph {
  const known = ['p', 'q', 'r']
  const nodes: PlainNode[] = plan.map(([pick, other], index) => {
    const rule = RULES[pick] as (typeof RULES)[number]
    const last = known.at(-1) ?? ''
    const others = known.filter(name => name !== last)
    const operands = rule.arity === 1 ? [last] : [last, others[other % others.length] ?? '']
    const name = index === plan.length - 1 ? 'J' : (NAMES[index] ?? '')
    known.push(name)
    return { name, operands, rule }
  })
  return { inputs: new Map(['p', 'q', 'r'].map((name, index) => [name, (values[index] ?? 0) / 10])), nodes }
}

/** How one box is filled in. */
type Filling = 'carried on' | 'right' | 'slip' | 'stock' | 'blank'

const fillings = fc.array(
  fc.record({
    how: fc.constantFrom<Filling>(
      'carried on',
      'carried on',
      'carried on',
      'right',
      'slip',
      'stock',
      'blank',
    ),
    number: fc.integer({ min: -400, max: 400 }),
    isAsked: fc.integer({ min: 0, max: 9 }).map(ten => ten > 1),
  }),
  { minLength: 5, maxLength: 30 },
)

test('on any graph, whatever is asked, blank or wrong, a box gets the mark that the rule in words gives it', () => {
  const marks = new Map<string, number>()
  fc.assert(
    fc.property(inputs, plans, fillings, (values, plan, filling) => {
      const graph = graphOf(values, plan)
      const definition = {
        inputs: [...graph.inputs].map(([name, value]) => ({ name, value, role: 'parameter' as const })),
        nodes: graph.nodes.map(({ name, operands, rule }) => ({ name, expression: rule.text(operands) })),
        output: 'J',
      }
      const { graph: compiled } = compile(definition)
      const { asked } = compiled
      fc.pre(evaluateGraph(compiled, definedInputs(compiled)).ok)
      const boxes: readonly PlainBox[] = asked.filter(
        (_box, index) => filling[index % filling.length]?.isAsked,
      )
      // The last boxes hang on those before: filled in one by one, each is carried on from what stands there.
      const typed = new Map<string, number>()
      boxes.forEach(({ id }, index) => {
        const { how = 'blank', number = 0 } = filling[index % filling.length] ?? {}
        if (how === 'blank') return
        if (how === 'slip') typed.set(id, number / 10)
        else if (how === 'stock') typed.set(id, number % 2)
        else {
          const {
            computed = 0,
            missing = true,
            truth = 0,
          } = followPlainly(graph, boxes, new Map([...typed, [id, 12345]])).get(id) ?? {}
          typed.set(id, Number((missing || how === 'right' ? truth : computed).toPrecision(5)))
        }
      })
      const large = [...followPlainly(graph, boxes, typed).values()]
      fc.pre(typed.size > 0 && large.every(({ truth }) => Number.isFinite(truth) && Math.abs(truth) < 1e6))

      const { boxes: graded } = grade(
        { ...definition, boxes: boxes.map(({ id }) => id) },
        Object.fromEntries(typed),
      )
      const wanted = [...followPlainly(graph, boxes, typed)].map(([id, { mark }]) => [id, mark] as const)
      expect(new Map(graded.map(({ id, status }) => [id, status]))).toEqual(new Map(wanted))
      for (const [, mark] of wanted) marks.set(mark, (marks.get(mark) ?? 0) + 1)
    }),
    { numRuns: 600 },
  )
  // Otherwise the class has not been put to the test.
  expect([...marks.keys()].toSorted()).toEqual(['blank', 'correct', 'follows', 'incorrect'])
})
