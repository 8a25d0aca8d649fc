import { describe, expect, test } from 'vitest'
import { boxLabel } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compile, faultsOf, graph } from '../support/engine.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_BOXES, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'

function asked(definition: GraphDefinition): string {
  return compile(definition)
    .graph.asked.map(box => box.id)
    .join(' ')
}

describe('default boxes', () => {
  test.each<[string, GraphDefinition, string]>([
    ['lab-network0', LAB_NETWORK_0, LAB_BOXES['lab-network0'].map(([id]) => id).join(' ')],
    ['lab-network1', LAB_NETWORK_1, LAB_BOXES['lab-network1'].map(([id]) => id).join(' ')],
    ['one link', graph({ w: 3 }, { a: '2 + 3*w', J: 'a^2' }), 'a J dJ_da da_dw dJ_dw'],
    [
      'two paths that meet before the output',
      graph({ w: 1 }, { a: '2*w', b: 'a^2', c: '3*a', J: 'b + c' }),
      'a b c J dJ_db dJ_dc dc_da db_da dJ_da da_dw dJ_dw',
    ],
    [
      'a path that skips a node',
      graph({ w: 1 }, { a: '2*w', b: 'a^2', J: 'a + b' }),
      'a b J local_dJ_da dJ_db db_da dJ_da da_dw dJ_dw',
    ],
    ['fan-out', FAN_OUT, 'u v J dJ_dv local_dJ_du dv_du dJ_du dv_db dJ_db du_dw dJ_dw'],
    [
      'logistic-neuron',
      BUILT_IN_GRAPHS['logistic-neuron'],
      'd e f g h i a k L dL_dk dk_da dL_da da_di dL_di di_dh dL_dh dh_dg dL_dg dg_df dL_df ' +
        'df_dd dL_dd df_de dL_de df_db dL_db de_dw1 dL_dw1 dd_dw0 dL_dw0',
    ],
    ['data alone gets no derivative', graph({}, { a: '2*x', J: 'a*x' }, { data: { x: 2 } }), 'a J'],
    [
      'a parameter used by two nodes',
      graph({ w: 2 }, { a: 'w^2', b: '3*w', J: 'a*b' }),
      'a b J dJ_da dJ_db db_dw da_dw dJ_dw',
    ],
    ['a parameter that the output alone uses', graph({ w: 2 }, { J: 'w^2' }), 'J dJ_dw'],
    ['a node named again', graph({ w: 2 }, { a: 'w', J: 'a' }), 'a J dJ_da da_dw dJ_dw'],
    [
      'an unused node has none, and counts for nobody',
      graph({ w: 2 }, { a: '2*w', u: 'a + w', J: 'a^2' }, { output: 'J' }),
      'a J dJ_da da_dw dJ_dw',
    ],
    [
      'operands come as typed, before any simplification',
      graph({ w: 2, b: 1 }, { a: '0*b + w - w', J: 'a' }),
      'a J dJ_da da_db dJ_db da_dw dJ_dw',
    ],
    [
      'however the nodes are listed',
      graph({ w: 3 }, { J: 'a^2', a: '2 + 3*w' }, { output: 'J' }),
      'a J dJ_da da_dw dJ_dw',
    ],
  ])('%s', (_case, definition, expected) => {
    expect(asked(definition)).toBe(expected)
  })

  test('each knows what it asks for', () => {
    const boxes = compile(FAN_OUT).graph.asked
    const byId = new Map(boxes.map(box => [box.id, box]))
    expect(byId.get('v')).toEqual({ id: 'v', kind: 'forward', of: 'v', wrt: null })
    expect(byId.get('dv_du')).toEqual({ id: 'dv_du', kind: 'local', of: 'v', wrt: 'u' })
    expect(byId.get('local_dJ_du')).toEqual({ id: 'local_dJ_du', kind: 'local', of: 'J', wrt: 'u' })
    expect(byId.get('dJ_du')).toEqual({ id: 'dJ_du', kind: 'gradient', of: 'J', wrt: 'u' })
    expect(byId.get('dJ_dv')).toEqual({ id: 'dJ_dv', kind: 'gradient', of: 'J', wrt: 'v' })
  })

  test('each has a label in text and TeX', () => {
    expect(boxLabel({ id: 'a', kind: 'forward', of: 'a', wrt: null })).toEqual({ text: 'a', tex: 'a' })
    expect(boxLabel({ id: 'dJ_dw0', kind: 'gradient', of: 'J', wrt: 'w0' })).toEqual({
      text: '∂J/∂w0',
      tex: '\\frac{\\partial J}{\\partial w_{0}}',
    })
  })
})

