/**
 * How every guarded field of GraphQL is asked, and what it answers: for tests of who may ask, and of whose class it is.
 * Words in capitals stand for what is in the asker's class: see graphql-class.ts.
 */
import type { Scope } from '../../src/contracts/scopes.js'

export type FieldCase = {
  /** As the table of rights names it. */
  readonly field: string
  /** What the field itself asks for. */
  readonly needs: Scope | 'parent'
  /** What is asked for on the way to it. */
  readonly outer?: Scope
  /** What asks for it; words in capitals stand for what is in the asker's class. */
  readonly query: string
  /** What it is answered, with the same words; a subscription answers nothing until something happens. */
  readonly data?: Readonly<Record<string, unknown>>
  /** What a tenant without anything is answered, where that is no `not-found`; `its own`: of what it has just made. */
  readonly nothing?: Readonly<Record<string, unknown>> | 'its own'
}

const edges = (...nodes: readonly unknown[]) => ({ edges: nodes.map(node => ({ node })) })

const BUILT_IN = [
  { key: 'fan-out', title: 'A weight that works twice' },
  { key: 'lab-network0', title: 'A first network' },
]

/** The course algebra is read, and geometry is written to, so that no answer depends on what was asked before. */
const ROOTS: Readonly<Record<string, Omit<FieldCase, 'field'>>> = {
  'Query.graph': {
    needs: 'graphs:read',
    query: '{ graph(key: "a-square") { title } }',
    data: { graph: { title: 'NAME Square' } },
  },
  'Query.graphs': {
    needs: 'graphs:read',
    query: '{ graphs(first: 2) { edges { node { key title } } } }',
    data: { graphs: edges({ key: 'a-square', title: 'NAME Square' }, BUILT_IN[0]) },
    nothing: { graphs: edges(...BUILT_IN) },
  },
  'Query.course': {
    needs: 'courses:read',
    query: '{ course(key: "algebra") { title } }',
    data: { course: { title: 'NAME Algebra' } },
  },
  'Query.courses': {
    needs: 'courses:read',
    query: '{ courses { edges { node { title } } } }',
    data: { courses: edges({ title: 'NAME Algebra' }, { title: 'NAME Geometry' }) },
    nothing: { courses: edges() },
  },
  'Query.assignment': {
    needs: 'courses:read',
    query: '{ assignment(course: "algebra", key: "week-1") { title points } }',
    data: { assignment: { title: 'NAME Square', points: 'POINTS' } },
  },
  'Query.assignments': {
    needs: 'courses:read',
    query: '{ assignments(course: "algebra") { edges { node { title points } } } }',
    data: { assignments: edges({ title: 'NAME Square', points: 'POINTS' }) },
  },
  'Query.learner': {
    needs: 'progress:read',
    query: '{ learner(course: "algebra", key: "ada") { name attempts credit } }',
    data: { learner: { name: 'NAME Ada', attempts: 'TRIED', credit: 'CREDIT' } },
  },
  'Query.attempt': {
    needs: 'progress:read',
    query: '{ attempt(course: "algebra", assignment: "week-1", id: "ATTEMPT") { id credit } }',
    data: { attempt: { id: 'ATTEMPT', credit: 'CREDIT' } },
  },
  'Query.attempts': {
    needs: 'progress:read',
    query: '{ attempts(course: "algebra", assignment: "week-1", first: 1) { edges { node { id credit } } } }',
    data: { attempts: edges({ id: 'ATTEMPT', credit: 'CREDIT' }) },
  },
  'Query.job': {
    needs: 'courses:write',
    query: '{ job(id: "JOB") { id course } }',
    data: { job: { id: 'JOB', course: 'geometry' } },
  },
  'Mutation.publishGraph': {
    needs: 'graphs:write',
    query:
      'mutation ($definition: JSON!) { publishGraph(key: "a-square", definition: $definition) { graph { title version } } }',
    data: { publishGraph: { graph: { title: 'NAME Square', version: 1 } } },
    nothing: { publishGraph: { graph: { title: 'NAME Square', version: 1 } } },
  },
  'Mutation.putCourse': {
    needs: 'courses:write',
    query: 'mutation { putCourse(key: "geometry", input: { title: "NAME Geometry" }) { course { title } } }',
    data: { putCourse: { course: { title: 'NAME Geometry' } } },
    nothing: { putCourse: { course: { title: 'NAME Geometry' } } },
  },
  'Mutation.putAssignment': {
    needs: 'courses:write',
    query:
      'mutation { putAssignment(course: "geometry", key: "week-1", input: { graph: "a-square", points: POINTS }) { created assignment { title revision } } }',
    data: { putAssignment: { created: false, assignment: { title: 'NAME Square', revision: 1 } } },
  },
  'Mutation.putMember': {
    needs: 'courses:write',
    query:
      'mutation { putMember(course: "geometry", key: "ada", input: { role: LEARNER, name: "NAME Ada" }) { created member { name } } }',
    data: { putMember: { created: false, member: { name: 'NAME Ada' } } },
  },
  'Mutation.putOverride': {
    needs: 'courses:write',
    query:
      'mutation { putOverride(course: "geometry", assignment: "week-1", learner: "ada", input: { extraAttempts: POINTS }) { override { learner extraAttempts } } }',
    data: { putOverride: { override: { learner: 'ada', extraAttempts: 'POINTS' } } },
  },
  'Mutation.deleteOverride': {
    needs: 'courses:write',
    query:
      'mutation { deleteOverride(course: "geometry", assignment: "week-1", learner: "bob") { deleted } }',
    data: { deleteOverride: { deleted: true } },
  },
  'Mutation.deleteMember': {
    needs: 'courses:write',
    query: 'mutation { deleteMember(course: "geometry", key: "bob") { deleted } }',
    data: { deleteMember: { deleted: true } },
  },
  'Mutation.submitAttempt': {
    needs: 'attempts:write',
    query:
      'mutation { submitAttempt(course: "geometry", assignment: "week-1", input: { learner: "ada", answers: { J: "9" } }) { attempt { maxPoints } } }',
    data: { submitAttempt: { attempt: { maxPoints: 'POINTS' } } },
  },
  'Mutation.requestRegrade': {
    needs: 'courses:write',
    query: 'mutation { requestRegrade(course: "geometry", assignment: "once") { job { id } } }',
    data: { requestRegrade: { job: { id: 'JOB' } } },
  },
  'Subscription.attemptGraded': {
    needs: 'progress:read',
    query: 'subscription { attemptGraded(course: "algebra") { missed } }',
  },
  'Subscription.progressChanged': {
    needs: 'progress:read',
    query: 'subscription { progressChanged(course: "algebra") { missed } }',
  },
}

