/** Where boxes stand to each other, and how large a figure is shown. */

export type Place = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Characters are about this much as wide as the text is high. */
export const CHARACTER_WIDTH = 0.6

export type Direction = 'left' | 'right' | 'up' | 'down'

/** How much farther a box seems for each unit that it lies beside the way: to the sides one goes along a row. */
const ASIDE = { left: 20, right: 20, up: 2.5, down: 2.5 }

/** The nearest box in a direction; undefined where there is none. Boxes without a place are not looked at. */
export function nearestBox(
  boxes: readonly { readonly id: string; readonly place: Place | null }[],
  from: string,
  direction: Direction,
): string | undefined {
  const start = boxes.find(({ id }) => id === from)?.place
  if (start === null || start === undefined) return undefined
  let nearest: { readonly id: string; readonly distance: number } | undefined
  for (const { id, place } of boxes) {
    if (id === from || place === null) continue
    const { along, aside } = seenFrom(start, place, direction)
    if (along <= 1) continue
    const distance = along + ASIDE[direction] * aside
    if (nearest === undefined || distance < nearest.distance) nearest = { id, distance }
  }
  return nearest?.id
}

/** How far another place lies in a direction, between centres, and how far aside, between edges. */
function seenFrom(start: Place, other: Place, direction: Direction) {
  const [dx, dy] = [centre(other).x - centre(start).x, centre(other).y - centre(start).y]
  const besideX = Math.max(0, Math.abs(dx) - (start.width + other.width) / 2)
  const besideY = Math.max(0, Math.abs(dy) - (start.height + other.height) / 2)
  switch (direction) {
    case 'left':
      return { along: -dx, aside: besideY }
    case 'right':
      return { along: dx, aside: besideY }
    case 'up':
      return { along: -dy, aside: besideX }
    case 'down':
      return { along: dy, aside: besideX }
  }
}

function centre({ x, y, width, height }: Place) {
  return { x: x + width / 2, y: y + height / 2 }
}

/** Below this, boxes are too small to be hit; above it, a figure is a wall. */
const SCALES = { least: 0.9, most: 1.6 }

/** How large a figure is shown in a column: as wide as the column, within bounds; beyond them it scrolls. */
export function scaleFor(columnWidth: number, figureWidth: number): number {
  return Math.min(SCALES.most, Math.max(SCALES.least, columnWidth / figureWidth))
}

/** Between a field that has grown and what stands beside it. */
const BESIDE = 8

/**
 * How far a field may grow to the left and to the right, in the units of the figure: up to the next boxes that stand at
 * its height, and to the figure's edges.
 */
export function roomAround(
  place: Place,
  others: readonly Place[],
  figureWidth: number,
): { readonly left: number; readonly right: number } {
  const level = others.filter(({ y, height }) => y < place.y + place.height && place.y < y + height)
  const before = level.filter(({ x }) => x < place.x).map(({ x, width }) => x + width + BESIDE)
  const after = level.filter(({ x }) => x > place.x).map(({ x }) => x - BESIDE)
  return {
    left: Math.max(0, place.x - Math.max(BESIDE, ...before)),
    right: Math.max(0, Math.min(figureWidth - BESIDE, ...after) - place.x - place.width),
  }
}
