/**
 * The symbolic column of the operations on whole arrays: from `g`, the derivative of anything by an operation's value,
 * its derivatives by the operands `x` and `y`, as vector-Jacobian products. `spread`: g is one number that stands for
 * every entry. Undefined where the language has no words: it can neither make a matrix of two vectors nor sum along
 * one axis.
 */
import type { Notation } from './notation.js'
import { entryCount, isScalar } from './tensor.js'

type Pullbacks = NonNullable<Notation['pullbacks']>

const NOT_WRITTEN = [undefined, undefined] as const

/** Of a product of vectors and matrices, each of which has one axis or two. */
export const matmulPullbacks: Pullbacks = (x, y, spread) => {
  if (x.length === 1 && y.length === 1) return ['g*y', 'g*x']
  if (spread) return NOT_WRITTEN
  if (x.length === 1) return ['matmul(y, g)', undefined]
  const byRight = 'matmul(transpose(x), g)'
  return [y.length === 1 ? undefined : 'matmul(g, transpose(y))', byRight]
}

/** As of a product; a number scales, and gathers what passes back from every entry that it scaled. */
export const dotPullbacks: Pullbacks = (x, y, spread) => {
  if (isScalar(x) && isScalar(y)) return ['g*y', 'g*x']
  if (isScalar(x)) return ['sum(g*y)', 'g*x']
  if (isScalar(y)) return ['g*y', 'sum(g*x)']
  return matmulPullbacks(x, y, spread)
}

export const transposePullbacks: Pullbacks = x => [x.length < 2 ? 'g' : 'transpose(g)']

export const sumPullbacks: Pullbacks = () => ['g']

export const meanPullbacks: Pullbacks = x => [`g/${String(entryCount(x))}`]

/** Entries that all count the same leave the sum of a softmax, which is 1, as it is. */
export const softmaxPullbacks: Pullbacks = (x, _y, spread) => {
  if (spread || isScalar(x)) return ['0']
  return [x.length === 1 ? 'value*(g - sum(g*value))' : undefined]
}

export const logSoftmaxPullbacks: Pullbacks = (x, _y, spread) => {
  if (isScalar(x)) return ['0']
  if (spread) return [`g*(1 - ${String(x.at(-1))}*softmax(x))`]
  return [x.length === 1 ? 'g - softmax(x)*sum(g)' : undefined]
}

export const logsumexpPullbacks: Pullbacks = (x, _y, spread) => [
  x.length < 2 || spread ? 'g*softmax(x)' : undefined,
]
