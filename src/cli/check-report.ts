/** What `chainmark check` prints: faults and warnings with their places, then a table of the boxes. */
import type { CheckedBox, GraphCheck, Remark } from '../services/check-graph.js'
import { pointAt, visible, widthOf, wrap, wrapItems } from './lines.js'

/** The most faults, and the most warnings, that are printed. */
const MOST_REMARKS = 100
/** Longer ids and values push what stands behind them on to the next line. */
const MOST_ID = 24
const MOST_VALUE = 24
const GAP = '  '

/** The whole report, lines of at most 100 columns. Nothing the definition holds can steer a terminal. */
export function reportCheck(check: GraphCheck): string {
  const { faults, warnings, summary } = check
  const blocks = [
    ...blocksOf('fault', faults),
    ...blocksOf('warning', warnings),
    ...(summary === undefined ? [] : [headOf(summary), tableOf(summary)]),
    [`${counted(faults.length, 'fault')}, ${counted(warnings.length, 'warning')}`],
  ]
  return blocks.map(lines => `${lines.join('\n')}\n`).join('\n')
}

function counted(count: number, what: string): string {
  const plural = what.endsWith('x') ? 'es' : 's'
  return `${count === 0 ? 'no' : String(count)} ${what}${count === 1 ? '' : plural}`
}

function blocksOf(kind: string, remarks: readonly Remark[]): string[][] {
  const blocks = remarks.slice(0, MOST_REMARKS).map(remark => remarkLines(kind, remark))
  const more = remarks.length - blocks.length
  return more > 0 ? [...blocks, [`… and ${counted(more, `more ${kind}`)}`]] : blocks
}

function remarkLines(kind: string, { code, path, message, source }: Remark): string[] {
  const places = [
    ...(path === '' ? [] : [path]),
    ...(source?.line === undefined ? [] : [`line ${String(source.line)}`]),
    ...(source === undefined ? [] : [`column ${String(source.position + 1)}`]),
  ]
  return [
    ...wrap([`${kind}: ${code}`, ...(places.length === 0 ? [] : [`at ${places.join(', ')}`])].join(' '), ''),
    ...wrap(message, GAP),
    ...(source === undefined ? [] : pointAt(source.text, source.position, `${GAP}${GAP}`)),
  ]
}

type Summary = NonNullable<GraphCheck['summary']>

function headOf({ title, inputs, nodes, output, boxes, more }: Summary): string[] {
  const parameters = inputs.filter(({ role }) => role === 'parameter')
  const data = inputs.filter(({ role }) => role === 'data')
  const values = (list: Summary['inputs']): string =>
    list.map(({ name, value }) => `${name} = ${value}`).join(', ')
  return [
    ...wrap(title, ''),
    ...wrap(`${counted(nodes, 'node')}, output ${output}, ${counted(boxes.length + more, 'box')}`, GAP),
    ...(parameters.length === 0 ? [] : wrap(`parameters: ${values(parameters)}`, GAP, GAP + GAP)),
    ...(data.length === 0 ? [] : wrap(`data: ${values(data)}`, GAP, GAP + GAP)),
  ]
}

function tableOf({ boxes, more }: Summary): string[] {
  const idWidth = widest(['box', ...boxes.map(({ id }) => id)], MOST_ID)
  const valueWidth = widest(['right', ...boxes.map(({ right }) => right)], MOST_VALUE)
  const row = ({ id, right, symbolic, asksExpression, slips }: CheckedBox): string[] => {
    const under = ' '.repeat(idWidth) + GAP
    const formula = `${symbolic ?? '–'}${asksExpression ? '  (asked as an expression)' : ''}`
    return [
      ...cells([id, idWidth], [right, valueWidth], formula),
      ...wrapItems(
        slips.map(({ code, values }) => `${code}: ${values.join(', ')}`),
        `${under}${GAP}`,
      ),
    ]
  }
  return [
    ...cells(['box', idWidth], ['right', valueWidth], 'symbolic'),
    ...boxes.flatMap(row),
    ...(more > 0 ? [`… and ${counted(more, 'more box')}`] : []),
  ]
}

type Cell = readonly [text: string, width: number]

/** A row of the table: what is wider than its column has a line of its own. */
function cells([id, idWidth]: Cell, [value, valueWidth]: Cell, last: string): string[] {
  const under = ' '.repeat(idWidth) + GAP
  const lines: string[] = []
  let line = visible(id)
  if (widthOf(line) > idWidth) {
    lines.push(...wrap(id, ''))
    line = ''
  }
  line = padded(line, idWidth)
  if (widthOf(visible(value)) > valueWidth) {
    lines.push(...wrap(value, line, under))
    line = under
    return [...lines, ...wrap(last, padded(line, idWidth + GAP.length + valueWidth))]
  }
  const start = line + padded(visible(value), valueWidth)
  return [...lines, ...wrap(last, start, ' '.repeat(widthOf(start)))]
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text))) + GAP
}

function widest(texts: readonly string[], most: number): number {
  const widths = texts.map(text => widthOf(visible(text))).filter(width => width <= most)
  return Math.max(0, ...widths)
}
