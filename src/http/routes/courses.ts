import { z } from 'zod'
import {
  assignmentBodySchema,
  assignmentSchema,
  courseBodySchema,
  courseSchema,
  memberBodySchema,
  memberSchema,
} from '../../contracts/course.js'
import { pageOf, pageQuerySchema } from '../../contracts/text.js'
import { listAssignments, readAssignment, type AssignmentServices } from '../../services/assignments.js'
import {
  eraseMember,
  listCourses,
  listMembers,
  putCourse,
  putMember,
  readCourse,
} from '../../services/courses.js'
import { asPage } from '../../services/cursors.js'
import { putAssignment } from '../../services/put-assignment.js'
import { principalOf } from '../authentication.js'
import { registerOverrideRoutes } from './overrides.js'
import { assignmentPath, coursePath, memberPath, refusals, type ZodApp } from './route-parts.js'

const tags = ['courses']

/** The routes of courses, members and assignments with their overrides. */
export function registerCourseRoutes(app: ZodApp, services: AssignmentServices): void {
  app.get(
    '/v1/courses',
    {
      schema: {
        tags,
        summary: 'List the courses',
        querystring: pageQuerySchema,
        response: { 200: pageOf(courseSchema), ...refusals },
      },
    },
    async request => asPage(await listCourses(services, principalOf(request), request.query)),
  )

  app.get(
    '/v1/courses/:course',
    {
      schema: {
        tags,
        summary: 'Read a course',
        params: coursePath,
        response: { 200: courseSchema, ...refusals },
      },
    },
    request => readCourse(services, principalOf(request), request.params.course),
  )

  app.put(
    '/v1/courses/:course',
    {
      schema: {
        tags,
        summary: 'Create a course or change its title',
        params: coursePath,
        body: courseBodySchema,
        response: { 200: courseSchema, 201: courseSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { created, view } = await putCourse(
        services,
        principalOf(request),
        request.params.course,
        request.body,
      )
      return reply.code(created ? 201 : 200).send(view)
    },
  )

  registerMemberRoutes(app, services)
  registerAssignmentRoutes(app, services)
  registerOverrideRoutes(app, services)
}

function registerMemberRoutes(app: ZodApp, services: AssignmentServices): void {
  app.get(
    '/v1/courses/:course/members',
    {
      schema: {
        tags,
        summary: 'List the members of a course',
        params: coursePath,
        querystring: pageQuerySchema,
        response: { 200: pageOf(memberSchema), ...refusals },
      },
    },
    async request =>
      asPage(await listMembers(services, principalOf(request), request.params.course, request.query)),
  )

  app.put(
    '/v1/courses/:course/members/:member',
    {
      schema: {
        tags,
        summary: 'Enrol a member or change role and name',
        params: memberPath,
        body: memberBodySchema,
        response: { 200: memberSchema, 201: memberSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { course, member } = request.params
      const { created, view } = await putMember(services, principalOf(request), course, member, request.body)
      return reply.code(created ? 201 : 200).send(view)
    },
  )

  app.delete(
    '/v1/courses/:course/members/:member',
    {
      schema: {
        tags,
        summary: "Erase a person's data in a course",
        description:
          'Removes membership, attempts, variants, overrides and progress. Later submissions for this person answer 410.',
        params: memberPath,
        response: { 204: z.undefined().describe('erased'), ...refusals },
      },
    },
    async (request, reply) => {
      await eraseMember(services, principalOf(request), request.params.course, request.params.member)
      return reply.code(204).send()
    },
  )
}

function registerAssignmentRoutes(app: ZodApp, services: AssignmentServices): void {
  app.get(
    '/v1/courses/:course/assignments',
    {
      schema: {
        tags,
        summary: 'List the assignments of a course',
        params: coursePath,
        querystring: pageQuerySchema,
        response: { 200: pageOf(assignmentSchema), ...refusals },
      },
    },
    async request =>
      asPage(await listAssignments(services, principalOf(request), request.params.course, request.query)),
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment',
    {
      schema: {
        tags,
        summary: 'Read an assignment',
        params: assignmentPath,
        response: { 200: assignmentSchema, ...refusals },
      },
    },
    request =>
      readAssignment(services, principalOf(request), request.params.course, request.params.assignment),
  )

  app.put(
    '/v1/courses/:course/assignments/:assignment',
    {
      schema: {
        tags,
        summary: 'Create an assignment or replace its policy',
        description: 'Fields left out return to their defaults, except graphVersion, which stays pinned.',
        params: assignmentPath,
        body: assignmentBodySchema,
        response: { 200: assignmentSchema, 201: assignmentSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { course, assignment } = request.params
      const { created, view } = await putAssignment(
        services,
        principalOf(request),
        course,
        assignment,
        request.body,
      )
      return reply.code(created ? 201 : 200).send(view)
    },
  )
}
