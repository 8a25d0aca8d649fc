/** What the learner's page is given: a graph to fill in with its figure, and what is asked for while it is practised. */
import { z } from 'zod'
import { boxSchema, graphSchema, valueSchema, versionQuerySchema } from './graph.js'
import { LANGUAGES } from './languages.js'
import { keySchema } from './text.js'

/** Where a box stands in a figure, in the units of its viewBox. */
const placeSchema = z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

/** A box to fill in; null: it has no place in the figure. */
export const pageBoxSchema = boxSchema.extend({ place: placeSchema.nullable() })

export type PageBox = z.infer<typeof pageBoxSchema>

/** A place in a figure that is left free for a value that is given, or for the entry of a box once it is right. */
const echoSchema = z.strictObject({
  kind: z
    .enum(['input', 'gradient', 'factor', 'thousandth'])
    .describe(
      '`input` over the arrow of an input; `gradient` under the arrow of its node or input; ' +
        '`factor` where a nudge of ε is told, and `thousandth` where one of 0.001 is',
    ),
  of: z.string().describe('the name of the input, or the id of the box'),
  place: placeSchema,
})

/** A graph to fill in. It never holds an answer. */
export const pageGraphSchema = z.strictObject({
  key: keySchema,
  version: z.int(),
  title: z.string(),
  description: z.string().optional(),
  inputs: z.array(
    z.strictObject({ name: z.string(), role: z.enum(['parameter', 'data']), value: valueSchema }),
  ),
  nodes: graphSchema.shape.nodes,
  output: z.string(),
  boxes: z
    .array(pageBoxSchema)
    .describe('in the order of work: forward from left to right, then backward from right to left'),
  echoes: z.array(echoSchema),
  valuesApart: z.boolean().describe('whether the given values are not in the figure, or there is none'),
  figure: z
    .strictObject({ width: z.number(), height: z.number() })
    .nullable()
    .describe('the size of its viewBox; null where the graph is too large to be drawn'),
})

export type PageGraph = z.infer<typeof pageGraphSchema>

/** A figure as a page shows it: its colours are CSS variables. */
export const pageSvgSchema = z
  .string()
  .describe('an SVG document whose colours are the custom properties of the page')

/** In which language a page is to be told what is told in words. */
export const languageQuerySchema = z.strictObject({
  lang: z.enum(LANGUAGES).default('en').describe('the language of what is told in words'),
})

/** Whose graphs are meant; without it those that are built in. */
const tenantQuery = { tenant: keySchema.optional().describe('whose graph; without it a built-in one') }

export const publicGraphsQuerySchema = z.strictObject(tenantQuery)
export const practiceQuerySchema = versionQuerySchema.extend({
  ...tenantQuery,
  ...languageQuerySchema.shape,
})
export const stepsQuerySchema = practiceQuerySchema.extend({ box: z.string().min(1).max(200) })

export type PracticeQuery = z.infer<typeof practiceQuerySchema>

export const publicGraphSchema = z.strictObject({
  key: keySchema,
  version: z.int(),
  title: z.string(),
  description: z.string().optional(),
  boxes: z.int().describe('how many there are to fill in'),
})

export type PublicGraph = z.infer<typeof publicGraphSchema>

export const publicGraphsSchema = z.strictObject({ items: z.array(publicGraphSchema) })

export const practiceGraphSchema = z.strictObject({ graph: pageGraphSchema, svg: pageSvgSchema.nullable() })

const formulaSchema = z.strictObject({
  kind: z.string(),
  text: z.string(),
  html: z.string().describe('the same, typeset: words, escaped, with MathML between them'),
})

/** How one box is worked out. */
export const stepsSchema = z.strictObject({
  box: z.string(),
  value: z.string().describe('what is right, as it may be typed'),
  steps: z.array(formulaSchema),
})

export type StepsView = z.infer<typeof stepsSchema>

/** All that is right, as it may be typed. */
export const revealSchema = z.strictObject({
  boxes: z.array(z.strictObject({ id: z.string(), value: z.string() })),
})

export type RevealView = z.infer<typeof revealSchema>

/** A small change of one parameter that runs through the graph. */
export const cascadePageSchema = z.strictObject({
  svg: pageSvgSchema.nullable(),
  width: z.number(),
  height: z.number(),
  labels: z
    .array(z.strictObject({ kind: z.enum(['box', 'multiplier']), text: z.string(), place: placeSchema }))
    .describe('what stands in its boxes, and how many times the nudge each node changes by'),
  cascades: z.array(z.strictObject({ from: z.string(), lines: z.array(formulaSchema.omit({ kind: true })) })),
})

export type CascadePage = z.infer<typeof cascadePageSchema>