/** Where objects of a type are met, of a query and of what a mutation answers. */
const MET: Readonly<Record<string, readonly (readonly [root: string, path: readonly string[]])[]>> = {
  Course: [
    ['Query.course', ['course(key: "algebra")']],
    ['Mutation.putCourse', ['putCourse(key: "algebra", input: { title: "NAME Algebra" })', 'course']],
  ],
  CourseProgress: [['Query.course', ['course(key: "algebra")', 'progress']]],
  LearnerConnection: [['Query.course', ['course(key: "algebra")', 'learners(filter: { search: "NAME" })']]],
  Learner: [['Query.learner', ['learner(course: "algebra", key: "ada")']]],
  Assignment: [
    ['Query.assignment', ['assignment(course: "algebra", key: "week-1")']],
    [
      'Mutation.putAssignment',
      [
        'putAssignment(course: "algebra", key: "week-1", input: { graph: "a-square", points: POINTS })',
        'assignment',
      ],
    ],
  ],
  Box: [
    ['Query.graph', ['graph(key: "a-square")', 'boxes']],
    ['Mutation.publishGraph', ['publishGraph(key: "a-square", definition: $definition)', 'graph', 'boxes']],
  ],
  SubmittedAttempt: [
    [
      'Mutation.submitAttempt',
      [
        'submitAttempt(course: "geometry", assignment: "once", input: { learner: "ada", answers: { J: "9" }, idempotencyKey: "one" })',
        'attempt',
      ],
    ],
  ],
}

