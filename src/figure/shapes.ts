/** Lines and areas of a picture, in pixels; y runs downwards. */

export type Point = { readonly x: number; readonly y: number }
export type Rectangle = Point & { readonly width: number; readonly height: number }

/** Lines that are one drawn thing: where they run over each other they look like one. */
export type Stroke = {
  readonly lines: readonly (readonly Point[])[]
  /** Whether each line has a head at its end. */
  readonly isArrow: boolean
  readonly tone: StrokeTone
}
export type StrokeTone = 'edge' | 'separator' | 'groupSeparator'

/** A framed area. */
export type Panel = Rectangle & { readonly look: 'node' | 'column' }

/** A level line. */
export function levelStroke(
  [from, to]: readonly [number, number],
  y: number,
  look: Omit<Stroke, 'lines'>,
): Stroke {
  return { lines: [[from, to].map(x => ({ x, y }))], ...look }
}

/** The same lines elsewhere. */
export function shiftedStroke(stroke: Stroke, x: number, y: number): Stroke {
  return {
    ...stroke,
    lines: stroke.lines.map(line => line.map(point => ({ x: point.x + x, y: point.y + y }))),
  }
}
