/** Ids: uuids of version 7, which begin with the time and whose order is the order of their making in this process. */
import { v7 } from 'uuid'

const BYTES_OF_ID = 16

/** Ids whose random bytes are fetched at once: fetching them one by one takes longer than all else. */
const IDS_AT_ONCE = 256

/** The bits of a uuid that count on within a millisecond; of the first of them the highest is left to count into. */
const FIRST_SEQUENCE = 0x7fff_ffff

/** Makes ids of a clock, in milliseconds since 1970, and of randomness. A clock that steps back changes no order. */
export function createIds(now: () => number, randomBytes: (count: number) => Uint8Array): () => string {
  let pool: Uint8Array = new Uint8Array()
  let used = 0
  let msecs = 0
  let seq = 0
  return () => {
    if (used >= pool.length) {
      pool = randomBytes(IDS_AT_ONCE * BYTES_OF_ID)
      used = 0
    }
    const random = pool.subarray(used, used + BYTES_OF_ID)
    used += BYTES_OF_ID
    const time = now()
    if (time > msecs) {
      msecs = time
      seq = new DataView(random.buffer, random.byteOffset).getUint32(0) & FIRST_SEQUENCE
    } else if (seq === 0xffff_ffff) {
      msecs += 1
      seq = 0
    } else seq += 1
    return v7({ msecs, seq, random })
  }
}
