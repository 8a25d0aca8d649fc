import { describe, expect, test } from 'vitest'
import { drawFigure } from '../../src/figure/draw.js'
import { checkPlaces, type Place } from '../../src/figure/places.js'
import { compile } from '../support/engine.js'
import { elementsOf, quickTypesetter, sketch } from '../support/figures.js'
import { FAN_OUT, LOGISTIC_NEURON } from '../support/lab-graphs.js'

const { graph } = compile(FAN_OUT)

function place(name: string, column: number, row: number): Place {
  return { name, column, row }
}

describe('places are refused', () => {
  test.each<[string, Place[], unknown]>([
    [
      'of a name that the graph has not',
      [place('u', 0, 0), place('q', 1, 0)],
      { code: 'unplaceable-name', path: ['figure', 'places', 1, 'name'] },
    ],
    [
      'where one name has two',
      [place('u', 0, 0), place('u', 1, 0)],
      { code: 'place-taken', path: ['figure', 'places', 1, 'name'] },
    ],
    [
      'where two names have one',
      [place('v', 1, 0), place('J', 1, 0)],
      { code: 'place-taken', path: ['figure', 'places', 1] },
    ],
    [
      'where a node would stand left of what feeds it',
      [place('v', 1, 0), place('J', 0, 0)],
      { code: 'place-not-right', path: ['figure', 'places', 1, 'column'] },
    ],
    [
      'where a node would stand in the column of what feeds it',
      [place('u', 2, 0), place('v', 2, 1)],
      { code: 'place-not-right', path: ['figure', 'places', 1, 'column'] },
    ],
    [
      'where an input would stand right of what it feeds',
      [place('u', 0, 0), place('w', 1, 0)],
      { code: 'place-not-right', path: ['figure', 'places', 0, 'column'] },
    ],
    [
      'where there is no room left of a node for one without a place',
      [place('v', 0, 0)],
      { code: 'place-not-right', path: ['figure', 'places', 0, 'column'] },
    ],
  ])('%s', (_, places, fault) => {
    expect(checkPlaces(graph, places)).toMatchObject([fault])
  })

  test('all at once', () => {
    const faults = checkPlaces(graph, [place('q', 0, 0), place('u', 0, 0), place('u', 3, 0)])
    expect(faults.map(fault => fault.code)).toEqual(['unplaceable-name', 'place-taken', 'place-taken'])
  })
})

test('places are good for some nodes, for all, and for inputs', () => {
  expect(checkPlaces(graph, [])).toEqual([])
  expect(checkPlaces(graph, [place('J', 5, 0)])).toEqual([])
  expect(
    checkPlaces(graph, [place('w', 0, 0), place('u', 1, 0), place('v', 2, 1), place('J', 3, 0)]),
  ).toEqual([])
})

/** Where the frame of each node stands, by the boxes over the arrows that leave them. */
async function forwardBoxes(definition: typeof FAN_OUT, places: Place[]) {
  const compiled = compile(definition).graph
  expect(checkPlaces(compiled, places)).toEqual([])
  const { boxes } = await sketch({ title: 'Placed', graph: compiled, places })
  return (name: string) => boxes.get(name)!
}

test('nodes stand in the columns and rows that they were given', async () => {
  const at = await forwardBoxes(LOGISTIC_NEURON, [
    place('e', 0, 0),
    place('d', 0, 2),
    place('f', 1, 1),
    place('g', 2, 1),
    place('h', 3, 1),
    place('i', 4, 2),
    place('a', 5, 2),
    place('k', 6, 0),
    place('L', 7, 0),
  ])
  const order = ['f', 'g', 'h', 'i', 'a', 'k', 'L']
  order.slice(1).forEach((name, index) => {
    expect(at(name).x).toBeGreaterThan(at(order[index]!).x)
  })
  expect(at('e').y).toBeLessThan(at('f').y)
  expect(at('f').y).toBeLessThan(at('d').y)
  // Rows are level.
  for (const [one, other] of [
    ['f', 'g'],
    ['g', 'h'],
    ['i', 'a'],
    ['k', 'L'],
  ] as const) {
    expect(at(one).y).toBeCloseTo(at(other).y, 3)
  }
  expect(at('a').y).toBeCloseTo(at('d').y, 3)
})

test('a node without a place stands right of all that feeds it', async () => {
  const at = await forwardBoxes(FAN_OUT, [place('u', 0, 0)])
  expect(at('v').x).toBeGreaterThan(at('u').x)
  expect(at('J').x).toBeGreaterThan(at('v').x)
})

test('an input with a place stands on its own; without one it stands beside each node that it feeds', async () => {
  const count = async (places: Place[]): Promise<number> => {
    const { typesetter, texts } = quickTypesetter()
    const { svg } = await drawFigure(
      { title: 'Placed', graph, places },
      { theme: 'light', view: 'boxes', typesetter },
    )
    expect(texts).toContain('w')
    return elementsOf(svg).filter(({ name }) => name === 'path').length
  }
  // Its arrow is then an edge behind a line of its own.
  expect(await count([place('w', 0, 0), place('u', 1, 0)])).toBeGreaterThan(await count([place('u', 1, 0)]))
})
