/**
 * Sends what webhooks are to be told, in the background of every server. Whoever stores deliveries puts their course on a
 * queue that all servers share, and one of them sends what is due. The queue may forget: a server may be killed between a
 * commit and putting its course there, or while it sends. So every server looks now and then for courses that wait, and
 * takes away what ended long ago.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkQueue } from '../database/work-queue.js'
import type { DeliveryOutcome } from './deliver-webhook.js'
import type { DeliveryBell } from './delivery-bell.js'
import { dispatchCourse, type Dispatched, type DispatchServices } from './dispatch-webhooks.js'

export type WebhookDispatcherServices = DispatchServices & {
  readonly deliveryBell: DeliveryBell
  readonly queue: WorkQueue
}

export type WebhookDispatcherOptions = {
  /** Told what failed; it is done again. */
  readonly onError: (error: unknown) => void
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined
  /** Waits for so many milliseconds, or until it is to stop. */
  readonly pause?: (milliseconds: number, stopping: AbortSignal) => Promise<void>
}

/** Milliseconds between two looks for courses that wait. */
const SWEEP_MILLISECONDS = 5_000

/** Milliseconds between two times that courses are put on the queue: what is stored in between is put there together. */
const WAKE_MILLISECONDS = 1_000

/** How long deliveries are kept after they ended: those that arrived, and those that never did. */
const DAY = 24 * 60 * 60 * 1_000
const DELIVERED_MILLISECONDS = 7 * DAY
const DEAD_MILLISECONDS = 30 * DAY

/** Courses in which a sweep looks for deliveries to take away, and how many of these it takes away in each. */
const PURGED_COURSES = 20
const PURGED_AT_ONCE = 1_000

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** A dispatcher at rest until it is started or told to do a step. */
export function createWebhookDispatcher(
  services: WebhookDispatcherServices,
  { onError, onOutcome, pause = pauseFor }: WebhookDispatcherOptions,
) {
  const { deliveries, webhooks, effects, queue, deliveryBell } = services
  const stopping = new AbortController()
  let purgedTo = BEFORE_ALL

  /** Sends what is due of a course, and sees to it that the rest is when its time comes. */
  const dispatch = async (courseId: string): Promise<Dispatched> => {
    const dispatched = await dispatchCourse(services, courseId, {
      onOutcome,
      onError,
      stopping: stopping.signal,
    })
    if (dispatched.kind === 'done' && dispatched.next !== undefined) {
      await queue.wake([courseId], dispatched.next)
    }
    return dispatched
  }

  /** Puts courses on the queue that wait and that nobody is at work on, and takes away what ended long ago. */
  const sweep = async (): Promise<void> => {
    await queue.wake(await deliveries.waitingCourses(new Date(effects.now())))
    await deliveries.dropLeftLeases()
    const before = {
      delivered: new Date(effects.now() - DELIVERED_MILLISECONDS),
      dead: new Date(effects.now() - DEAD_MILLISECONDS),
    }
    const courses = await deliveries.courses(purgedTo, PURGED_COURSES)
    for (const courseId of courses) {
      if (stopping.signal.aborted) return
      await deliveries.purge(courseId, before, PURGED_AT_ONCE)
      const ids = (await webhooks.ofCourse(courseId)).map(({ id }) => id)
      await deliveries.purgeOrphans(courseId, ids, PURGED_AT_ONCE)
    }
    purgedTo = courses.length === PURGED_COURSES ? (courses.at(-1) ?? BEFORE_ALL) : BEFORE_ALL
  }

  const woken = new Set<string>()
  let waking: Promise<void> | undefined
  const wakeAll = async (): Promise<void> => {
    while (woken.size > 0 && !stopping.signal.aborted) {
      const courseIds = [...woken]
      woken.clear()
      await queue.wake(courseIds).catch(onError)
      await pause(WAKE_MILLISECONDS, stopping.signal)
    }
    waking = undefined
  }
  const wake = (courseIds: readonly string[]): void => {
    for (const courseId of courseIds) woken.add(courseId)
    waking ??= wakeAll()
  }

  const keepSweeping = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sweep().catch(onError)
      await pause(SWEEP_MILLISECONDS, stopping.signal)
    }
  }
  let sweeping: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  return {
    dispatch,
    sweep,

    /** Sends from now on. */
    start: (): void => {
      if (sweeping !== undefined) return
      deliveryBell.onRing(wake)
      queue.work(async courseId => {
        await dispatch(courseId)
      })
      sweeping = keepSweeping()
    },

    /**
     * Begins nothing any more, and resolves once what is under way is over: that takes as long as a request may at most. The
     * rest stays to be sent, by others or later.
     */
    stop: (): Promise<void> => {
      stopping.abort()
      stopped ??= Promise.all([sweeping, waking]).then(() => queue.stop())
      return stopped
    },
  }
}

async function pauseFor(milliseconds: number, stopping: AbortSignal): Promise<void> {
  // Stopped is as good as waited.
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined)
}
