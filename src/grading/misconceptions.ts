/**
 * THE table of misconceptions: a row for each wrong rule, in the order in which they are told (contract §4). A row says
 * what the rule gives in a box, by the numbers that someone sees, and what to tell a learner who typed that.
 *
 * Messages name boxes and hold no number: a digit in one stands in a name.
 */
import type { Box } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isSameShape, SCALAR } from '../engine/tensor.js'
import { timesUpstream, type Sight } from './sight.js'
import type { Slip, SlipKind } from './slips-inside.js'
import { boxName, derivativeName, listing, localName, pathName } from './wording.js'

export type MisconceptionCode =
  | 'rounded'
  | 'finite-difference'
  | 'forgot-upstream'
  | 'gave-gradient'
  | 'overwrote-path'
  | 'missing-path'
  | SlipKind
  | 'sign'
  | 'other-derivative'
  | 'reciprocal'
  | 'swapped'

/** What a wrong rule gives. */
export type Proposal = {
  /** Row-major, of the box's shape. */
  readonly values: readonly number[]
  /** What the row's message names: names of the graph, or a part of an expression in words. */
  readonly about: readonly string[]
}

/** A box as someone sees it. */
export type Scene = {
  readonly graph: CompiledGraph
  readonly box: Box
  readonly sight: Sight
  /** Whether these are a learner's own numbers. Then no row may make anything of what stands in the box itself. */
  readonly isOwn: boolean
  /** Whether what has been worked out by the right numbers is worked out again by own ones that are right. */
  readonly evenWork: boolean
  /** What the box is to hold, by these numbers. */
  readonly expected: readonly number[] | undefined
  /** The used nodes that what is derived by feeds, in sorted order; of a local derivative, its node. */
  readonly consumers: readonly string[]
  readonly work: SceneWork
}

/** What takes computing to be known of a scene; the costs are in slots of the tape. */
export type SceneWork = {
  readonly quotients: (scene: Scene) => readonly (readonly number[])[]
  readonly quotientsCost: (scene: Scene) => number
  /** Slips in the derivative of a consumer by what the box is derived by. */
  readonly slips: (kind: SlipKind, node: string, scene: Scene) => readonly Slip[]
  readonly slipsCost: (kind: SlipKind, scene: Scene) => number
  /** The other operands of the consumers, each once. */
  readonly others: (scene: Scene) => readonly string[]
  readonly othersCost: (scene: Scene) => number
  /** The used nodes that a name feeds, in sorted order. */
  readonly consumers: (name: string) => readonly string[]
}

export type Misconception = {
  readonly code: MisconceptionCode
  /**
   * How what was typed is held against a proposal: within the box's tolerance; or as a proposal brought to the digits
   * typed; or as a quotient, which may be either. `box`: against what the other boxes hold.
   */
  readonly match: 'tolerance' | 'rounding' | 'quotient' | 'box'
  /** The box kinds where the rule can be followed. */
  readonly kinds: readonly Box['kind'][]
  /** Work it takes beyond a look at the numbers, in slots of the tape computed. */
  readonly cost?: (scene: Scene) => number
  readonly propose: (scene: Scene) => readonly Proposal[]
  readonly message: (scene: Scene, about: readonly string[]) => string
}

const ALL = ['forward', 'local', 'gradient'] as const
const DERIVATIVES = ['local', 'gradient'] as const
const NOTHING: readonly Proposal[] = []

