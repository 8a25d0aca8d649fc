/** Graphs as they cross the boundary (contract §1, §3 and §6). */
import { z } from 'zod'
import { sampleSchema } from './sample.js'
import { keySchema, text, wholeNumber } from './text.js'

const LAB_NETWORK = {
  title: 'A first network',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [
    { name: 'a', expression: '2 + 3*w' },
    { name: 'J', expression: 'a^2' },
  ],
  output: 'J',
}

/** The most bytes that a definition has as JSON (contract §6). */
export const DEFINITION_BYTES = 2 * 1024 * 1024

/** The engine's own bound, and its message, is lower; this one keeps a flood from being looked at one by one. */
const MAX_NODES = 10_000

const positive = z.number().min(0)

type Value = number | number[] | number[][]

/** The most faults of one value that are listed; there may be thousands of values. */
const MAX_LISTED = 5

/** Where a value is no number, vector or matrix: the first such places, as paths into it. */
function notNumbers(value: unknown): (readonly number[])[] {
  const found: (readonly number[])[] = []
  const look = (part: unknown, path: readonly number[]): void => {
    if (found.length === MAX_LISTED || Number.isFinite(part)) return
    if (!Array.isArray(part) || path.length === 2) {
      found.push(path)
      return
    }
    // Rows hold numbers, and beside a number stand numbers: [1, [2]] is neither a vector nor a matrix.
    const rows = path.length === 0 && Array.isArray(part[0])
    for (const [index, entry] of part.entries()) {
      if (found.length === MAX_LISTED) return
      if (path.length === 0 && rows !== Array.isArray(entry)) found.push([index])
      else if (!Number.isFinite(entry)) look(entry, [...path, index])
    }
  }
  look(value, [])
  return found
}

/**
 * A number, a vector or a matrix, looked at in one pass that ends after so many faults: a union of arrays would list
 * each of half a million. The engine says which arrays have a shape.
 */
export const valueSchema = z
  .unknown()
  .superRefine((value, context) => {
    const message = 'must be a number, a list of numbers, or a list of rows of numbers'
    for (const path of notNumbers(value)) {
      context.addIssue({ code: 'invalid_type', expected: 'number', input: value, path: [...path], message })
    }
  })
  .meta({
    description: 'a number, a vector or a matrix, row by row',
    anyOf: [
      { type: 'number' },
      { type: 'array', items: { type: 'number' } },
      { type: 'array', items: { type: 'array', items: { type: 'number' } } },
    ],
  }) as unknown as z.ZodType<Value, Value> // What passes the check is one.

/** How close an answer must be (contract §4, tolerance). */
export const toleranceSchema = z
  .union([
    z.strictObject({ decimals: z.int().min(0).max(15) }),
    z.strictObject({ significantDigits: z.int().min(1).max(15) }),
    z.strictObject({ absolute: positive.optional(), relative: positive.max(1).optional() }),
  ])
  .describe('|s − t| ≤ max(absolute, relative·|t|), or half a unit of a decimal place or significant digit')

const inputSchema = z.strictObject({
  name: z.string(),
  role: z.enum(['parameter', 'data']).describe('backprop reaches a parameter and does not reach data'),
  value: valueSchema,
  sample: sampleSchema.optional(),
})

const nodeSchema = z.strictObject({ name: z.string(), expression: z.string() })

const askedBoxSchema = z.union([
  z.string(),
  z.strictObject({
    id: z.string(),
    weight: positive.optional(),
    tolerance: toleranceSchema.optional(),
    answer: z.enum(['number', 'expression']).optional().describe('what it asks for; a number by default'),
  }),
])

const place = z.int().min(0).max(999)

/** How an author wants a graph to be drawn. */
const figureSchema = z
  .strictObject({
    places: z
      .array(z.strictObject({ name: z.string(), column: place, row: place }))
      .max(1_000)
      .describe('nodes, and inputs that are to stand on their own; each node right of all that feeds it'),
  })
  .describe('columns run from left to right, rows from top to bottom; nodes left out find their place')

