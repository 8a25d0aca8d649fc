/** API keys: making, finding, listing and revoking them, and the tenants they belong to. */
import { timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { scopeSchema, type Scope } from '../contracts/scopes.js'
import type { KeyRepository, StoredKey, StoredTenant, TenantRepository } from '../database/tenants.js'
import type { Effects } from './effects.js'
import { sha256, sha256Hex } from './hash.js'
import type { Principal } from './principal.js'

const PREFIX = 'cm_'
const SECRET_BYTES = 32
const KEY_PATTERN = /^cm_[A-Za-z0-9_-]{43}$/

export type NewKey = {
  readonly tenantId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly courses: readonly string[]
}

/** A new key. Its text is answered here and nowhere else; only its hash is stored. */
export async function createKey(
  keys: KeyRepository,
  effects: Effects,
  wanted: NewKey,
): Promise<{ readonly id: string; readonly key: string }> {
  const key = PREFIX + Buffer.from(effects.randomBytes(SECRET_BYTES)).toString('base64url')
  const id = effects.newId()
  await keys.create({ ...wanted, id, hash: sha256(key), createdAt: new Date(effects.now()), revokedAt: null })
  return { id, key }
}

/** Milliseconds for which a key is believed without asking again: a revocation holds everywhere within 5 seconds. */
const BELIEVED_MILLISECONDS = 4_000
const MOST_BELIEVED = 10_000

/** Tells who a key belongs to; undefined for one that is malformed, unknown or revoked. */
export type Authenticate = (key: string) => Promise<Principal | undefined>

/** Authentication by the stored keys. Those that were found are kept for a moment, under their hash. */
export function createAuthentication(keys: KeyRepository, { monotonic }: Effects): Authenticate {
  const believed = new LRUCache<string, { readonly principal: Principal; readonly until: number }>({
    max: MOST_BELIEVED,
  })
  const asked = new Map<string, Promise<Principal | undefined>>()
  const ask = async (hash: string): Promise<Principal | undefined> => {
    const until = monotonic() + BELIEVED_MILLISECONDS
    const principal = await findPrincipal(keys, Buffer.from(hash, 'hex'))
    if (principal === undefined) believed.delete(hash)
    else believed.set(hash, { principal, until })
    return principal
  }
  return async key => {
    if (!KEY_PATTERN.test(key)) return undefined
    // Nobody learns anything of a key from how long it takes to find its hash.
    const hash = sha256Hex(key)
    const known = believed.get(hash)
    if (known !== undefined && monotonic() < known.until) return known.principal
    // Many requests of one key at once ask once.
    let answer = asked.get(hash)
    if (answer === undefined) {
      answer = ask(hash).finally(() => asked.delete(hash))
      asked.set(hash, answer)
    }
    return answer
  }
}

async function findPrincipal(keys: KeyRepository, hash: Uint8Array): Promise<Principal | undefined> {
  const stored = await keys.findByHash(hash)
  if (stored === undefined || !timingSafeEqual(stored.hash, hash)) return undefined
  return {
    keyId: stored.id,
    tenantId: stored.tenantId,
    // A scope that this version does not know grants nothing.
    scopes: new Set(stored.scopes.flatMap(scope => scopeSchema.safeParse(scope).data ?? [])),
    courses: stored.courses,
  }
}

/** Makes a tenant; undefined when the key is taken. */
export async function createTenant(
  tenants: TenantRepository,
  effects: Effects,
  wanted: { readonly key: string; readonly name: string },
): Promise<StoredTenant | undefined> {
  const tenant = { ...wanted, id: effects.newId(), createdAt: new Date(effects.now()) }
  return (await tenants.create(tenant)) ? tenant : undefined
}

/** Keys as an operator sees them: never the key, nor its hash. */
export type KeyView = Omit<StoredKey, 'hash' | 'tenantId'>

/** The keys of a tenant, revoked ones included. */
export async function listKeys(keys: KeyRepository, tenantId: string): Promise<KeyView[]> {
  const stored = await keys.list(tenantId)
  return stored.map(({ id, name, scopes, courses, createdAt, revokedAt }) => ({
    id,
    name,
    scopes,
    courses,
    createdAt,
    revokedAt,
  }))
}