export const MISCONCEPTIONS: readonly Misconception[] = [
  {
    code: 'rounded',
    match: 'rounding',
    kinds: ALL,
    propose: ({ expected }) => one(expected),
    message: scene => `This looks rounded or cut off too early: give more digits of ${asked(scene)}.`,
  },
  {
    code: 'finite-difference',
    match: 'quotient',
    kinds: DERIVATIVES,
    cost: scene => scene.work.quotientsCost(scene),
    propose: scene => scene.work.quotients(scene).map(values => ({ values, about: [] })),
    message: scene =>
      `This looks like a difference quotient for ${asked(scene)}: a small nudge, and how much changes by it. That only comes near the derivative: differentiate the formula instead.`,
  },
  {
    code: 'forgot-upstream',
    match: 'tolerance',
    kinds: ['gradient'],
    propose: ({ box, sight, consumers }) =>
      one(total(consumers.map(node => sight.local(node, box.wrt ?? ''))), consumers),
    message: forgotUpstream,
  },
  {
    code: 'gave-gradient',
    match: 'tolerance',
    kinds: ['local'],
    propose: gaveGradients,
    message: gaveGradient,
  },
  {
    code: 'overwrote-path',
    match: 'tolerance',
    kinds: ['gradient'],
    propose: ({ box, sight, consumers }) => {
      const last = consumers.at(-1)
      if (last === undefined || consumers.length < 2) return NOTHING
      return one(sight.passed(last, box.wrt ?? ''), [last])
    },
    message: ({ box, graph }, [last = '']) =>
      `${box.wrt ?? ''} acts on ${box.of} along several paths, and this looks like what comes back over ${pathName(last, graph.output)} alone. Add what comes back over the others.`,
  },
  {
    code: 'missing-path',
    match: 'tolerance',
    kinds: ['gradient'],
    propose: missingPath,
    message: ({ box, graph }, [missing = '']) =>
      `${box.wrt ?? ''} acts on ${box.of} along several paths. What comes back over ${pathName(missing, graph.output)} seems to be missing from the sum.`,
  },
  {
    code: 'forgot-inner',
    match: 'tolerance',
    kinds: DERIVATIVES,
    cost: scene => scene.work.slipsCost('forgot-inner', scene),
    propose: scene => slipped(scene, 'forgot-inner'),
    message: (scene, [node = '', operand = '', part = '']) =>
      `Look at ${slippedIn(scene, node, operand)}: ${part} in ${node} seems to be differentiated on the outside only. Multiply by the derivative of what stands inside.`,
  },
  {
    code: 'power-rule',
    match: 'tolerance',
    kinds: DERIVATIVES,
    cost: scene => scene.work.slipsCost('power-rule', scene),
    propose: scene => slipped(scene, 'power-rule'),
    message: (scene, [node = '', operand = '', part = '']) =>
      `Look at ${slippedIn(scene, node, operand)}: the power rule seems to have gone wrong for ${part} in ${node}. The old exponent comes down as a factor, and the new exponent is lower by one.`,
  },
  {
    code: 'wrong-point',
    match: 'tolerance',
    kinds: DERIVATIVES,
    cost: scene => scene.work.slipsCost('wrong-point', scene),
    propose: scene => slipped(scene, 'wrong-point'),
    message: (scene, [node = '', operand = '', moved = '', to = '']) =>
      `Look at ${slippedIn(scene, node, operand)}: it seems to be taken at the value of ${to}. What goes into ${node} is ${moved}: take it at the value of ${moved}.`,
  },
  {
    code: 'sign',
    match: 'tolerance',
    kinds: ALL,
    propose: ({ expected }) => one(expected?.map(entry => -entry)),
    message: scene =>
      `Check the sign of ${asked(scene)}: a minus seems to be lost, or there is one too many.`,
  },
  {
    code: 'other-derivative',
    match: 'tolerance',
    kinds: DERIVATIVES,
    cost: scene => scene.work.othersCost(scene),
    propose: otherDerivatives,
    message: (scene, [other = '']) => {
      const { of, wrt } = scene.box
      return `This looks like ${scene.box.kind === 'local' ? localName(of, other, scene.graph.output, true) : derivativeName(of, other)}, the derivative with respect to ${other}. Here the derivative with respect to ${wrt ?? ''} is asked.`
    },
  },
  {
    code: 'reciprocal',
    match: 'tolerance',
    kinds: ALL,
    propose: ({ expected }) => one(expected?.map(entry => 1 / entry)),
    message: scene => `This looks like ${asked(scene)} turned upside down: check what is divided by what.`,
  },
  {
    code: 'swapped',
    match: 'box',
    kinds: ALL,
    propose: () => NOTHING,
    message: (scene, [other = '']) =>
      `This looks meant for the box of ${other}. Check that you filled in the right one: here ${asked(scene)} is asked.`,
  },
]

function one(values: readonly number[] | undefined, about: readonly string[] = []): readonly Proposal[] {
  return values === undefined ? NOTHING : [{ values, about }]
}

/** The sum, entry by entry; undefined where one is not known or they differ in length. */
function total(terms: readonly (readonly number[] | undefined)[]): readonly number[] | undefined {
  const [first] = terms
  if (first === undefined) return undefined
  const sum = [...first]
  for (const term of terms.slice(1)) {
    if (term?.length !== sum.length) return undefined
    addTo(sum, term)
  }
  return sum
}

function addTo(sum: number[], term: readonly number[]): void {
  for (let entry = 0; entry < sum.length; entry += 1)
    sum[entry] = (sum[entry] as number) + (term[entry] as number)
}