/** Fields of other types, with what is selected of them and what that is. */
const INNER: Readonly<Record<string, readonly [needs: Scope | 'parent', selection: string, data: unknown]>> =
  {
    'Course.assignment': ['courses:read', '(key: "week-1") { title }', { title: 'NAME Square' }],
    'Course.assignments': ['courses:read', '{ edges { node { title } } }', edges({ title: 'NAME Square' })],
    'Course.members': ['courses:read', '{ edges { node { name } } }', edges({ name: 'NAME Ada' })],
    'Course.learner': ['progress:read', '(key: "ada") { name }', { name: 'NAME Ada' }],
    'Course.learners': ['progress:read', '{ edges { node { name } } }', edges({ name: 'NAME Ada' })],
    'Course.progress': [
      'progress:read',
      '{ overview { assignments { attempts } } }',
      { overview: { assignments: [{ attempts: 'TRIED' }] } },
    ],
    'CourseProgress.overview': [
      'progress:read',
      '{ learners assignments { title attempts meanCredit } }',
      { learners: 1, assignments: [{ title: 'NAME Square', attempts: 'TRIED', meanCredit: 'CREDIT' }] },
    ],
    'CourseProgress.matrix': [
      'progress:read',
      '{ edges { node { name progress { attempts } } } }',
      edges({ name: 'NAME Ada', progress: [{ attempts: 'TRIED' }] }),
    ],
    'LearnerConnection.totalCount': ['progress:read', '', 1],
    'Learner.progress': [
      'progress:read',
      '{ attempts credit maxPoints }',
      [{ attempts: 'TRIED', credit: 'CREDIT', maxPoints: 'POINTS' }],
    ],
    'Assignment.graph': ['graphs:read', '{ title }', { title: 'NAME Square' }],
    'Assignment.statistics': [
      'progress:read',
      '{ learners attempts meanCredit }',
      { learners: 1, attempts: 'TRIED', meanCredit: 'CREDIT' },
    ],
    'Assignment.learners': [
      'progress:read',
      '{ edges { node { name attempts } } }',
      edges({ name: 'NAME Ada', attempts: 'TRIED' }),
    ],
    'Assignment.attempts': [
      'progress:read',
      '(first: 1) { edges { node { id } } }',
      edges({ id: 'ATTEMPT' }),
    ],
    'Box.answer': ['parent', '', 'NUMBER'],
    'SubmittedAttempt.attempts': ['parent', '', 1],
    'SubmittedAttempt.remaining': ['parent', '', 'LEFT'],
  }

const nameOf = (step: string): string => step.split('(')[0]!

/** An inner field, asked for wherever its type is met. */
function innerCases(field: string): readonly (readonly [string, FieldCase])[] {
  const [needs, selection, leaf] = INNER[field]!
  const [type = '', name = ''] = field.split('.')
  return MET[type]!.map(([root, path]) => {
    const [operation = ''] = root.split('.')
    const variables = root === 'Mutation.publishGraph' ? '($definition: JSON!)' : ''
    const selected = [...path, `${name}${selection}`].reduceRight((inner, step) => `${step} { ${inner} }`)
    // The graph has two boxes; all else is one.
    const data = path.reduceRight<Readonly<Record<string, unknown>>>(
      (inner, step) => ({ [nameOf(step)]: step === 'boxes' ? [inner, inner] : inner }),
      { [name]: leaf },
    )
    const query = `${operation.toLowerCase()} ${variables} { ${selected} }`
    const made =
      ROOTS[root]!.nothing === undefined || operation === 'Query' ? {} : { nothing: 'its own' as const }
    return [`${field} of ${root}`, { field, needs, outer: ROOTS[root]!.needs as Scope, query, data, ...made }]
  })
}

/** Every field with a row in the table of rights, under a name of its own. */
export const CASES: ReadonlyMap<string, FieldCase> = new Map([
  ...Object.entries(ROOTS).map(([field, one]) => [field, { field, ...one }] as const),
  ...Object.keys(INNER).flatMap(innerCases),
])

/** The scopes without any of which a field is refused. */
export function scopesOf({ needs, outer }: FieldCase): readonly Scope[] {
  return [needs, outer].filter(scope => scope !== undefined && scope !== 'parent')
}
