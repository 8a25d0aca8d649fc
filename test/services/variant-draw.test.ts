import { expect, test } from 'vitest'
import { definitionSchema, type Definition } from '../../src/contracts/graph.js'
import type { LibraryGraph } from '../../src/services/graph-library.js'
import { createVariantDraw, variantToken, type DrawPlace } from '../../src/services/variant-draw.js'
import { publish } from '../support/grading.js'

const SEED = Uint8Array.from({ length: 32 }, (_, index) => index)
const PLACE: DrawPlace = { learner: 'ada', number: 1, graphId: 'graph-1', graphVersion: 1 }

const DEFINITION: Definition = definitionSchema.parse({
  title: 'Product',
  inputs: [
    { name: 'w', role: 'parameter', value: 3, sample: { integer: [2, 1000] } },
    { name: 'x', role: 'data', value: 5, sample: { uniform: [0.5, 9.5], decimals: 2 } },
    { name: 'y', role: 'data', value: 1 },
  ],
  nodes: [{ name: 'J', expression: 'w*x + y' }],
  output: 'J',
})

function library(definition = DEFINITION): LibraryGraph {
  const { published } = publish(definition)
  return { graphId: 'graph-1', key: 'product', version: 1, builtIn: false, definition, published }
}

function draw(place: DrawPlace = PLACE, seed = SEED): unknown {
  return Object.fromEntries(createVariantDraw().draw(library(), seed, place) ?? [])
}

test('a seed draws the same in every release', () => {
  // HMAC-SHA256 by other means of "13:variant-token3:ada1:17:graph-11:1", its first 16 bytes.
  expect(variantToken(SEED, PLACE)).toBe('1ZzHTHKa1BWHqKYccUoasg')
  expect(draw()).toEqual({ w: 508, x: 6.77, y: 1 })
})

test.each<readonly [string, Partial<DrawPlace>, Partial<DrawPlace>]>([
  ['learner', {}, { learner: 'bob' }],
  ['number', {}, { number: 2 }],
  ['graph', {}, { graphId: 'graph-2' }],
  ['version', {}, { graphVersion: 2 }],
  [
    'place where one field ends and the next begins',
    { learner: 'ada1', number: 2 },
    { learner: 'ada', number: 12 },
  ],
])('another %s has another name and other inputs', (_, one, two) => {
  const [a, b] = [
    { ...PLACE, ...one },
    { ...PLACE, ...two },
  ]
  expect(variantToken(SEED, a)).not.toBe(variantToken(SEED, b))
  expect(draw(a)).not.toEqual(draw(b))
})

test('another seed has another name and other inputs', () => {
  const other = SEED.map(byte => byte + 1)
  expect(variantToken(other, PLACE)).not.toBe(variantToken(SEED, PLACE))
  expect(draw(PLACE, other)).not.toEqual(draw())
})

test('a draw depends on nothing that was drawn before', () => {
  const draws = createVariantDraw()
  const graph = library()
  for (let number = 1; number < 20; number += 1) draws.draw(graph, SEED, { ...PLACE, number })
  expect(Object.fromEntries(draws.draw(graph, SEED, PLACE) ?? [])).toEqual(draw())
})
