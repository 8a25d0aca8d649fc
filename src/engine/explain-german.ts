/** German, for explanations. */
import { count, DOTS, EPSILON_SIGN, sentence, words } from './explain-phrases.js'
import type { EntryPlace, ExplainWords } from './explain-words.js'
import type { Shape } from './tensor.js'

export const german: ExplainWords = {
  noFiniteValue: label => sentence`${label} hat hier keinen endlichen Wert`,
  tooLong: (label, operations) =>
    sentence`Die Formel von ${label} hat ${count(operations)} Rechenschritte: zu viele, um sie hier auszuschreiben`,
  direct: 'direkt',
  about: number => sentence`etwa ${number}`,

  leftOut: why => {
    switch (why.kind) {
      case 'work':
        return 'Sie wäre zu aufwendig'
      case 'rounding':
        return `ε geht in der Rundung von ${why.name} verloren`
      case 'domain':
        return `${why.nudged} liegt außerhalb des Definitionsbereichs`
      case 'overflow':
        return `Der Quotient für ${why.nudged} wird zu groß`
    }
  },
  noCheck: reason => sentence`Die Rechenprobe entfällt: ${words(reason)}`,
  recomputed: {
    alone: node => sentence`, aber nur in der Formel von ${node}`,
    all: sentence` und berechne alles, was folgt, neu`,
  },
  nudge: ({ epsilon, name, recomputed, moved, was, is }) =>
    sentence`Addiere ${epsilon} zu ${name}${recomputed}: ${moved}, und aus ${was} wird ${is}`,
  nudgeEntries: ({ epsilon, name, recomputed }) =>
    sentence`Addiere ${epsilon} einzeln zu jedem Eintrag von ${name}${recomputed}`,

  kink: ({ nodes, low, high, taken, place, others }) =>
    sentence`Die Werte liegen auf einem Knick von ${nodes}, wo die Steigung springt: Jeder Wert von ${low} bis ${high} ist ${words(where(place))}richtig, und nach Vereinbarung gilt ${taken}${words(othersLike(others))}`,

  onlyWay: ({ name, consumer, output, local, upstream, total }) =>
    sentence`Wenn sich ${name} ein wenig (${EPSILON_SIGN}) ändert, ändert sich ${consumer} um das ${local}-Fache davon und ${output} wiederum um das ${upstream}-Fache davon; also ändert sich ${output} um das ${total}-Fache von ${EPSILON_SIGN}`,
  manyWays: ({ name, nodes, output }) =>
    sentence`${name} geht in ${count(nodes)} Knoten ein: Eine kleine Änderung (${EPSILON_SIGN}) wirkt über jeden davon auf ${output}`,
  way: ({ consumer, output, local, upstream, total }) =>
    sentence`Über ${consumer}: ${consumer} ändert sich um das ${local}-Fache von ${EPSILON_SIGN} und ${output} um das ${upstream}-Fache davon, also ${output} um das ${total}-Fache von ${EPSILON_SIGN}`,
  directWay: ({ output, local }) =>
    sentence`Direkt: ${output} ändert sich um das ${local}-Fache von ${EPSILON_SIGN}`,
  moreNodes: more =>
    sentence`${DOTS} und ebenso über ${count(more)} ${words(more === 1 ? 'weiteren' : 'weitere')} Knoten`,
  inAll: ({ output, total }) => sentence`Insgesamt ändert sich ${output} um ${total} mal ${EPSILON_SIGN}`,

  shapeOf: (name, shape) => sentence`${name} ist ${words(shapeWords(shape))}`,
  shapes: (operands, node, shape) => sentence`${operands}; also ist ${node} ${words(shapeWords(shape))}`,
  firstEntry: entry => sentence`Eintrag für Eintrag; im ersten: ${entry}`,
  entryForEach: (label, operand) => sentence`${label} hat einen Eintrag für jeden Eintrag von ${operand}`,
  ownEntries: ({ label, operand, node }) =>
    sentence`Jeder Eintrag von ${operand} wirkt nur auf den entsprechenden Eintrag von ${node}: ${label} hat für jeden einen Eintrag`,
  directEntries: (label, operand) =>
    sentence`Direkt: ${label} hat einen Eintrag für jeden Eintrag von ${operand}`,
  throughNumber: ({ consumer, operand, local, upstream }) =>
    sentence`Über ${consumer}: ${local} hat einen Eintrag für jeden Eintrag von ${operand}, und jeder wird mit ${upstream} multipliziert`,
  throughOwnEntries: ({ consumer, operand, local, upstream }) =>
    sentence`Über ${consumer}: Jeder Eintrag von ${operand} wirkt nur auf den entsprechenden Eintrag von ${consumer}, also wird ${upstream} Eintrag für Eintrag mit ${local} multipliziert`,
  throughMany: ({ consumer, operand, upstream, isNumber }) => {
    const acts = isNumber
      ? sentence`${operand} wirkt auf viele Einträge von ${consumer}`
      : sentence`Ein Eintrag von ${operand} kann auf viele Einträge von ${consumer} wirken`
    return sentence`Über ${consumer}: ${acts}; was ${upstream} von jedem davon zurückträgt, wird addiert (das Vektor-Jacobi-Produkt)`
  },
}

/** `eine Zahl`, `ein Vektor mit 3 Einträgen`, `eine 2×3-Matrix`. */
function shapeWords([rows, columns]: Shape): string {
  if (rows === undefined) return 'eine Zahl'
  if (columns !== undefined) return `eine ${String(rows)}×${String(columns)}-Matrix`
  return `ein Vektor mit ${String(rows)} ${rows === 1 ? 'Eintrag' : 'Einträgen'}`
}

function where(place: EntryPlace | undefined): string {
  if (place === undefined) return ''
  const entry = `Eintrag ${String(place.entry)}`
  return place.row === undefined ? `in ${entry} ` : `in Zeile ${String(place.row)}, ${entry} `
}

function othersLike(number: number): string {
  if (number === 0) return ''
  return number === 1
    ? '; 1 weiterer Eintrag hat einen eigenen Bereich'
    : `; ${String(number)} weitere Einträge haben eigene Bereiche`
}