/** The sum of all paths but one, for each in turn; where that is the last path alone, it was overwritten. */
function missingPath({ box, sight, consumers }: Scene): readonly Proposal[] {
  if (consumers.length < 2) return NOTHING
  const all: (readonly number[])[] = []
  for (const node of consumers) {
    const path = sight.passed(node, box.wrt ?? '')
    if (path === undefined) return NOTHING
    all.push(path)
  }
  const zeros = new Array<number>(all[0]?.length ?? 0).fill(0)
  // after[i]: the sum of the paths behind i. Adding up both sides loses no digits, as subtracting from all might.
  const after: number[][] = [zeros]
  for (const path of all.slice(1).toReversed()) {
    const sum = [...(after.at(-1) ?? zeros)]
    addTo(sum, path)
    after.push(sum)
  }
  after.reverse()
  const before = [...zeros]
  const last = all.at(-1) ?? zeros
  const proposals: Proposal[] = []
  all.forEach((path, index) => {
    const values = [...before]
    addTo(values, after[index] ?? zeros)
    addTo(before, path)
    if (!isNearly(values, last)) proposals.push({ values, about: [consumers[index] ?? ''] })
  })
  return proposals
}

/** The same but for rounding. */
function isNearly(values: readonly number[], others: readonly number[]): boolean {
  return values.every((value, entry) => {
    const other = others[entry] as number
    return Math.abs(value - other) <= 1e-12 * Math.abs(other)
  })
}

/**
 * What was typed, carried on, and the whole gradient. By a learner's own numbers that gradient has been made of what
 * stands in the box itself.
 */
function gaveGradients({ box, sight, expected, isOwn }: Scene): readonly Proposal[] {
  if (!isOwn) return [...one(sight.passed(box.of, box.wrt ?? '')), ...one(sight.gradient(box.wrt ?? ''))]
  const upstream = sight.gradient(box.of)
  return upstream === undefined || expected === undefined ? NOTHING : one(timesUpstream(expected, upstream))
}

/** A slip inside ∂node/∂x, times the node's own gradient where a gradient is asked, beside the other paths. */
function slipped(scene: Scene, kind: SlipKind): readonly Proposal[] {
  const { box, sight, expected, consumers, work } = scene
  const proposals: Proposal[] = []
  for (const node of consumers) {
    const upstream = box.kind === 'local' ? 1 : sight.gradient(node)?.[0]
    if (upstream === undefined || upstream === 0) continue
    const slips = work.slips(kind, node, scene)
    if (slips.length === 0) continue
    let others = 0
    if (consumers.length > 1) {
      const [all, path] = [expected?.[0], sight.passed(node, box.wrt ?? '')?.[0]]
      if (all === undefined || path === undefined) continue
      others = all - path
    }
    for (const { slope, about } of slips) proposals.push({ values: [others + slope * upstream], about })
  }
  return proposals
}

/** As they stand in the learner's boxes, and as they follow from the learner's values whatever stands there. */
function otherDerivatives(scene: Scene): readonly Proposal[] {
  const { graph, box, sight, isOwn, consumers, work } = scene
  const shape = graph.shapes.get(box.wrt ?? '') ?? SCALAR
  const proposals: Proposal[] = []
  const [node = ''] = consumers
  for (const other of work.others(scene)) {
    if (!isSameShape(graph.shapes.get(other) ?? SCALAR, shape)) continue
    const about = [other]
    const values = box.kind === 'local' ? sight.local(node, other) : sight.gradient(other)
    if (values !== undefined) proposals.push({ values, about })
    if (!isOwn || consumers.length > 1) continue
    const slope = sight.slope(node, other)
    if (slope === undefined) continue
    if (box.kind === 'local') proposals.push({ values: slope, about })
    else if (work.consumers(other).length === 1) {
      const upstream = sight.gradient(node)
      if (upstream !== undefined) proposals.push({ values: timesUpstream(slope, upstream), about })
    }
  }
  return proposals
}

function forgotUpstream({ box, graph: { output }, consumers }: Scene): string {
  const wrt = box.wrt ?? ''
  const [first = ''] = consumers
  if (consumers.length === 1) {
    return `This looks like ${derivativeName(first, wrt)}, the local derivative. The change also has to be carried on from ${first} to ${output}: multiply by ${derivativeName(output, first)}.`
  }
  const locals = listing(consumers.map(node => localName(node, wrt, output, true)))
  return `This looks like the sum of the local derivatives: ${locals}. Before adding up, each has to be carried on from its node to ${output}: multiply it by the derivative of ${output} with respect to that node.`
}

function gaveGradient(scene: Scene): string {
  const { box, graph } = scene
  const whole = derivativeName(graph.output, box.wrt ?? '')
  if (box.of === graph.output)
    return `This looks like the whole ${whole}, over all paths. Here only ${asked(scene)} is asked.`
  return `This looks carried on to ${graph.output} already, as in ${whole}. Here only ${asked(scene)} is asked: how ${box.of} itself changes with ${box.wrt ?? ''}.`
}

/** The box in words. */
function asked({ box, graph }: Scene): string {
  return boxName(box, graph.output)
}

/** The derivative that a slip was made in. */
function slippedIn({ box, graph, consumers }: Scene, node: string, operand: string): string {
  return localName(node, operand, graph.output, box.kind === 'local' || consumers.length > 1)
}
