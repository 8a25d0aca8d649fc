/** Asking for a regrading: the policy as it is now is kept with the job, and applied to every stored attempt. */
import { z } from 'zod'
import type { JobView, RegradeBody } from '../contracts/job.js'
import type { StoredAssignment } from '../database/assignments.js'
import { notFound } from '../errors.js'
import { findAssignment, policyOf, type AssignmentPolicy } from './assignments.js'
import { readJob, type JobServices } from './jobs.js'
import { underPresentPolicy } from './policy-changes.js'
import type { Principal } from './principal.js'

/**
 * Makes a job that grades an assignment's attempts again, and answers it. While one waits or works for the same policy,
 * it is that one.
 */
export async function requestRegrade(
  services: JobServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  { dryRun }: RegradeBody,
): Promise<JobView> {
  return underPresentPolicy(async () => {
    const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
    const requested = await services.jobs.request({
      id: services.effects.newId(),
      tenantId: principal.tenantId,
      courseId,
      assignmentId: assignment.id,
      dryRun,
      policyRevision: assignment.revision,
      policy: snapshot(assignment),
      createdAt: new Date(services.effects.now()),
    })
    if (requested.kind === 'policy-changed') return requested.kind
    if (requested.kind === 'assignment-gone') throw notFound()
    services.jobBell.ring()
    return readJob(services, principal, requested.id)
  })
}

/** A policy and the graph version that it is about, as a job has kept them. */
export type KeptPolicy = {
  readonly policy: AssignmentPolicy
  readonly graphId: string
  readonly graphVersion: number
}

/** All of an assignment but the secret that its variants are drawn from. */
function snapshot(assignment: StoredAssignment): unknown {
  return { ...assignment, seed: undefined }
}

const timeSchema = z.coerce.date().nullable()
const snapshotSchema = z.looseObject({ opensAt: timeSchema, dueAt: timeSchema, closesAt: timeSchema })

/** Reads what `requestRegrade` has kept. */
export function keptPolicy(kept: unknown): KeptPolicy {
  // It was a stored assignment when it was kept, and no policy depends on what was left out.
  const assignment = snapshotSchema.parse(kept) as unknown as StoredAssignment
  const { graphId, graphVersion } = assignment
  return { policy: policyOf(assignment), graphId, graphVersion }
}
