/** Graphs as they cross the boundary (contract §1, §3 and §6). */
import { z } from 'zod'
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

/** The engine's own bound, and its message, is lower; this one keeps a flood from being looked at one by one. */
const MAX_NODES = 10_000

const finite = z.number()
const positive = finite.min(0)

/** How close an answer must be (contract §4, tolerance). */
export const toleranceSchema = z
  .union([
    z.strictObject({ decimals: z.int().min(0).max(15) }),
    z.strictObject({ significantDigits: z.int().min(1).max(15) }),
    z.strictObject({ absolute: positive.optional(), relative: positive.max(1).optional() }),
  ])
  .describe('|s − t| ≤ max(absolute, relative·|t|), or half a unit of a decimal place or significant digit')

/** Whether a range of integers holds one that is not excluded; looks at no more of them than are excluded. */
function leavesInteger(low: number, high: number, exclude: readonly number[]): boolean {
  const excluded = new Set(exclude.filter(value => low <= value && value <= high))
  return high - low + 1 > excluded.size
}

/** How a variant's value of an input is drawn. */
const sampleSchema = z.union([
  z
    .strictObject({ integer: z.tuple([z.int(), z.int()]), exclude: z.array(z.int()).max(100).optional() })
    .refine(({ integer: [low, high], exclude = [] }) => leavesInteger(low, high, exclude), {
      message: 'no number is left to draw',
    }),
  z.strictObject({ choice: z.array(finite).min(1).max(100) }),
  z
    .strictObject({ uniform: z.tuple([finite, finite]), decimals: z.int().min(0).max(6) })
    .refine(({ uniform: [low, high] }) => low <= high, { message: 'the range must not be empty' }),
])

const inputSchema = z.strictObject({
  name: z.string(),
  role: z.enum(['parameter', 'data']).describe('backprop reaches a parameter and does not reach data'),
  value: finite,
  sample: sampleSchema.optional(),
})

const nodeSchema = z.strictObject({ name: z.string(), expression: z.string() })

const askedBoxSchema = z.union([
  z.string(),
  z.strictObject({
    id: z.string(),
    weight: positive.optional(),
    tolerance: toleranceSchema.optional(),
    answer: z.enum(['number']).optional(),
  }),
])

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
  })
  .meta({ examples: [LAB_NETWORK] })

export type Definition = z.infer<typeof definitionSchema>

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

const differencesSchema = z.strictObject({
  epsilon: z.number(),
  forward: z.number().optional().describe('(f(x + ε) − f(x)) / ε'),
  central: z.number().optional().describe('(f(x + ε) − f(x − ε)) / 2ε'),
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
      finiteDifferences: { epsilon: 0.001, forward: 66.0090000000082, central: 66.0000000000025 },
    },
  ],
} as const

/** Every number of a graph at one set of inputs. */
const solutionFields = z.strictObject({
  values: z.record(z.string(), z.number()),
  locals: z.array(z.strictObject({ node: z.string(), operand: z.string(), value: z.number() })),
  gradients: z.record(z.string(), z.number()),
  boxes: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['forward', 'local', 'gradient']),
      of: z.string(),
      wrt: z.string().nullable(),
      label: z.strictObject({ text: z.string(), tex: z.string() }),
      value: z.number(),
      finiteDifferences: differencesSchema.optional(),
    }),
  ),
})

export const solutionSchema = solutionFields.meta({ examples: [SOLUTION] })

/** The solution of a definition, with what publication would warn of. */
export const evaluatedSchema = solutionFields
  .extend({ warnings: z.array(warningSchema) })
  .meta({ examples: [{ ...SOLUTION, warnings: [] }] })

export type Solution = z.infer<typeof solutionSchema>
export type Evaluated = z.infer<typeof evaluatedSchema>
