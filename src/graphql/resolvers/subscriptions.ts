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

/** A batch of the feed with the course that it is of. */
type AttemptBatch = FeedBatch & { readonly courseId: string }

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
          if (assignment === undefined || assignment === null) {
            const { id } = await findCourse(services, principal, course)
            return withCourse(feeds.watch(id, {}), id)
          }
          const found = await findAssignment(services, principal, course, assignment)
          const watched = feeds.watch(found.courseId, { assignmentId: found.assignment.id })
          return withCourse(watched, found.courseId)
        },
        resolve: async (
          { courseId, events, missed }: AttemptBatch,
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
        ) => feeds.watchProgress((await findCourse(services, principal, course)).id),
        resolve: (batch: ProgressBatch) => batch,
      },
    },
  }
}

const DONE = { done: true, value: undefined } as const

/** The batches of a feed with their course, and no larger than a message may be. Whoever ends it ends the feed. */
function withCourse(
  feed: AsyncIterator<FeedBatch, undefined>,
  courseId: string,
): AsyncIterableIterator<AttemptBatch> {
  let waiting: FeedBatch['events'] = []
  let isOver = false
  const batches: AsyncIterableIterator<AttemptBatch> = {
    [Symbol.asyncIterator]: () => batches,
    next: async () => {
      let missed = 0
      if (isOver) return DONE
      if (waiting.length === 0) {
        const told = await feed.next()
        if (told.done === true) return DONE
        waiting = told.value.events
        missed = told.value.missed
      }
      const events = waiting.slice(0, MAX_TOLD)
      waiting = waiting.slice(MAX_TOLD)
      return { done: false, value: { courseId, events, missed } }
    },
    return: async () => {
      isOver = true
      await feed.return?.()
      return DONE
    },
  }
  return batches
}
