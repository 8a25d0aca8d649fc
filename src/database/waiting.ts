import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for so many milliseconds, or until it is stopped: stopped is as good as waited. */
export async function waitFor(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined)
}
