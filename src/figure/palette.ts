/**
 * The themes. In `light` and `dark` every colour of text stands out by 4.5 to 1 from what it stands on, every line of a box
 * by 3 to 1. A figure in `page` takes the colours of the page that it stands in: each is a custom property of that page.
 */

export type Theme = 'light' | 'dark' | 'page'

export type Palette = {
  readonly ground: string
  readonly ink: string
  readonly muted: string
  readonly edge: string
  readonly separator: string
  readonly groupSeparator: string
  readonly node: { readonly fill: string; readonly stroke: string }
  readonly column: { readonly fill: string; readonly stroke: string }
  readonly forward: { readonly text: string; readonly fill: string; readonly stroke: string }
  readonly backward: { readonly text: string; readonly fill: string; readonly stroke: string }
}

const LIGHT: Palette = {
  ground: '#ffffff',
  ink: '#1b1f24',
  muted: '#57606a',
  edge: '#57606a',
  separator: '#d0ddd4',
  groupSeparator: '#8fae99',
  node: { fill: '#f6f8fa', stroke: '#24292f' },
  column: { fill: '#f5fbf6', stroke: '#c3d6c9' },
  forward: { text: '#0550ae', fill: '#eaf4ff', stroke: '#0969da' },
  backward: { text: '#0f5323', fill: '#ffffff', stroke: '#1a7f37' },
}

const DARK: Palette = {
  ground: '#0d1117',
  ink: '#e6edf3',
  muted: '#a5aeb8',
  edge: '#9198a1',
  separator: '#26382c',
  groupSeparator: '#4d7058',
  node: { fill: '#1c222b', stroke: '#c9d1d9' },
  column: { fill: '#0f1a14', stroke: '#2f4a38' },
  forward: { text: '#79c0ff', fill: '#0f2747', stroke: '#58a6ff' },
  backward: { text: '#7ee787', fill: '#0b140e', stroke: '#3fb950' },
}

/** The page's custom property for a colour; where the page defines none, as without its style sheet, it is that of `light`. */
function own(name: string, colour: string): string {
  return `var(--cm-${name}, ${colour})`
}

const PAGE: Palette = {
  ground: own('ground', LIGHT.ground),
  ink: own('ink', LIGHT.ink),
  muted: own('muted', LIGHT.muted),
  edge: own('edge', LIGHT.edge),
  separator: own('separator', LIGHT.separator),
  groupSeparator: own('group-separator', LIGHT.groupSeparator),
  node: { fill: own('node-fill', LIGHT.node.fill), stroke: own('node-stroke', LIGHT.node.stroke) },
  column: { fill: own('column-fill', LIGHT.column.fill), stroke: own('column-stroke', LIGHT.column.stroke) },
  forward: {
    text: own('forward-text', LIGHT.forward.text),
    fill: own('forward-fill', LIGHT.forward.fill),
    stroke: own('forward-stroke', LIGHT.forward.stroke),
  },
  backward: {
    text: own('backward-text', LIGHT.backward.text),
    fill: own('backward-fill', LIGHT.backward.fill),
    stroke: own('backward-stroke', LIGHT.backward.stroke),
  },
}

export const PALETTES: Readonly<Record<Theme, Palette>> = { light: LIGHT, dark: DARK, page: PAGE }