describe('boxes that the author names', () => {
  const withBoxes = (...boxes: string[]): GraphDefinition => ({ ...LAB_NETWORK_1, boxes })

  test('are asked in the order named, derivatives by data included', () => {
    expect(asked(withBoxes('dJ_dw', 'c', 'dc_dx', 'dJ_dx', 'dJ_dy', 'dd_dy'))).toBe(
      'dJ_dw c dc_dx dJ_dx dJ_dy dd_dy',
    )
  })

  test('may be those of a node that the output does not depend on', () => {
    const definition = graph({ w: 1 }, { u: '2*w', J: 'w^2' }, { boxes: ['u', 'du_dw', 'dJ_dw'] })
    expect(asked(definition)).toBe('u du_dw dJ_dw')
  })

  test.each([
    [['c', 'nonsense', 'a'], 'unknown-box', 1],
    [['w'], 'unknown-box', 0],
    [['dJ_dJ'], 'unknown-box', 0],
    [['local_dJ_dd'], 'unknown-box', 0],
    [['da_dw'], 'unknown-box', 0],
    [[''], 'unknown-box', 0],
    [['__proto__'], 'unknown-box', 0],
    [['constructor'], 'unknown-box', 0],
    [['c', 'a', 'c'], 'duplicate-box', 2],
  ])('%j is refused: %s at %i', (boxes, code, index) => {
    expect(faultsOf(withBoxes(...boxes))).toMatchObject([{ code, path: ['boxes', index] }])
  })

  test('must be some', () => {
    expect(faultsOf(withBoxes())).toMatchObject([{ code: 'no-box', path: ['boxes'] }])
  })

  test('have all their faults listed at once', () => {
    expect(faultsOf(withBoxes('q', 'a', 'a', 'r')).map(({ code, path }) => [code, path[1]])).toEqual([
      ['unknown-box', 0],
      ['duplicate-box', 2],
      ['unknown-box', 3],
    ])
  })
})

describe('names that make two boxes collide are refused', () => {
  test.each<[string, GraphDefinition, string]>([
    ['a node called like a gradient', graph({ w: 1 }, { dJ_dw: '2*w', J: 'dJ_dw^2' }), 'dJ_dw'],
    ['a node called like a local derivative', graph({ w: 1 }, { a: 'w', da_dw: 'a', J: 'da_dw' }), 'da_dw'],
    [
      "a node called like the output's local derivative",
      graph({ w: 1 }, { a: 'w', local_dJ_da: 'a', J: 'a + local_dJ_da' }),
      'local_dJ_da',
    ],
    [
      'two pairs of names that read alike',
      graph({ b: 1, b_dc: 1, c: 1 }, { a: 'b_dc', a_db: 'c', J: 'a + a_db + b' }),
      'da_db_dc',
    ],
  ])('%s', (_case, definition, id) => {
    const faults = faultsOf(definition)
    expect(faults.map(fault => fault.code)).toEqual(['box-collision'])
    expect(faults[0]?.message).toContain(`"${id}"`)
  })

  test('an input may be called like a box, for inputs have none to fill in', () => {
    expect(asked(graph({ da_dw: 1, w: 2 }, { a: 'w', J: 'a*da_dw' }))).toBe('a J dJ_da dJ_dda_dw da_dw dJ_dw')
  })
})
