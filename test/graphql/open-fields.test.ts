/**
 * Fields without a row in the table of rights answer whoever has reached what they are part of. Each is listed, so that
 * a new one, or a new way to a type, is seen by whoever changes this list.
 */
import { getNamedType, isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { FIELD_RIGHTS } from '../../src/graphql/rights.js'
import { createSchema, type ResolverTable } from '../../src/graphql/schema.js'

/** Type → the scopes any one of which leads to it, and its fields that ask for nothing more. */
const OPEN: Readonly<Record<string, readonly [scopes: string, fields: string]>> = {
  PageInfo: ['courses:read graphs:read progress:read', 'hasNextPage hasPreviousPage startCursor endCursor'],
  GraphConnection: ['graphs:read', 'edges pageInfo'],
  GraphEdge: ['graphs:read', 'cursor node'],
  GraphSummary: ['graphs:read', 'key version title public builtIn'],
  Graph: [
    'graphs:read graphs:write',
    'key version title description public builtIn tolerance inputs nodes output boxes figure',
  ],
  GraphInput: ['graphs:read graphs:write', 'name role value sample'],
  GraphNode: ['graphs:read graphs:write', 'name expression'],
  Box: ['graphs:read graphs:write', 'id kind of wrt label shape'],
  BoxLabel: ['graphs:read graphs:write', 'text tex'],
  CourseConnection: ['courses:read', 'edges pageInfo'],
  CourseEdge: ['courses:read', 'cursor node'],
  Course: ['courses:read courses:write', 'key title createdAt updatedAt'],
  CourseOverview: ['progress:read', 'learners assignments needHelp considered'],
  AssignmentOverview: [
    'progress:read',
    'key title points learners completed notStarted attempts meanCredit stumblingBox',
  ],
  HelpNeeded: ['progress:read', 'learner name reasons'],
  HelpReason: ['progress:read', 'code assignment attempts credit lastSubmittedAt'],
  AssignmentStatistics: [
    'progress:read',
    'learners completed attempts meanCredit medianCredit histogram timeToCompletion firstWrongBox boxes',
  ],
  HistogramBin: ['progress:read', 'from to learners'],
  TimeToCompletion: ['progress:read', 'learners median lowerQuartile upperQuartile'],
  BoxStatistics: [
    'progress:read',
    'id firstAttempts firstCorrect attempts correct follows difficulty finalDifficulty followsShare discrimination firstWrong misconceptions wrongValues',
  ],
  MisconceptionCount: ['progress:read', 'code count'],
  WrongValueCount: ['progress:read', 'value count error'],
  LearnerConnection: ['progress:read', 'edges pageInfo'],
  LearnerEdge: ['progress:read', 'cursor node'],
  Learner: ['progress:read', 'key name credit attempts begun completed lastSubmittedAt'],
  AssignmentProgress: [
    'progress:read',
    'assignment attempts credit points maxPoints remaining completed lastSubmittedAt',
  ],
  MemberConnection: ['courses:read', 'edges pageInfo'],
  MemberEdge: ['courses:read', 'cursor node'],
  Member: ['courses:read courses:write', 'key role name createdAt updatedAt'],
  AssignmentConnection: ['courses:read', 'edges pageInfo'],
  AssignmentEdge: ['courses:read', 'cursor node'],
  Assignment: [
    'courses:read courses:write',
    'key graphKey graphVersion title points opensAt dueAt closesAt lateCredit maxAttempts keep tolerance weights feedback reveal variants followThrough warnings revision createdAt updatedAt',
  ],
  Warning: ['courses:read courses:write graphs:write', 'code path position message'],
  AttemptConnection: ['progress:read', 'edges pageInfo'],
  AttemptEdge: ['progress:read', 'cursor node'],
  Attempt: ['progress:read', 'id learner number credit points maxPoints submittedAt late boxes progress'],
  AttemptProgress: ['attempts:write progress:read', 'attempts credit points remaining completed'],
  GradedBox: [
    'attempts:write progress:read',
    'id status credit entries answer feedback expected misconceptions',
  ],
  Remark: ['attempts:write progress:read', 'code message'],
  Job: [
    'courses:write',
    'id kind course assignment dryRun status done total changed skipped policyRevision createdAt finishedAt error',
  ],
  PublishGraphPayload: ['graphs:write', 'graph created warnings'],
  PutCoursePayload: ['courses:write', 'course created'],
  PutAssignmentPayload: ['courses:write', 'assignment created'],
  PutMemberPayload: ['courses:write', 'member created'],
  Override: ['courses:write', 'learner dueAt closesAt extraAttempts createdAt updatedAt'],
  PutOverridePayload: ['courses:write', 'override created'],
  DeletePayload: ['courses:write', 'deleted'],
  SubmitAttemptPayload: ['attempts:write', 'attempt replayed'],
  SubmittedAttempt: [
    'attempts:write',
    'id number submittedAt late learner credit points maxPoints boxes progress',
  ],
  RequestRegradePayload: ['courses:write', 'job'],
  AttemptGraded: ['progress:read', 'attempts missed'],
  AttemptEvent: ['progress:read', 'assignment attempt'],
  ProgressChanged: ['progress:read', 'learners all missed'],
}

/** The schema that is served, as far as its types go. */
function objectTypes() {
  const roots: Record<string, Record<string, () => null>> = { Query: {}, Mutation: {}, Subscription: {} }
  for (const name of FIELD_RIGHTS.keys()) {
    const [type = '', field = ''] = name.split('.')
    const fields = roots[type]
    if (fields !== undefined) fields[field] = () => null
  }
  return Object.values(createSchema(roots satisfies ResolverTable).getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .map(type => ({
      name: type.name,
      fields: Object.values(type.getFields()).map(field => ({
        name: field.name,
        type: getNamedType(field.type).name,
        needs: FIELD_RIGHTS.get(`${type.name}.${field.name}`)?.needs,
      })),
    }))
}

test('every field that asks for no scope, and every scope that leads to it, is known', () => {
  const types = objectTypes()
  const scopes = new Map(types.map(({ name }) => [name, new Set<string>()]))
  // Once round for each type at most: no way to a type is longer.
  for (let rounds = types.length; rounds > 0; rounds--) {
    for (const type of types) {
      for (const { needs = 'parent', type: to } of type.fields) {
        for (const scope of needs === 'parent' ? scopes.get(type.name)! : [needs]) scopes.get(to)?.add(scope)
      }
    }
  }
  const open = types.flatMap(({ name, fields }) => {
    const free = fields.filter(({ needs }) => needs === undefined)
    const ways = [...scopes.get(name)!].sort().join(' ')
    return free.length === 0 ? [] : [[name, [ways, free.map(field => field.name).join(' ')]] as const]
  })
  expect(Object.fromEntries(open)).toEqual(OPEN)
})
