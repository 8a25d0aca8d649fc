/** English, for explanations. */
import { count, DOTS, EPSILON_SIGN, sentence, words } from './explain-phrases.js'
import type { EntryPlace, ExplainWords } from './explain-words.js'
import type { Formula } from './formula.js'
import { describeShape } from './shown-value.js'

export const english: ExplainWords = {
  noFiniteValue: label => sentence`${label} has no finite value here`,
  tooLong: (label, operations) =>
    sentence`The formula of ${label} has ${count(operations)} operations: too long to write out here`,
  direct: 'direct',
  about: number => sentence`about ${number}`,

  leftOut: why => {
    switch (why.kind) {
      case 'work':
        return 'it would take too much work'
      case 'rounding':
        return `ε is lost in the rounding of ${why.name}`
      case 'domain':
        return `${why.nudged} leaves the domain`
      case 'overflow':
        return `the quotient for ${why.nudged} overflows`
    }
  },
  noCheck: reason => sentence`The check by arithmetic is left out: ${words(reason)}`,
  recomputed: {
    alone: node => sentence` in the formula of ${node} alone`,
    all: sentence` and compute all that follows again`,
  },
  nudge: ({ epsilon, name, recomputed, moved, was, is }) =>
    sentence`Add ${epsilon} to ${name}${recomputed}: ${moved}, and ${was} becomes ${is}`,
  nudgeEntries: ({ epsilon, name, recomputed }) =>
    sentence`One at a time, add ${epsilon} to each entry of ${name}${recomputed}`,

  kink: ({ nodes, low, high, taken, place, others }) =>
    sentence`The values sit on a kink of ${nodes}, where the slope jumps: any value from ${low} to ${high} is right${words(where(place))}, and ${taken} is taken by convention${words(othersLike(others))}`,

  onlyWay: ({ name, consumer, output, local, upstream, total }) =>
    sentence`When ${name} changes by a little (${EPSILON_SIGN}), ${consumer} changes by ${local} times that, and ${output} by ${upstream} times that; so ${output} changes by ${total} times ${EPSILON_SIGN}`,
  manyWays: ({ name, nodes, output }) =>
    sentence`${name} is used by ${count(nodes)} nodes: when it changes by a little (${EPSILON_SIGN}), ${output} changes through each of them`,
  way: ({ consumer, output, local, upstream, total }) =>
    sentence`Through ${consumer}: ${consumer} changes by ${local} times ${EPSILON_SIGN}, and ${output} by ${upstream} times that, so ${output} by ${total} times ${EPSILON_SIGN}`,
  directWay: ({ output, local }) => sentence`Directly: ${output} changes by ${local} times ${EPSILON_SIGN}`,
  moreNodes: more => sentence`${DOTS} and in the same way through ${count(more)} more nodes`,
  inAll: ({ output, total }) => sentence`In all ${output} changes by ${total} times ${EPSILON_SIGN}`,

  shapeOf: (name, shape) => sentence`${name} is ${words(describeShape(shape))}`,
  shapes: (operands, node, shape) => sentence`${operands}; so ${node} is ${words(describeShape(shape))}`,
  firstEntry: entry => sentence`Entry by entry; in the first: ${entry}`,
  entryForEach: (label, operand) => sentence`${label} has one entry for each entry of ${operand}`,
  ownEntries: ({ label, operand, node }) =>
    sentence`Each entry of ${operand} acts on its own entry of ${node} alone: ${label} has one entry for each`,
  directEntries: (label, operand) => sentence`Directly: ${label} has one entry for each entry of ${operand}`,
  throughNumber: ({ consumer, operand, local, upstream }) =>
    sentence`${through(consumer)}${local} has one entry for each entry of ${operand}, and each is multiplied by ${upstream}`,
  throughOwnEntries: ({ consumer, operand, local, upstream }) =>
    sentence`${through(consumer)}each entry of ${operand} acts on its own entry of ${consumer} alone, so ${upstream} is multiplied by ${local} entry by entry`,
  throughMany: ({ consumer, operand, upstream, isNumber }) => {
    const acts = isNumber
      ? sentence`${operand} acts on many entries of ${consumer}`
      : sentence`one entry of ${operand} may act on many entries of ${consumer}`
    return sentence`${through(consumer)}${acts}; what ${upstream} passes back from each of them is added up (the vector-Jacobian product)`
  },
}

function through(consumer: Formula): Formula {
  return sentence`Through ${consumer}: `
}

function where(place: EntryPlace | undefined): string {
  if (place === undefined) return ''
  const entry = `entry ${String(place.entry)}`
  return place.row === undefined ? ` in ${entry}` : ` in row ${String(place.row)}, ${entry}`
}

function othersLike(number: number): string {
  if (number === 0) return ''
  return number === 1
    ? '; 1 more entry has a range of its own'
    : `; ${String(number)} more entries have ranges of their own`
}
