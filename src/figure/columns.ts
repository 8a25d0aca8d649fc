/** The columns of a layered drawing in which everything stands as far left as what feeds it allows. */

/** A thing with the names of what feeds it; all of that comes before it in a list. */
type Fed = { readonly name: string; readonly from: readonly string[] }

/** Name → column, from 0. What is not in the list does not count. */
export function columnsOf(list: readonly Fed[]): Map<string, number> {
  const columns = new Map<string, number>()
  for (const { name, from } of list) {
    columns.set(name, 1 + Math.max(-1, ...from.map(feeder => columns.get(feeder) ?? -1)))
  }
  return columns
}

/** How many columns all edges together run through: what a layout's work grows with. */
export function totalSpan(list: readonly Fed[]): number {
  const columns = columnsOf(list)
  let span = 0
  for (const { name, from } of list) {
    for (const feeder of from) {
      const start = columns.get(feeder)
      if (start !== undefined) span += (columns.get(name) ?? start) - start
    }
  }
  return span
}
