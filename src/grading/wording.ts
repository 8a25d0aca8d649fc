/**
 * How boxes and paths are called in what a learner is told. The output's derivative along its own edge alone bears the
 * same ∂ signs as its derivative over all paths, so that it is called the direct one.
 */
import { boxText, type Box } from '../engine/boxes.js'

/** A box in words, to stand inside a sentence. */
export function boxName(box: Box, output: string): string {
  return box.kind === 'local' && box.of === output ? directly(box.of, box.wrt) : boxText(box)
}

/** ∂node/∂wrt along the edge between the two; `several`: whether `wrt` has other consumers as well. */
export function localName(node: string, wrt: string, output: string, several: boolean): string {
  return node === output && several ? `the direct ${derivativeName(node, wrt)}` : derivativeName(node, wrt)
}

/** ∂of/∂wrt */
export function derivativeName(of: string, wrt: string): string {
  return boxText({ id: '', kind: 'gradient', of, wrt })
}

/** A path by the consumer that it goes over. */
export function pathName(consumer: string, output: string): string {
  return consumer === output ? `the direct edge to ${output}` : consumer
}

/** `b, c and d`; long lists are cut. */
export function listing(words: readonly string[]): string {
  if (words.length > 4) return `${words.slice(0, 3).join(', ')} and so on`
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

function directly(of: string, wrt: string): string {
  return `the direct ${derivativeName(of, wrt)} (along its edge to ${of} alone)`
}
