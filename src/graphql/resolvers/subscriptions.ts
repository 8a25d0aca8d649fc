/** The fields of Subscription: a course's feed, of ids, and what is read of each. */
import { describeError } from '../../http/problems.js'
import { findAssignment } from '../../services/assignments.js'
import type { CourseFeeds, FeedBatch, ProgressBatch } from '../../services/course-feed.js'
import { findCourse } from '../../services/courses.js'
import type { LiveAttempts } from '../../services/live-attempts.js'
import type { RequestContext } from '../context.js'
import { MAX_TOLD } from '../live-limits.js'

type Feeds = Pick<CourseFeeds, 'watch' | 'watchProgress'>

type CourseArguments = { readonly course: string }
type AttemptArguments = CourseArguments & { readonly assignment?: string | null }

/** The subscriptions over the feeds of courses. What is loaded of an event is loaded once for all who watch. */
export function subscriptions(feeds: Feeds, loadAttempts: LiveAttempts) {
  // All who watch share what is read, and so what it fails of: that is logged once.
  const logged = new WeakSet<object>()
  return {
    Subscription: {
      attemptGraded: {
        subscribe: async (
          _root: unknown,
          { course, assignment }: AttemptArguments,
          context: RequestContext,
        ) => {
          const { services, principal } = context
          const { keyId } = principal
          if (assignment === undefined || assignment === null) {
            const { id } = await findCourse(services, principal, course)
            return inMessages(feeds.watch(id, { keyId }))
          }
          const found = await findAssignment(services, principal, course, assignment)
          return inMessages(feeds.watch(found.courseId, { keyId, assignmentId: found.assignment.id }))
        },
        resolve: async (
          { courseId, events, missed }: FeedBatch,
          _arguments: unknown,
          { request }: RequestContext,
        ) => {
          const ids = events.map(({ attemptId }) => attemptId)
          try {
            return { attempts: await loadAttempts(courseId, ids), missed }
          } catch (error) {
            if (error instanceof Error && !logged.has(error)) {
              logged.add(error)
              request.log.error({ fault: describeError(error) }, 'attempts could not be told of')
            }
            // They are stored all the same, and to be read like any others that were missed.
            return { attempts: [], missed: missed + events.length }
          }
        },
      },
      progressChanged: {
        subscribe: async (
          _root: unknown,
          { course }: CourseArguments,
          { services, principal }: RequestContext,
        ) =>
          feeds.watchProgress((await findCourse(services, principal, course)).id, { keyId: principal.keyId }),
        resolve: (batch: ProgressBatch) => batch,
      },
    },
  }
}

const DONE = { done: true, value: undefined } as const

/** The batches of a feed, none larger than a message may be. Whoever ends it ends the feed. */
function inMessages(feed: AsyncIterator<FeedBatch, undefined>): AsyncIterableIterator<FeedBatch> {
  let rest: FeedBatch | undefined
  let isOver = false
  const batches: AsyncIterableIterator<FeedBatch> = {
    [Symbol.asyncIterator]: () => batches,
    next: async () => {
      if (isOver) return DONE
      const told = rest ?? (await feed.next()).value
      if (told === undefined) return DONE
      const { events } = told
      rest = events.length > MAX_TOLD ? { ...told, events: events.slice(MAX_TOLD), missed: 0 } : undefined
      const value = rest === undefined ? told : { ...told, events: events.slice(0, MAX_TOLD) }
      return { done: false, value }
    },
    return: async () => {
      isOver = true
      await feed.return?.()
      return DONE
    },
  }
  return batches
}
