/**
 * How many connections there are, and for whom there is room. Those who have not said yet who they are, which anyone can be,
 * take no room from those who have.
 */

export type RoomLimits = {
  /** Who have not said yet who they are, from one address and in all. */
  readonly ofAddress: number
  readonly nameless: number
  /** Who have, by one key and in all. */
  readonly ofKey: number
  readonly named: number
}

/** Counts by name. A name that counts nothing any more is forgotten. */
function createTally() {
  const counts = new Map<string, number>()
  return {
    of: (name: string): number => counts.get(name) ?? 0,
    add: (name: string, more: 1 | -1): void => {
      const count = (counts.get(name) ?? 0) + more
      if (count === 0) counts.delete(name)
      else counts.set(name, count)
    },
  }
}

/** An empty room with so many seats. */
export function createRoom<Guest>(limits: RoomLimits) {
  // By their addresses and by the ids of their keys, in the order in which they came.
  const nameless = new Map<Guest, string>()
  const named = new Map<Guest, string>()
  const ofAddress = createTally()
  const ofKey = createTally()

  const leave = (guest: Guest): void => {
    const address = nameless.get(guest)
    const keyId = named.get(guest)
    if (address !== undefined) ofAddress.add(address, -1)
    if (keyId !== undefined) ofKey.add(keyId, -1)
    nameless.delete(guest)
    named.delete(guest)
  }

  return {
    /**
     * Takes somebody from an address who has not said who he is. False where the address has sent too many; else whoever has to
     * go for him: where the room is full it is who has been silent longest, since who means well speaks at once.
     */
    enter: (guest: Guest, address: string): { readonly gone: Guest | undefined } | false => {
      if (ofAddress.of(address) >= limits.ofAddress) return false
      const [oldest] = nameless.size < limits.nameless ? [] : nameless.keys()
      if (oldest !== undefined) leave(oldest)
      nameless.set(guest, address)
      ofAddress.add(address, 1)
      return { gone: oldest }
    },

    /** Takes somebody by his key, whether he was here without a name before or not. False where there is no room, and then he is out. */
    name: (guest: Guest, keyId: string): boolean => {
      leave(guest)
      if (ofKey.of(keyId) >= limits.ofKey || named.size >= limits.named) return false
      named.set(guest, keyId)
      ofKey.add(keyId, 1)
      return true
    },

    leave,

    has: (guest: Guest): boolean => nameless.has(guest) || named.has(guest),

    /** All who are here, as they are now. */
    guests: (): readonly Guest[] => [...named.keys(), ...nameless.keys()],
  }
}
