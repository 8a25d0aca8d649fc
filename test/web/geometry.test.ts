import { describe, expect, test } from 'vitest'
import { nearestBox, roomAround, scaleFor } from '../../src/web/state/geometry.js'

const at = (id: string, x: number, y: number) => ({ id, place: { x, y, width: 64, height: 28 } })

/** A row of values, and under the second of them a column of derivatives. */
const BOXES = [
  at('c', 190, 200),
  at('a', 460, 200),
  at('J', 1000, 200),
  at('da_dc', 400, 320),
  at('dJ_dc', 480, 365),
  at('dc_dw', 120, 320),
  { id: 'listed', place: null },
]

describe('the nearest box', () => {
  test.each([
    ['c', 'right', 'a'],
    ['a', 'right', 'J'],
    ['J', 'left', 'a'],
    ['a', 'left', 'c'],
    ['a', 'down', 'da_dc'],
    ['da_dc', 'down', 'dJ_dc'],
    ['dJ_dc', 'up', 'da_dc'],
    ['da_dc', 'up', 'a'],
    ['c', 'left', 'dc_dw'],
    ['da_dc', 'left', 'dc_dw'],
  ] as const)('of %s, %s, is %s', (from, direction, expected) => {
    expect(nearestBox(BOXES, from, direction)).toBe(expected)
  })

  test('is none where no box lies that way, or where the box itself has no place', () => {
    expect(nearestBox(BOXES, 'c', 'up')).toBeUndefined()
    expect(nearestBox(BOXES, 'J', 'right')).toBeUndefined()
    expect(nearestBox(BOXES, 'listed', 'left')).toBeUndefined()
  })
})

test('a figure fills its column, but its boxes stay large enough to be hit and never grow without end', () => {
  expect(scaleFor(1_200, 1_000)).toBe(1.2)
  expect(scaleFor(336, 1_072) * 28).toBeGreaterThanOrEqual(24)
  expect(scaleFor(4_000, 500)).toBe(1.6)
})

describe('a field that grows', () => {
  const places = BOXES.flatMap(({ place }) => place ?? [])
  const roomOf = (id: string) => {
    const place = BOXES.find(box => box.id === id)?.place
    if (place === null || place === undefined) throw new Error(id)
    return roomAround(
      place,
      places.filter(other => other !== place),
      1_100,
    )
  }

  test('ends before the next box at its height, and before the edge of the figure', () => {
    expect(roomOf('c')).toEqual({ left: 182, right: 460 - 8 - 254 })
    expect(roomOf('J')).toEqual({ left: 1_000 - 524 - 8, right: 1_100 - 8 - 1_064 })
  })

  test('is not held up by what stands above or below it', () => {
    expect(roomOf('dJ_dc')).toEqual({ left: 472, right: 1_100 - 8 - 544 })
  })
})
