/** The graphs of the simulated class: the built-in ones of numbers, ones made for it, and random ones. */
import fc from 'fast-check'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { graph } from './engine.js'
import { FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1, LOGISTIC_NEURON } from './lab-graphs.js'
import { randomGraphOf } from './random-graphs.js'

const MADE: Readonly<Record<string, GraphDefinition>> = {
  'squared-error': graph({ w: 2, b: 1 }, { p: 'w*x + b', r: 'p - y', J: 'r^2' }, { data: { x: 3, y: 5 } }),
  'sigmoid-neuron': graph(
    { w: 0.5, b: 0.2 },
    { z: 'w*x + b', a: 'sigmoid(z)', r: 'a - y', J: 'r^2/2' },
    { data: { x: 1.5, y: 0.3 } },
  ),
  'cross-entropy': graph(
    { w: 0.5, b: 0.2 },
    { z: 'w*x + b', p: 'sigmoid(z)', q: '1 - p', l: 'ln(p)', m: 'ln(q)', J: '-(0.3*l + 0.7*m)' },
    { data: { x: 1.5 } },
  ),
  'two-uses': graph({ w: 1.3 }, { a: '2*w', b: 'a^2', c: '3*a', J: 'b + c' }),
  diamond: graph({ w: 1.3, v: 0.7 }, { a: 'w*v', b: 'a^3/4', c: 'exp(a/3)', d: 'b*c', J: 'd + 5*a' }),
  distance: graph(
    { x: 1.3, y: 0.7 },
    { u: 'x - p', v: 'y - q', s: 'u^2 + v^2', r: 'sqrt(s)', J: 'r*2 + x' },
    { data: { p: 2.1, q: -1.2 } },
  ),
  roots: graph({ w: 1.3, b: 2 }, { u: 'w^2 + b', r: 'sqrt(u)', q: '1/r', J: '(q + w)^2' }),
  gaussian: graph(
    { m: 0.4, s: 1.2 },
    { d: 'x - m', z: 'd/s', e: 'exp(-z^2/2)', n: 'e/s', J: '-ln(n)' },
    { data: { x: 1.5 } },
  ),
  hidden: graph(
    { w1: 0.8, w2: -0.6, v1: 1.1, v2: 0.9, b: 0.3 },
    {
      g: 'w1*x + b',
      h: 'w2*x - b',
      k: 'relu(g)',
      l: 'tanh(h)',
      s: 'v1*k + v2*l',
      r: 's - y',
      J: 'r^2/2',
    },
    { data: { x: 1.5, y: 0.4 } },
  ),
  compound: graph(
    { rate: 0.6, base: 1.4 },
    { g: '(1 + rate/2)^3', f: 'base*g', t: 'sqrt(f + 1)', J: 't*f - 4/g' },
  ),
  chain: graph(
    { w: 0.7 },
    {
      a: '3*w + 1',
      b: 'a^2',
      c: 'b/5',
      d: 'exp(-c)',
      e: '1 + d',
      f: '1/e',
      g: 'f*w',
      h: '(2*g + 1)^2',
      J: 'ln(h) + a',
    },
  ),
  'three-paths': graph(
    { u: 1.4, v: 0.6 },
    { a: 'u*v', b: 'a + 2*v', c: 'a*b', d: 'a^2/b', e: 'sin(a)', s: 'c + d*e', J: 's^2/3' },
  ),
  products: graph(
    { w: 0.8, v: 1.4 },
    { a: 'w*x', b: 'a*v + 2', c: '3*a*t', d: 'b*c', e: 'a^2*b', f: 'd*w', J: '0.3*d*e + f/v' },
    { data: { x: 1.6, t: 0.7 } },
  ),
  'four-uses': graph(
    { w: 0.8 },
    { a: 'w^2 + 3', b: 'sin(a)*w', c: '2.5*w*b', d: 'a*c', e: 'a*d/(b + 7)', J: '2*d*w - 3*b*e' },
  ),
  saturating: graph(
    { w: 0.9, k: 1.7 },
    { n: 'w*x', d: 'k + n', f: 'n/d', p: '(1 - f)^2', J: 'p*k + ln(d)' },
    { data: { x: 1.6 } },
  ),
  shared: graph(
    { w: 0.8, b: 0.5 },
    {
      z: 'w*x + b',
      y: 'w*t + b',
      p: 'sigmoid(2*z)',
      q: 'sigmoid(y/2)',
      r: 'p*q',
      s: 'p + q',
      m: 'r/s',
      e: '(m - c)^2',
      n: 'w^2 + b^2',
      J: '3*e + n/10',
    },
    { data: { x: 1.6, t: -0.7, c: 0.9 } },
  ),
}

const SEED = 20

/** Every graph by its name. */
export function classGraphs(): ReadonlyMap<string, GraphDefinition> {
  // max(x, x) is on a kink at every x.
  const random = fc
    .sample(randomGraphOf(8), { seed: SEED, numRuns: 20 })
    .filter(({ definition }) => !definition.nodes.some(node => /\((\w+), \1\)/.test(node.expression)))
  return new Map<string, GraphDefinition>([
    ...Object.entries({
      'lab-network0': LAB_NETWORK_0,
      'lab-network1': LAB_NETWORK_1,
      'logistic-neuron': LOGISTIC_NEURON,
      'fan-out': FAN_OUT,
      ...MADE,
    }),
    ...random.map(({ definition }, index) => [`random-${String(index)}`, definition] as const),
  ])
}
