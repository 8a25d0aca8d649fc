/**
 * An author's check of a graph definition: all that publication would say of it, and what the boxes hold. It needs no
 * database.
 */
import { DEFINITION_BYTES, definitionSchema, type Definition } from '../contracts/graph.js'
import { showNumber, showRounded, type ShownNumber } from '../engine/shown-number.js'
import { showValue } from '../engine/shown-value.js'
import { symbolicForm, type Symbolics } from '../engine/symbolic.js'
import { isScalar, valueOfEntries } from '../engine/tensor.js'
import { Refusal } from '../errors.js'
import type { KeyedBox } from '../grading/answer-key.js'
import { answerKeyOf, type PublishedGraph } from '../grading/published-graph.js'
import { wouldPass } from '../grading/tolerance.js'
import { formFaults } from './form-faults.js'
import { findJsonFault } from './json-fault.js'
import { compileOrRefuse } from './publish-graph.js'
import { symbolicsOf } from './symbolic-texts.js'
import { viewRemark } from './views.js'

/** A fault or warning, and the line of text that its position counts in. */
export type Remark = {
  readonly code: string
  /** A JSON pointer into the definition, empty for the whole. */
  readonly path: string
  readonly message: string
  /** An expression, or a line of a text that is no JSON (its number, from 1), and the 0-based place in it. */
  readonly source?: { readonly text: string; readonly position: number; readonly line?: number } | undefined
}

/** A box asked, with its numbers and formula as a person reads them. */
export type CheckedBox = {
  readonly id: string
  readonly right: string
  /** Left out where the language cannot write it. */
  readonly symbolic: string | undefined
  readonly asksExpression: boolean
  /** What each slip would give, in the order in which slips are told; not what is right. */
  readonly slips: readonly { readonly code: string; readonly values: readonly string[] }[]
}

export type GraphCheck = {
  readonly faults: readonly Remark[]
  readonly warnings: readonly Remark[]
  /** Undefined where there are faults. */
  readonly summary:
    | {
        readonly title: string
        readonly inputs: readonly { readonly name: string; readonly role: string; readonly value: string }[]
        readonly nodes: number
        readonly output: string
        /** The first of the boxes asked. */
        readonly boxes: readonly CheckedBox[]
        /** How many more there are. */
        readonly more: number
      }
    | undefined
}

/** As many nodes as a server takes that is not configured otherwise. */
const MAX_NODES = 2000
const MOST_BOXES = 50
/** So many values of one slip are shown, of numbers and of arrays; a quotient has one for each nudge. */
const MOST_NUMBERS = 3
const MOST_ARRAYS = 1
/** To how many digits what a slip gives is cut, where it is long. */
const SLIP_DIGITS = 6
/** What working out slips may take for one box, as of diagnosis. */
const STEPS_PER_BOX = 1_000_000

/** Checks the bytes of a definition. Never throws for what they hold. */
export function checkGraph(bytes: Uint8Array): GraphCheck {
  if (bytes.length > DEFINITION_BYTES) {
    const message = `The definition is larger than ${String(DEFINITION_BYTES / 2 ** 20)} MiB, the most that can be published.`
    return refused([{ code: 'body-too-large', path: '', message }])
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refused([{ code: 'malformed-json', path: '', message: 'The file is not in UTF-8.' }])
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return refused([jsonRemark(text, error)])
  }
  const other = kindOtherThanObject(parsed)
  if (other !== undefined) {
    const message = `A definition is a JSON object with the fields title, inputs, nodes and output; this is ${other}.`
    return refused([{ code: 'wrong-type', path: '', message }])
  }
  const form = definitionSchema.safeParse(parsed)
  if (!form.success) return refused(formFaults(parsed, form.error))
  return checkDefinition(form.data)
}

/** What a JSON value is that is no object, in words. */
function kindOtherThanObject(value: unknown): string | undefined {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? undefined : `a ${typeof value}`
}

function checkDefinition(definition: Definition): GraphCheck {
  const remarkOf = (entry: Omit<Remark, 'source'> & { readonly position?: number }): Remark => {
    const text = textAt(definition, entry.path)
    const { position } = entry
    return { ...entry, source: text === undefined || position === undefined ? undefined : { text, position } }
  }
  try {
    const { published, warnings } = compileOrRefuse(definition, MAX_NODES)
    return {
      faults: [],
      warnings: warnings.map(warning => remarkOf(viewRemark(warning))),
      summary: summarise(definition, published),
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refused(error.entries.map(remarkOf))
  }
}

function refused(faults: readonly Remark[]): GraphCheck {
  return { faults, warnings: [], summary: undefined }
}

/** The expression that a pointer names. */
function textAt({ nodes }: Definition, path: string): string | undefined {
  const index = /^\/nodes\/(\d+)\/expression$/.exec(path)?.[1]
  return index === undefined ? undefined : nodes[Number(index)]?.expression
}

function jsonRemark(text: string, error: unknown): Remark {
  const fault = findJsonFault(text)
  const remark = { code: 'malformed-json', path: '' }
  if (fault === undefined) return { ...remark, message: error instanceof Error ? error.message : '' }
  const before = text.slice(0, fault.position)
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
  const [line = ''] = text.slice(start).split(/[\r\n]/, 1)
  const number = before.split(/\r\n|\r|\n/).length
  return {
    ...remark,
    message: fault.message,
    source: { text: line, position: fault.position - start, line: number },
  }
}

function summarise(definition: Definition, published: PublishedGraph): GraphCheck['summary'] {
  const { graph } = published
  const key = answerKeyOf(published)
  const symbolics = symbolicsOf(graph)
  return {
    title: definition.title,
    inputs: definition.inputs.map(({ name, role, value }) => ({ name, role, value: showValue(value).text })),
    nodes: graph.nodes.length,
    output: graph.output,
    boxes: key.boxes.slice(0, MOST_BOXES).map(keyed => checkBox(published, symbolics, keyed)),
    more: Math.max(0, key.boxes.length - MOST_BOXES),
  }
}

function checkBox(published: PublishedGraph, symbolics: Symbolics, keyed: KeyedBox): CheckedBox {
  const { box, shape, truths, answer } = keyed
  const right = valueOfEntries(shape, truths)
  return {
    id: box.id,
    right: showValue(right).text,
    symbolic: symbolicForm(published.graph, symbolics, box)?.text,
    asksExpression: answer === 'expression',
    slips: answer === 'expression' ? [] : slipsOf(published, keyed),
  }
}

/** By their codes, each value once, and nothing that would be right. */
function slipsOf(
  { diagnoser }: PublishedGraph,
  { box, shape, truths, tolerance }: KeyedBox,
): CheckedBox['slips'] {
  const byCode = new Map<string, Set<string>>()
  for (const { code, values } of diagnoser.candidates(box, { steps: STEPS_PER_BOX })) {
    if (values.every((value, entry) => wouldPass(value, truths[entry] ?? Number.NaN, tolerance))) continue
    const known = byCode.get(code) ?? new Set()
    byCode.set(code, known.add(showValue(valueOfEntries(shape, values), showShort).text))
  }
  const most = isScalar(shape) ? MOST_NUMBERS : MOST_ARRAYS
  return [...byCode].map(([code, values]) => {
    const all = [...values]
    return { code, values: all.length > most ? [...all.slice(0, most), '…'] : all }
  })
}

function showShort(value: number): ShownNumber {
  const shown = showNumber(value)
  return shown.exact ? shown : showRounded(value, SLIP_DIGITS)
}
