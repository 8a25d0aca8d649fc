/** Tells the runner of this process that there is a job. Jobs of other processes it finds by looking now and then. */
export type JobBell = {
  readonly ring: () => void
  readonly onRing: (listener: () => void) => void
}

export function createJobBell(): JobBell {
  const listeners: (() => void)[] = []
  return {
    ring: () => {
      for (const listener of listeners) listener()
    },
    onRing: listener => {
      listeners.push(listener)
    },
  }
}
