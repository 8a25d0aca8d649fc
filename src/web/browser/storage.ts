import type { KeyValueStore } from '../state/drafts.js'

/** A storage of the browser; null where it keeps nothing, as it may by setting or inside another site's page. */
export function storageOf(kind: 'localStorage' | 'sessionStorage'): KeyValueStore | null {
  try {
    const storage = window[kind]
    const probe = 'chainmark:probe'
    storage.setItem(probe, probe)
    storage.removeItem(probe)
    return storage
  } catch {
    return null
  }
}
