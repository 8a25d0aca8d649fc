/**
 * The order in which nodes are computed (contract §1, order): again and again the first listed node whose operands
 * are all taken. O((nodes + edges) · log nodes), without recursion.
 */

/** Listed indexes of the nodes in sorted order, or the names along each cycle found, its first repeated at its end. */
export type SortResult =
  | { readonly kind: 'sorted'; readonly order: readonly number[] }
  | { readonly kind: 'cyclic'; readonly cycles: readonly (readonly string[])[] }

/** Sorts nodes given, for each, the names it uses. Names that are no node's are taken as inputs. */
export function sortNodes(
  nodes: readonly { readonly name: string; readonly operands: readonly string[] }[],
): SortResult {
  const indexOf = new Map(nodes.map((node, index) => [node.name, index]))
  const waiting = nodes.map(node => node.operands.filter(name => indexOf.has(name)).length)
  const users: number[][] = nodes.map(() => [])
  nodes.forEach((node, index) => {
    for (const operand of node.operands) {
      const target = indexOf.get(operand)
      if (target !== undefined) users[target]?.push(index)
    }
  })
  const ready = createIndexHeap()
  waiting.forEach((count, index) => {
    if (count === 0) ready.push(index)
  })
  const order: number[] = []
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    order.push(index)
    for (const user of users[index] ?? []) {
      const left = (waiting[user] ?? 0) - 1
      waiting[user] = left
      if (left === 0) ready.push(user)
    }
  }
  if (order.length === nodes.length) return { kind: 'sorted', order }
  return { kind: 'cyclic', cycles: findCycles(nodes, indexOf, new Set(order)) }
}

/**
 * Every node left over has an operand left over: following those comes back to a node of the same walk, along a new
 * cycle, or to one of an earlier walk, whose cycle is known. Each node is walked once.
 */
function findCycles(
  nodes: readonly { readonly name: string; readonly operands: readonly string[] }[],
  indexOf: ReadonlyMap<string, number>,
  taken: ReadonlySet<number>,
): string[][] {
  const walked = new Set(taken)
  const cycles: string[][] = []
  nodes.forEach((_node, start) => {
    const placeOf = new Map<number, number>()
    let current = start
    while (!walked.has(current)) {
      walked.add(current)
      placeOf.set(current, placeOf.size)
      const operands = nodes[current]?.operands ?? []
      current =
        operands.map(name => indexOf.get(name) ?? -1).find(index => index >= 0 && !taken.has(index)) ??
        current
    }
    const place = placeOf.get(current)
    if (place === undefined) return
    const loop = [...placeOf.keys()].slice(place)
    cycles.push([...loop, current].map(index => nodes[index]?.name ?? ''))
  })
  return cycles
}

/** A binary heap that hands out the smallest number first. */
function createIndexHeap(): { push(value: number): void; pop(): number | undefined } {
  const heap: number[] = []
  const at = (place: number): number => heap[place] ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number): void => {
    const held = at(a)
    heap[a] = at(b)
    heap[b] = held
  }
  return {
    push(value) {
      heap.push(value)
      for (let place = heap.length - 1; place > 0;) {
        const parent = (place - 1) >> 1
        if (at(parent) <= at(place)) return
        swap(parent, place)
        place = parent
      }
    },
    pop() {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined || heap.length === 0) return first
      heap[0] = last
      for (let place = 0; ;) {
        const child = at(2 * place + 2) < at(2 * place + 1) ? 2 * place + 2 : 2 * place + 1
        if (at(child) >= at(place)) return first
        swap(child, place)
        place = child
      }
    },
  }
}
