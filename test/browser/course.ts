/** A course with assignments, and learners' sessions in it, as an LMS makes them. */
import type { CreatedSession, SessionView } from '../../src/contracts/learn.js'
import type { BoxOfPage, Stage } from '../support/browser.js'

export type Course = {
  readonly key: string
  readonly put: (assignment: string, policy: object) => Promise<void>
  readonly session: (assignment: string, learner: string, ttlSeconds?: number) => Promise<Session>
  readonly read: <Body>(route: string) => Promise<Body>
}

/** An address of a page, and what its holder may ask. */
export type Session = {
  /** The address without its origin. */
  readonly address: string
  readonly token: string
  readonly boxes: readonly BoxOfPage[]
}

/** A tenant of that name, with a course `c` in it. */
export async function createCourse(stage: Stage, name: string): Promise<Course> {
  const { key } = await stage.service.tenant(name)
  await stage.ask(key, 'PUT', '/v1/courses/c', { title: `Course of ${name}` })
  return {
    key,
    put: async (assignment, policy) => {
      await stage.ask(key, 'PUT', `/v1/courses/c/assignments/${assignment}`, policy)
    },
    session: async (assignment, learner, ttlSeconds) => {
      const route = `/v1/courses/c/assignments/${assignment}/sessions`
      const body = { learner, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) }
      const { token, url } = await stage.ask<CreatedSession>(key, 'POST', route, body)
      const { graph } = await stage.ask<SessionView>(token, 'GET', '/learn/session')
      const { pathname, search, hash } = new URL(url)
      return { token, address: pathname + search + hash, boxes: graph.boxes }
    },
    read: route => stage.ask(key, 'GET', `/v1/courses/c${route}`),
  }
}

/** An answer of the API that lists attempts, as far as tests look at it. */
export type Attempts = {
  readonly items: readonly { readonly learner: string; readonly number: number; readonly credit: number }[]
}