/** A graph definition: the body of a publication. Names, expressions and boxes are checked by the engine. */
export const definitionSchema = z
  .strictObject({
    title: text(200),
    description: text(10_000).optional(),
    public: z.boolean().optional().describe('may be practised without a key; false by default'),
    tolerance: toleranceSchema.optional(),
    inputs: z.array(inputSchema).max(MAX_NODES),
    nodes: z.array(nodeSchema).min(1).max(MAX_NODES),
    output: z.string(),
    boxes: z
      .array(askedBoxSchema)
      .max(20_000)
      .optional()
      .describe('box ids in order; by default those of the contract'),
    figure: figureSchema.optional(),
  })
  .meta({ examples: [LAB_NETWORK] })

export type Definition = z.infer<typeof definitionSchema>

/**
 * A definition that was published, perhaps when more was accepted: an input whose sample would be refused today keeps
 * its value.
 */
export const storedDefinitionSchema = definitionSchema.extend({
  inputs: z.array(inputSchema.extend({ sample: sampleSchema.optional().catch(undefined) })),
})

const warningSchema = z.strictObject({
  code: z.string(),
  path: z.string().describe('a JSON pointer into the definition'),
  position: z.int().optional().describe('0-based place in the expression'),
  message: z.string(),
})

export const boxSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['forward', 'local', 'gradient']),
  of: z.string(),
  wrt: z.string().nullable(),
  label: z.strictObject({ text: z.string(), tex: z.string() }),
  shape: z.array(z.int()).optional().describe('of an array: its length, or its rows and columns'),
  answer: z
    .literal('expression')
    .optional()
    .describe('it asks for an expression in names of the graph, not for a number'),
})

/** A published version. It never holds an answer. */
export const graphSchema = z
  .strictObject({
    key: keySchema,
    version: z.int(),
    title: z.string(),
    description: z.string().optional(),
    public: z.boolean(),
    builtIn: z.boolean().describe('installed with the service and readable by every key'),
    tolerance: toleranceSchema.optional(),
    inputs: z.array(inputSchema),
    nodes: z.array(nodeSchema),
    output: z.string(),
    boxes: z.array(boxSchema).describe('the boxes asked, in order'),
    figure: figureSchema.optional(),
  })
  .meta({
    examples: [
      {
        key: 'lab-network0',
        version: 1,
        public: true,
        builtIn: true,
        ...LAB_NETWORK,
        boxes: [
          { id: 'a', kind: 'forward', of: 'a', wrt: null, label: { text: 'a', tex: 'a' } },
          {
            id: 'dJ_da',
            kind: 'gradient',
            of: 'J',
            wrt: 'a',
            label: { text: '∂J/∂a', tex: '\\frac{\\partial J}{\\partial a}' },
          },
        ],
      },
    ],
  })

export const publishedSchema = graphSchema.extend({ warnings: z.array(warningSchema) })

export const graphSummarySchema = z.strictObject({
  key: keySchema,
  version: z.int(),
  title: z.string(),
  public: z.boolean(),
  builtIn: z.boolean(),
})

export type GraphView = z.infer<typeof graphSchema>
export type PublishedView = z.infer<typeof publishedSchema>
export type GraphSummary = z.infer<typeof graphSummarySchema>

export const versionQuerySchema = z.strictObject({
  version: wholeNumber(1, 2_147_483_647).optional().describe('by default the latest'),
})

/** How a figure is to look. */
export const figureQuerySchema = versionQuerySchema.extend({
  theme: z.enum(['light', 'dark']).default('light'),
  view: z
    .enum(['boxes', 'cascade'])
    .default('boxes')
    .describe('all boxes in their places, or a small change of one parameter running through the graph'),
})

export type FigureQuery = z.infer<typeof figureQuerySchema>

const boxQuery = z
  .string()
  .max(200)
  .optional()
  .describe('the id of the one box to explain by steps; by default all, where there are at most 100')

export const solutionQuerySchema = versionQuerySchema.extend({ box: boxQuery })

