/**
 * Follow-through by the words of its rule alone (contract §4), on graphs of numbers: every number is a small record of
 * what it was made of, and is looked up by walking the definition. Slow, and plain enough to be checked by reading.
 */

/** How a node is computed from its operands, and its derivative by each. */
export type Rule = {
  readonly text: (operands: readonly string[]) => string
  readonly arity: 1 | 2
  readonly value: (x: number, y: number) => number
  /** By each operand: the slope, and which operands it is made of. */
  readonly slopes: readonly Slope[]
}

type Slope = {
  readonly of: (x: number, y: number) => number
  readonly uses: readonly number[]
  /** The same by the node's own value, for those who know it so, and the operands that it is then made of besides. */
  readonly byOwn?: {
    readonly of: (value: number, x: number, y: number) => number
    readonly uses: readonly number[]
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** Slopes that hang on no operand, on either and on both; and those that a learner may take from the node's own value. */
export const RULES: readonly Rule[] = [
  { text: ([x]) => `2*${x ?? ''} + 1`, arity: 1, value: x => 2 * x + 1, slopes: [{ of: () => 2, uses: [] }] },
  { text: ([x]) => `-${x ?? ''}`, arity: 1, value: x => -x, slopes: [{ of: () => -1, uses: [] }] },
  { text: ([x]) => `${x ?? ''}^2`, arity: 1, value: x => x * x, slopes: [{ of: x => 2 * x, uses: [0] }] },
  {
    text: ([x]) => `${x ?? ''}^3`,
    arity: 1,
    value: x => x ** 3,
    slopes: [{ of: x => 3 * x * x, uses: [0] }],
  },
  { text: ([x]) => `sin(${x ?? ''})`, arity: 1, value: Math.sin, slopes: [{ of: Math.cos, uses: [0] }] },
  {
    text: ([x]) => `exp(${x ?? ''})`,
    arity: 1,
    value: Math.exp,
    slopes: [{ of: Math.exp, uses: [0], byOwn: { of: v => v, uses: [] } }],
  },
  {
    text: ([x]) => `sigmoid(${x ?? ''})`,
    arity: 1,
    value: sigmoid,
    slopes: [{ of: x => sigmoid(x) * sigmoid(-x), uses: [0], byOwn: { of: v => v * (1 - v), uses: [] } }],
  },
  {
    text: ([x]) => `tan(${x ?? ''})`,
    arity: 1,
    value: Math.tan,
    slopes: [{ of: x => 1 + Math.tan(x) ** 2, uses: [0], byOwn: { of: v => 1 + v * v, uses: [] } }],
  },
  {
    text: ([x]) => `sqrt(${x ?? ''})`,
    arity: 1,
    value: Math.sqrt,
    slopes: [{ of: x => 0.5 / Math.sqrt(x), uses: [0], byOwn: { of: v => 0.5 / v, uses: [] } }],
  },
  {
    text: ([x, y]) => `${x ?? ''}/${y ?? ''}`,
    arity: 2,
    value: (x, y) => x / y,
    slopes: [
      { of: (_x, y) => 1 / y, uses: [1] },
      { of: (x, y) => -x / y ** 2, uses: [0, 1], byOwn: { of: (v, _x, y) => -v / y, uses: [1] } },
    ],
  },
  {
    text: ([x, y]) => `${x ?? ''} + ${y ?? ''}`,
    arity: 2,
    value: (x, y) => x + y,
    slopes: [
      { of: () => 1, uses: [] },
      { of: () => 1, uses: [] },
    ],
  },
  {
    text: ([x, y]) => `${x ?? ''}*${y ?? ''}`,
    arity: 2,
    value: (x, y) => x * y,
    slopes: [
      { of: (_x, y) => y, uses: [1] },
      { of: x => x, uses: [0] },
    ],
  },
  {
    text: ([x, y]) => `(${x ?? ''} - ${y ?? ''})^2`,
    arity: 2,
    value: (x, y) => (x - y) ** 2,
    slopes: [
      { of: (x, y) => 2 * (x - y), uses: [0, 1] },
      { of: (x, y) => -2 * (x - y), uses: [0, 1] },
    ],
  },
]

export type PlainNode = { readonly name: string; readonly operands: readonly string[]; readonly rule: Rule }

/** Nodes in sorted order; the last is the output. */
export type PlainGraph = {
  readonly inputs: ReadonlyMap<string, number>
  readonly nodes: readonly PlainNode[]
}

export type PlainBox = {
  readonly id: string
  readonly kind: string
  readonly of: string
  readonly wrt: string | null
}

/** A number, and whether something in it is missing, wrong, or wrong and no stock answer. */
type Made = {
  readonly value: number
  readonly missing: boolean
  readonly wrong: boolean
  readonly uncommon: boolean
}

export type Mark = 'correct' | 'follows' | 'incorrect' | 'blank'

const RANKS: readonly Mark[] = ['blank', 'incorrect', 'follows', 'correct']

/** What each box asked is to hold, its right value, and the mark that what was typed there earns. */
export type PlainWork = {
  readonly computed: number
  readonly missing: boolean
  readonly truth: number
  readonly mark: Mark
}

const right = (value: number): Made => ({ value, missing: false, wrong: false, uncommon: false })

function made(value: number, parts: readonly Made[]): Made {
  return {
    value,
    missing: !Number.isFinite(value) || parts.some(part => part.missing),
    wrong: parts.some(part => part.wrong),
    uncommon: parts.some(part => part.uncommon),
  }
}

function isWithin(typed: number, truth: number): boolean {
  return Math.abs(typed - truth) <= Math.max(1e-9, 1e-3 * Math.abs(truth))
}

const isStock = (value: number): boolean => [0, 1, -1].includes(value)

/**
 * Marks what was typed, box by box; undefined for a blank. Of nodes whose slope can be taken from their own value, a
 * learner may do either throughout; the better mark counts.
 */
export function followPlainly(
  graph: PlainGraph,
  boxes: readonly PlainBox[],
  typed: ReadonlyMap<string, number>,
): ReadonlyMap<string, PlainWork> {
  const truths = new Map(sweep(graph, boxes, undefined, false).map(({ id, made: { value } }) => [id, value]))
  const isOneNumber = new Set(typed.values()).size === 1
  const found = new Map<string, PlainWork>()
  const mark = (id: string, computed: Made): Mark => {
    const [entry, truth = Number.NaN] = [typed.get(id), truths.get(id)]
    const known = found.get(id)
    let mark: Mark = 'incorrect'
    if (entry === undefined) mark = 'blank'
    else if (isWithin(entry, truth)) mark = 'correct'
    else if (!isOneNumber && !computed.missing && isWithin(entry, computed.value)) {
      if (!isStock(entry) || computed.uncommon) mark = computed.wrong ? 'follows' : 'correct'
    }
    if (known !== undefined && RANKS.indexOf(known.mark) >= RANKS.indexOf(mark)) return known.mark
    found.set(id, { computed: computed.value, missing: computed.missing, truth, mark })
    return mark
  }
  const entered = (id: string, computed: Made): Made => {
    const marked = mark(id, computed)
    const entry = typed.get(id)
    if (entry === undefined) return { value: Number.NaN, missing: true, wrong: false, uncommon: false }
    const wrong = marked !== 'correct'
    return { value: entry, missing: false, wrong, uncommon: wrong && !isStock(entry) }
  }
  for (const byOwn of [false, true]) sweep(graph, boxes, entered, byOwn)
  return found
}

/** Computes every box asked; `enter` says what stands in a box, once it is known what should. */
function sweep(
  { inputs, nodes }: PlainGraph,
  boxes: readonly PlainBox[],
  enter: ((id: string, computed: Made) => Made) | undefined,
  byOwn: boolean,
): readonly { readonly id: string; readonly made: Made }[] {
  const done: { id: string; made: Made }[] = []
  const known = new Map<string, Made>()
  const once = (kind: string, of: string, wrt: string | null, compute: () => Made): Made => {
    const key = `${kind} ${of} ${String(wrt)}`
    const before = known.get(key)
    if (before !== undefined) return before
    const computed = compute()
    const box = boxes.find(
      box => box.kind === kind && (kind === 'gradient' || box.of === of) && box.wrt === wrt,
    )
    if (box !== undefined) done.push({ id: box.id, made: computed })
    const entered = box === undefined || enter === undefined ? computed : enter(box.id, computed)
    known.set(key, entered)
    return entered
  }
  const nodeOf = new Map(nodes.map(node => [node.name, node]))
  const output = nodes.at(-1)?.name ?? ''

  const valueOf = (name: string): Made => {
    const node = nodeOf.get(name)
    if (node === undefined) return right(inputs.get(name) ?? Number.NaN)
    return once('forward', name, null, () => {
      const [x = right(0), y = right(0)] = node.operands.map(valueOf)
      return made(node.rule.value(x.value, y.value), node.rule.arity === 1 ? [x] : [x, y])
    })
  }
  const localOf = ({ name, operands, rule }: PlainNode, operand: string): Made =>
    once('local', name, operand, () => {
      const slope = rule.slopes[operands.indexOf(operand)] as Slope
      const own = valueOf(name)
      const values = operands.map(valueOf)
      const [x = right(0), y = right(0)] = values
      if (slope.byOwn !== undefined && byOwn && !own.missing) {
        const parts = slope.byOwn.uses.map(index => values[index] ?? right(0))
        return made(slope.byOwn.of(own.value, x.value, y.value), [own, ...parts])
      }
      return made(
        slope.of(x.value, y.value),
        slope.uses.map(index => values[index] ?? right(0)),
      )
    })
  const gradientOf = (name: string): Made => {
    if (name === output) return right(1)
    return once('gradient', output, name, () => {
      const parts = nodes
        .filter(({ operands }) => operands.includes(name))
        .map(node => [localOf(node, name), gradientOf(node.name)] as const)
      const sum = parts.reduce((total, [local, upstream]) => total + local.value * upstream.value, 0)
      return made(sum, parts.flat())
    })
  }
  for (const { name } of nodes) valueOf(name)
  for (const { kind, of, wrt } of boxes) {
    const node = nodeOf.get(of)
    if (wrt === null || node === undefined) continue
    if (kind === 'local') localOf(node, wrt)
    else gradientOf(wrt)
  }
  return done
}
