/** Courses and their members. */
import type { CourseBody, CourseView, MemberBody, MemberView } from '../contracts/course.js'
import type { PageQuery } from '../contracts/text.js'
import type { CourseRepository, StoredCourse } from '../database/courses.js'
import type { MemberRepository, StoredMember } from '../database/members.js'
import { notFound } from '../errors.js'
import type { CourseFeeds } from './course-feed.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { Effects } from './effects.js'
import { sha256 } from './hash.js'
import type { Principal } from './principal.js'

export type CourseServices = {
  readonly courses: CourseRepository
  readonly members: MemberRepository
  readonly effects: Effects
  readonly feeds: Pick<CourseFeeds, 'tell'>
}

/** What stays of a person after an erasure: enough to recognize the key, too little to read it. */
export function memberHash(courseId: string, key: string): Uint8Array<ArrayBuffer> {
  return sha256('member', courseId, key)
}

function viewCourse({ key, title, createdAt, updatedAt }: StoredCourse): CourseView {
  return { key, title, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}

function viewMember({ key, role, name, createdAt, updatedAt }: StoredMember): MemberView {
  return {
    key,
    role: role === 'instructor' ? 'instructor' : 'learner',
    name,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** The course of a tenant; `not-found` for one that is missing or another tenant's. */
export async function findCourse(
  { courses }: Pick<CourseServices, 'courses'>,
  { tenantId }: Principal,
  key: string,
): Promise<StoredCourse> {
  const course = await courses.find(tenantId, key)
  if (course === undefined) throw notFound()
  return course
}

/** Creates a course or changes its title. */
export async function putCourse(
  { courses, effects }: CourseServices,
  { tenantId }: Principal,
  key: string,
  { title }: CourseBody,
): Promise<{ readonly created: boolean; readonly view: CourseView }> {
  const time = new Date(effects.now())
  const { course, created } = await courses.put(tenantId, { id: effects.newId(), key, title }, time)
  return { created, view: viewCourse(course) }
}

/** One course. */
export async function readCourse(
  services: CourseServices,
  principal: Principal,
  key: string,
): Promise<CourseView> {
  return viewCourse(await findCourse(services, principal, key))
}

/** The courses that a key may see, by key. */
export async function listCourses(
  { courses }: CourseServices,
  principal: Principal,
  query: PageQuery,
): Promise<Listing<CourseView>> {
  const list = ['courses', principal.tenantId, ...principal.courses]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await courses.list(principal.tenantId, principal.courses, after, query.limit + 1)
  return listingFrom(found, query.limit, list, { positionOf: course => course.key, view: viewCourse })
}

/** The members of a course, by key. */
export async function listMembers(
  services: CourseServices,
  principal: Principal,
  courseKey: string,
  query: PageQuery,
): Promise<Listing<MemberView>> {
  const course = await findCourse(services, principal, courseKey)
  const list = ['members', course.id]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await services.members.list(course.id, undefined, after, query.limit + 1)
  return listingFrom(found, query.limit, list, { positionOf: member => member.key, view: viewMember })
}

/** Enrols a member or changes role and name. */
export async function putMember(
  services: CourseServices,
  principal: Principal,
  courseKey: string,
  key: string,
  { role, name }: MemberBody,
): Promise<{ readonly created: boolean; readonly view: MemberView }> {
  const course = await findCourse(services, principal, courseKey)
  const wanted = { key, hash: memberHash(course.id, key), role, name: name ?? null }
  const { member, created } = await services.members.put(course.id, wanted, new Date(services.effects.now()))
  services.feeds.tell({ kind: 'progress', courseId: course.id })
  return { created, view: viewMember(member) }
}

/** Erases a person's data in the course: membership, attempts and progress. */
export async function eraseMember(
  services: CourseServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<void> {
  const course = await findCourse(services, principal, courseKey)
  const time = new Date(services.effects.now())
  if (!(await services.members.erase(course.id, key, memberHash(course.id, key), time))) throw notFound()
  services.feeds.tell({ kind: 'progress', courseId: course.id })
}
