import { z } from 'zod'
import { overrideBodySchema, overrideSchema } from '../../contracts/course.js'
import { pageOf, pageQuerySchema } from '../../contracts/text.js'
import type { AssignmentServices } from '../../services/assignments.js'
import { asPage } from '../../services/cursors.js'
import { deleteOverride, listOverrides, putOverride } from '../../services/overrides.js'
import { principalOf } from '../authentication.js'
import { assignedPath, assignmentPath, refusals, type ZodApp } from './route-parts.js'

/** The routes of overrides: what holds for one learner in the place of an assignment's policy. */
export function registerOverrideRoutes(app: ZodApp, services: AssignmentServices): void {
  const tags = ['courses']

  app.get(
    '/v1/courses/:course/assignments/:assignment/overrides',
    {
      schema: {
        tags,
        summary: 'List the overrides of an assignment',
        params: assignmentPath,
        querystring: pageQuerySchema,
        response: { 200: pageOf(overrideSchema), ...refusals },
      },
    },
    async request =>
      asPage(await listOverrides(services, principalOf(request), request.params, request.query)),
  )

  app.put(
    '/v1/courses/:course/assignments/:assignment/overrides/:learner',
    {
      schema: {
        tags,
        summary: 'Give a learner other dates or more attempts',
        description:
          "What is left out or null is the assignment's. A learner may have one before being enrolled.",
        params: assignedPath,
        body: overrideBodySchema,
        response: { 200: overrideSchema, 201: overrideSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { created, view } = await putOverride(
        services,
        principalOf(request),
        request.params,
        request.body,
      )
      return reply.code(created ? 201 : 200).send(view)
    },
  )

  app.delete(
    '/v1/courses/:course/assignments/:assignment/overrides/:learner',
    {
      schema: {
        tags,
        summary: "Let the assignment's policy hold for a learner again",
        params: assignedPath,
        response: { 204: z.undefined().describe('taken away'), ...refusals },
      },
    },
    async (request, reply) => {
      await deleteOverride(services, principalOf(request), request.params)
      return reply.code(204).send()
    },
  )
}
