/** The words that figures are labelled with, and told in to those who do not see them, by language. */

export type FigureWords = {
  /** Labels of the lines above the graph. */
  readonly parameters: string
  readonly data: string
  readonly nudge: string
  readonly formulas: string
  /** The sentences of the description. Parts come ready-made, empty where there is none. */
  readonly given: (inputs: string) => string
  readonly nodes: (nodes: string, output: string) => string
  readonly boxes: (boxes: string) => string
  readonly cascade: string
  readonly roles: { readonly parameter: string; readonly data: string }
  /** An array that is too large to be told. */
  readonly ofNumbers: (shape: string) => string
  readonly fedBy: (operands: readonly string[]) => string
  readonly valueOf: (node: string) => string
  readonly localOf: (derivative: string) => string
}

const en: FigureWords = {
  parameters: 'Parameters',
  data: 'Data',
  nudge: 'Nudge',
  formulas: 'Formulas',
  given: inputs => `A computation graph, drawn from left to right. Given: ${inputs || 'nothing'}.`,
  nodes: (nodes, output) => `Nodes in order: ${nodes}. The output is ${output}.`,
  boxes: boxes => `Empty boxes to fill in, in order: ${boxes}.`,
  cascade:
    'Each node holds empty boxes for its local derivatives; the arrows say how a small change runs through the graph.',
  roles: { parameter: 'parameter', data: 'data' },
  ofNumbers: shape => `of ${shape} numbers`,
  fedBy: operands => `fed by ${operands.join(' and ')}`,
  valueOf: node => `value of ${node}`,
  localOf: derivative => `${derivative} (local)`,
}

const de: FigureWords = {
  parameters: 'Parameter',
  data: 'Daten',
  nudge: 'Schubs',
  formulas: 'Formeln',
  given: inputs => `Ein Berechnungsgraph, von links nach rechts gezeichnet. Gegeben: ${inputs || 'nichts'}.`,
  nodes: (nodes, output) => `Knoten der Reihe nach: ${nodes}. Das Ergebnis ist ${output}.`,
  boxes: boxes => `Leere Felder zum Ausfüllen, der Reihe nach: ${boxes}.`,
  cascade:
    'Jeder Knoten enthält leere Felder für seine lokalen Ableitungen; die Pfeile sagen, wie eine kleine Änderung durch den Graphen läuft.',
  roles: { parameter: 'Parameter', data: 'Daten' },
  ofNumbers: shape => `aus ${shape} Zahlen`,
  fedBy: operands => `gespeist von ${operands.join(' und ')}`,
  valueOf: node => `Wert von ${node}`,
  localOf: derivative => `${derivative} (lokal)`,
}

export const FIGURE_WORDS = { en, de } as const satisfies Record<string, FigureWords>

export type FigureLanguage = keyof typeof FIGURE_WORDS
