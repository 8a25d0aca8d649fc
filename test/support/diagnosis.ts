/** Short ways into diagnosis for tests. */
import type { Box } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { findTruths, type KeyedBox } from '../../src/grading/answer-key.js'
import {
  createDiagnoser,
  type Diagnoser,
  type Diagnosis,
  type DiagnosisOptions,
  type Suspect,
} from '../../src/grading/diagnose.js'
import { entriesIn, truthSight, type Sight } from '../../src/grading/sight.js'
import type { Tolerance } from '../../src/grading/tolerance.js'
import { compile, evaluate } from './engine.js'
import { number } from './grading.js'

/** A definition, compiled and diagnosed at its own values. */
export type Clinic = {
  readonly graph: CompiledGraph
  readonly evaluation: Evaluation
  readonly truth: Sight
  readonly diagnoser: Diagnoser
  readonly keyed: readonly KeyedBox[]
  box(id: string): Box
  suspect(id: string, typed: unknown, tolerance?: Tolerance): Suspect
  /** Codes of what was typed in a box, in order. */
  codes(id: string, typed: unknown, options?: Partial<DiagnosisOptions>, tolerance?: Tolerance): string[]
  diagnose(
    id: string,
    typed: unknown,
    options?: Partial<DiagnosisOptions>,
    tolerance?: Tolerance,
  ): readonly Diagnosis[]
}

export function clinic(definition: GraphDefinition): Clinic {
  const { graph } = compile(definition)
  const evaluation = evaluate(graph)
  const { boxes } = findTruths(graph, evaluation)
  const keyed = boxes.map(truth => ({ ...truth, weight: 1, tolerance: {}, answer: 'number' as const }))
  const diagnoser = createDiagnoser(graph, boxes, evaluation)
  const box = (id: string): Box => {
    const found = graph.boxes.get(id)
    if (found === undefined) throw new Error(`no box ${id}`)
    return found
  }
  const suspect = (id: string, typed: unknown, tolerance: Tolerance = {}): Suspect => {
    const found = keyed.find(asked => asked.box.id === id)
    if (found === undefined) throw new Error(`${id} is not asked`)
    const cells: readonly unknown[] = Array.isArray(typed) ? (typed as unknown[]).flat() : [typed]
    return {
      keyed: { ...found, tolerance },
      typed,
      entries: cells.map(cell => (cell === null ? undefined : number(cell))),
    }
  }
  const diagnose: Clinic['diagnose'] = (id, typed, options = {}, tolerance = {}) =>
    diagnoser.diagnose(suspect(id, typed, tolerance), {
      truth: true,
      own: undefined,
      budget: { steps: 1_000_000 },
      ...options,
    })
  return {
    graph,
    evaluation,
    truth: truthSight(graph, evaluation),
    diagnoser,
    keyed,
    box,
    suspect,
    diagnose,
    codes: (id, typed, options, tolerance) => diagnose(id, typed, options, tolerance).map(({ code }) => code),
  }
}

/** Someone who sees other values, local derivatives and gradients than the right ones; the rest follows from these. */
export function sightOf(
  { truth, evaluation, graph }: Clinic,
  seen: {
    readonly values?: Readonly<Record<string, number>>
    /** By `node/operand`. */
    readonly locals?: Readonly<Record<string, number>>
    readonly gradients?: Readonly<Record<string, number>>
    readonly expected?: Readonly<Record<string, number>>
  },
): Sight {
  const list = (value: number | undefined): readonly number[] | undefined =>
    value === undefined ? undefined : [value]
  const slots = evaluation.sweep.values.slice()
  const sight: Sight = {
    value: name => list(seen.values?.[name]) ?? truth.value(name),
    local: (node, operand) => list(seen.locals?.[`${node}/${operand}`]) ?? truth.local(node, operand),
    slope: (node, operand) => truth.slope(node, operand),
    gradient: name => list(seen.gradients?.[name]) ?? truth.gradient(name),
    passed: (node, operand) => {
      const [local, upstream] = [sight.local(node, operand)?.[0], sight.gradient(node)?.[0]]
      return local === undefined || upstream === undefined ? undefined : [local * upstream]
    },
    expected: box => list(seen.expected?.[box.id]) ?? truth.expected(box),
    slots: () => slots,
    firsts: boxes => Float64Array.from(boxes, ({ box }) => entriesIn(sight, box)?.[0] ?? Number.NaN),
    memo: {},
  }
  for (const [name, value] of Object.entries(seen.values ?? {}))
    slots[graph.tape.slotOf.get(name) ?? -1] = value
  return sight
}
