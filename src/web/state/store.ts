/** A value that changes by a reducer, and those who are told of it. */

export type Store<State, Action> = {
  readonly get: () => State
  readonly dispatch: (action: Action) => void
  /** Calls back after each change until what it returns is called. */
  readonly subscribe: (listener: (state: State) => void) => () => void
}

/** Calls back after each change of one part of a state until what it returns is called. */
export function subscribeToPart<State, Action, Part>(
  store: Store<State, Action>,
  partOf: (state: State) => Part,
  listener: (part: Part) => void,
): () => void {
  let before = partOf(store.get())
  return store.subscribe(state => {
    const part = partOf(state)
    if (part === before) return
    before = part
    listener(part)
  })
}

export function createStore<State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
): Store<State, Action> {
  let state = initial
  const listeners = new Set<(state: State) => void>()
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action)
      if (next === state) return
      state = next
      for (const listener of listeners) listener(state)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
