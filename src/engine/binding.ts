/** How tightly operators bind, for reading and for printing alike: a larger number binds tighter. */
export const BINDING = {
  sum: 10,
  product: 20,
  /** A sign binds tighter than a product and looser than a power: -a^2 is -(a^2). */
  sign: 25,
  /** The left side of `^`; its right side binds one less, which makes it right-associative. */
  power: 31,
  /** Numbers, names and calls: never in brackets. */
  atom: 40,
} as const
