/** Tells whoever sends deliveries in this process that courses have some. Those of other processes a sweep finds. */
export type DeliveryBell = {
  readonly ring: (courseIds: readonly string[]) => void
  readonly onRing: (listener: (courseIds: readonly string[]) => void) => void
}

export function createDeliveryBell(): DeliveryBell {
  const listeners: ((courseIds: readonly string[]) => void)[] = []
  return {
    ring: courseIds => {
      for (const listener of listeners) listener(courseIds)
    },
    onRing: listener => {
      listeners.push(listener)
    },
  }
}