export const evaluateQuerySchema = z.strictObject({ box: boxQuery })

const formulaSchema = z.strictObject({ text: z.string(), tex: z.string() })

const stepSchema = formulaSchema.extend({ kind: z.string().describe('what the step does') })

const cascadeSchema = z
  .strictObject({
    from: z.string(),
    nodes: z.array(z.strictObject({ name: z.string(), multiplier: z.number() })),
    edges: z.array(z.strictObject({ from: z.string(), to: z.string(), local: z.number() })),
    lines: z.array(formulaSchema),
  })
  .describe('how a nudge of ε at `from` runs through the graph: what each value changes by, in ε')

const differencesSchema = z.strictObject({
  epsilon: z.number(),
  forward: valueSchema.optional().describe('(f(x + ε) − f(x)) / ε'),
  central: valueSchema.optional().describe('(f(x + ε) − f(x − ε)) / 2ε'),
  reason: z.string().optional().describe('why a quotient is left out'),
})

const SOLUTION = {
  values: { w: 3, a: 11, J: 121 },
  locals: [
    { node: 'a', operand: 'w', value: 3 },
    { node: 'J', operand: 'a', value: 22 },
  ],
  gradients: { w: 66, a: 22, J: 1 },
  boxes: [
    {
      id: 'dJ_dw',
      kind: 'gradient',
      of: 'J',
      wrt: 'w',
      label: { text: '∂J/∂w', tex: '\\frac{\\partial J}{\\partial w}' },
      value: 66,
      symbolic: { text: '6*a', tex: '6 a' },
      finiteDifferences: { epsilon: 0.001, forward: 66.0090000000082, central: 66.0000000000025 },
      steps: [
        {
          kind: 'numbers',
          text: '∂J/∂w = ∂a/∂w · ∂J/∂a = 3 · 22 = 66',
          tex: '\\frac{\\partial J}{\\partial w} = 3 \\cdot 22 = 66',
        },
      ],
    },
  ],
  cascades: [
    {
      from: 'w',
      nodes: [
        { name: 'w', multiplier: 1 },
        { name: 'a', multiplier: 3 },
        { name: 'J', multiplier: 66 },
      ],
      edges: [
        { from: 'w', to: 'a', local: 3 },
        { from: 'a', to: 'J', local: 22 },
      ],
      lines: [
        { text: 'w ↑ ε', tex: 'w \\uparrow \\varepsilon' },
        { text: 'a ↑ 3ε', tex: 'a \\uparrow 3\\varepsilon' },
        { text: 'J ↑ 66ε', tex: 'J \\uparrow 66\\varepsilon' },
      ],
    },
  ],
} as const

const boxSolutionSchema = boxSchema.extend({
  value: valueSchema,
  symbolic: formulaSchema
    .optional()
    .describe(
      'what a teacher writes on the board; left out where the language cannot write it, or it is long',
    ),
  finiteDifferences: differencesSchema.optional(),
  steps: z.array(stepSchema).optional().describe('how the value comes about, step by step'),
})

export type BoxSolution = z.infer<typeof boxSolutionSchema>

/** Every number of a graph at one set of inputs. */
const solutionFields = z.strictObject({
  values: z.record(z.string(), valueSchema),
  locals: z.array(z.strictObject({ node: z.string(), operand: z.string(), value: valueSchema })),
  gradients: z.record(z.string(), valueSchema),
  boxes: z.array(boxSolutionSchema),
  cascades: z
    .array(cascadeSchema)
    .optional()
    .describe(
      'one for each parameter that reaches the output through numbers alone; left out for large graphs',
    ),
})

export const solutionSchema = solutionFields.meta({ examples: [SOLUTION] })

/** The solution of a definition, with what publication would warn of. */
export const evaluatedSchema = solutionFields
  .extend({ warnings: z.array(warningSchema) })
  .meta({ examples: [{ ...SOLUTION, warnings: [] }] })

export type Solution = z.infer<typeof solutionSchema>
export type Evaluated = z.infer<typeof evaluatedSchema>
