/**
 * Sends what webhooks are to be told, in the background of every server. Whoever stores deliveries puts their course on a
 * queue that all servers share, and one of them sends what is due. The queue may forget: a server may be killed between a
 * commit and putting its course there, or while it sends. So every server looks now and then for courses that wait, and
 * takes away what ended long ago.
 */
import type { WorkQueue } from '../database/work-queue.js'
import { createBackgroundLoop } from './background-loop.js'
import type { DeliveryOutcome } from './deliver-webhook.js'
import type { DeliveryBell } from './delivery-bell.js'
import { dispatchCourse, type Dispatched, type DispatchServices } from './dispatch-webhooks.js'
import { pauseFor, type Pause } from './live-clock.js'

export type WebhookDispatcherServices = DispatchServices & {
  readonly deliveryBell: DeliveryBell
  readonly queue: WorkQueue
}

export type WebhookDispatcherOptions = {
  /** Told what failed; it is done again. */
  readonly onError: (error: unknown) => void
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined
  /** Waits for so many milliseconds, or until it is to stop. */
  readonly pause?: Pause
}

/** Milliseconds between two looks for courses that wait. */
const SWEEP_MILLISECONDS = 5_000

/** Milliseconds between two times that courses are put on the queue: what is stored in between is put there together. */
const WAKE_MILLISECONDS = 1_000

/** Deliveries that are taken away in one statement, and the milliseconds that a sweep spends on that at most. */
const PURGED_AT_ONCE = 1_000
const PURGE_MILLISECONDS = 3_000

/** Milliseconds between the end of one round through all courses and the next. */
const ROUND_MILLISECONDS = 60_000

/** Comes before every id of a course. Its lease is that of whoever sweeps. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** A dispatcher at rest until it is started or told to do a step. */
export function createWebhookDispatcher(
  services: WebhookDispatcherServices,
  { onError, onOutcome, pause = pauseFor }: WebhookDispatcherOptions,
) {
  const { deliveries, effects, queue, deliveryBell } = services
  const stopping = new AbortController()
  let purgedTo = BEFORE_ALL
  let roundEndedAt = -Infinity

  /** Puts courses on the queue, unless it stops: then others find them. */
  const put = async (courseIds: readonly string[], at?: Date): Promise<void> => {
    if (courseIds.length > 0 && !stopping.signal.aborted) await queue.wake(courseIds, at)
  }

  /** Sends what is due of a course, and sees to it that the rest is when its time comes, after those who wait already. */
  const dispatch = async (courseId: string): Promise<Dispatched> => {
    const dispatched = await dispatchCourse(services, courseId, {
      onOutcome,
      onDue: wake,
      onError,
      stopping: stopping.signal,
    })
    if (dispatched.kind === 'done' && dispatched.next !== undefined) await put([courseId], dispatched.next)
    return dispatched
  }

  /** Takes away what ended long ago, course after course, for a while; the next time it goes on from there. */
  const purge = async (): Promise<void> => {
    if (purgedTo === BEFORE_ALL && effects.monotonic() - roundEndedAt < ROUND_MILLISECONDS) return
    const end = effects.monotonic() + PURGE_MILLISECONDS
    const isOver = (): boolean => stopping.signal.aborted || effects.monotonic() >= end
    while (!isOver()) {
      const courseId = await deliveries.courseAfter(purgedTo)
      if (courseId === undefined) {
        purgedTo = BEFORE_ALL
        roundEndedAt = effects.monotonic()
        return
      }
      for (const isWhole of [
        async () => (await deliveries.purge(courseId, PURGED_AT_ONCE)) < PURGED_AT_ONCE,
        async () => (await deliveries.purgeOrphans(courseId, PURGED_AT_ONCE)) < PURGED_AT_ONCE,
      ]) {
        while (!(await isWhole())) if (isOver()) return
      }
      purgedTo = courseId
    }
  }

  /**
   * Puts courses on the queue that wait and that nobody is at work on, where they are not on it, and takes away what ended
   * long ago. One server at a time does.
   */
  const sweep = async (): Promise<void> => {
    const owner = effects.newId()
    if (!(await deliveries.takeLease(BEFORE_ALL, owner))) return
    try {
      const { courseIds, now } = await deliveries.waitingCourses()
      await put(courseIds, now)
      await deliveries.dropLeftLeases()
      await purge()
    } finally {
      await deliveries.releaseLease(BEFORE_ALL, owner)
    }
  }

  const woken = new Set<string>()
  let waking: Promise<void> | undefined
  const wakeAll = async (): Promise<void> => {
    while (woken.size > 0 && !stopping.signal.aborted) {
      const courseIds = [...woken]
      woken.clear()
      await put(courseIds).catch(onError)
      await pause(WAKE_MILLISECONDS, stopping.signal)
    }
    waking = undefined
  }
  const wake = (courseIds: readonly string[]): void => {
    for (const courseId of courseIds) woken.add(courseId)
    waking ??= wakeAll()
  }

  const sweeping = createBackgroundLoop(
    async () => {
      await sweep()
      return { more: false }
    },
    SWEEP_MILLISECONDS,
    { onError, pause },
  )
  let isStarted = false
  let stopped: Promise<void> | undefined

  return {
    dispatch,
    sweep,

    /** Sends from now on. */
    start: (): void => {
      if (isStarted) return
      isStarted = true
      deliveryBell.onRing(wake)
      queue.work(async courseId => {
        await dispatch(courseId)
      })
      sweeping.start()
    },

    /**
     * Begins nothing any more, and resolves once what is under way is over: that takes as long as a request may at most. The
     * rest stays to be sent, by others or later.
     */
    stop: (): Promise<void> => {
      stopping.abort()
      // All at once: as long as the queue goes on it hands out courses.
      stopped ??= Promise.all([queue.stop(), sweeping.stop(), waking]).then(() => undefined)
      return stopped
    },
  }
}
