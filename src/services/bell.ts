/** Tells others of this process at once that there is something to do. Those of other processes find it by looking. */
export type Bell<Told extends readonly unknown[] = []> = {
  readonly ring: (...told: Told) => void
  readonly onRing: (listener: (...told: Told) => void) => void
}

/** A bell that nobody hears yet. */
export function createBell<Told extends readonly unknown[] = []>(): Bell<Told> {
  const listeners: ((...told: Told) => void)[] = []
  return {
    ring: (...told) => {
      for (const listener of listeners) listener(...told)
    },
    onRing: listener => {
      listeners.push(listener)
    },
  }
}
