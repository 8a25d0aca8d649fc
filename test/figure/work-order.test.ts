import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usedConsumers } from '../../src/engine/boxes.js'
import { workOrder } from '../../src/figure/work-order.js'
import { compile, graph } from '../support/engine.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'

const orderOf = (definition: Parameters<typeof compile>[0]): string[] =>
  workOrder(compile(definition).graph).map(({ id }) => id)

test.each([
  ['lab-network0', LAB_NETWORK_0, 'a J dJ_da da_dw dJ_dw'],
  ['lab-network1', LAB_NETWORK_1, 'c a d J dJ_dd dd_da dJ_da da_dc da_db dJ_dc dJ_db dc_dw dJ_dw'],
])('%s: forward from left to right, then back: local derivatives of a node, and what they make', (...row) => {
  const [, definition, order] = row
  expect(orderOf(definition).join(' ')).toBe(order)
})

test('where paths meet, a gradient comes after the last of them that the way back meets', () => {
  const order = orderOf(FAN_OUT)
  const { graph: compiled } = compile(FAN_OUT)
  const consumers = usedConsumers(compiled)
  const met = [...consumers].filter(([, list]) => list.length > 1)
  expect(met.length).toBeGreaterThan(0)
  for (const [name, list] of met) {
    for (const consumer of list) {
      const local = compiled.asked.find(
        box => box.kind === 'local' && box.of === consumer && box.wrt === name,
      )
      if (local === undefined) continue
      expect(order.indexOf(`dJ_d${name}`)).toBeGreaterThan(order.indexOf(local.id))
    }
  }
})

test('boxes that an author left out have no place, and those of nodes that lead nowhere have one', () => {
  const definition = graph({ w: 2 }, { a: '3*w', stray: 'a + 1', J: 'a^2' })
  expect(orderOf({ ...definition, boxes: ['dJ_dw', 'stray', 'dstray_da', 'J'] })).toEqual([
    'stray',
    'J',
    'dstray_da',
    'dJ_dw',
  ])
})

describe('of any graph', () => {
  const expectOrder = (definition: Parameters<typeof compile>[0]): void => {
    const { graph: compiled } = compile(definition)
    const order = workOrder(compiled)
    expect(order.map(({ id }) => id).sort()).toEqual(compiled.asked.map(({ id }) => id).sort())
    const at = new Map(order.map((box, index) => [box.id, index]))
    const place = (id: string): number => at.get(id) ?? -1
    const firstBackward = order.findIndex(({ kind }) => kind !== 'forward')
    for (const { id, kind, wrt } of order) {
      if (kind === 'forward') expect(firstBackward === -1 || place(id) < firstBackward).toBe(true)
      if (kind !== 'gradient') continue
      for (const consumer of usedConsumers(compiled).get(wrt) ?? []) {
        expect(place(id)).toBeGreaterThan(
          place(`d${consumer}_d${wrt}`) === place(id) ? -1 : place(`d${consumer}_d${wrt}`),
        )
        if (consumer !== compiled.output)
          expect(place(id)).toBeGreaterThan(place(`d${compiled.output}_d${consumer}`))
      }
    }
  }

  test.each(Object.entries(BUILT_IN_GRAPHS))(
    '%s: every box once, and after all it is made of',
    (_, definition) => {
      expectOrder(definition)
    },
  )

  test('every box once, and after all it is made of', () => {
    fc.assert(
      fc.property(randomGraph, ({ definition }) => {
        expectOrder(definition)
      }),
      { numRuns: 100 },
    )
  })
})
