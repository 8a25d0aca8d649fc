/* eslint-disable -- made from schema.graphql by scripts/graphql-types.mjs: do not edit */
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql'
import type { GraphView } from '../contracts/graph.js'
import type {
  CourseNode,
  AssignmentNode,
  LearnerNode,
  LearnersNode,
  AttemptNode,
  BoxNode,
  WarningNode,
  GradedBoxNode,
} from './nodes.js'
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { JobView } from '../contracts/job.js'
import type { RequestContext } from './context.js'
export type Maybe<T> = T | null
export type InputMaybe<T> = Maybe<T>
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> }
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string }
  String: { input: string; output: string }
  Boolean: { input: boolean; output: boolean }
  Int: { input: number; output: number }
  Float: { input: number; output: number }
  /** A value of JSON: null, a number, text, a list or an object, nested at most 32 levels deep. What a REST body holds in its place. */
  JSON: { input: unknown; output: unknown }
  /** An instant, ISO 8601 in UTC, such as 2026-01-31T23:59:00.000Z. One that is sent may have any offset. */
  DateTime: { input: string; output: string }
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type Query = {
  readonly __typename?: 'Query'
  /** A published graph, at a version or its latest; never an answer. Needs graphs:read. */
  readonly graph: Maybe<Graph>
  /** The graphs that this key can read, by key. Needs graphs:read. */
  readonly graphs: Maybe<GraphConnection>
  /** One course. Needs courses:read. */
  readonly course: Maybe<Course>
  /** The courses that this key may see, by key. Needs courses:read. */
  readonly courses: Maybe<CourseConnection>
  /** One assignment of a course. Needs courses:read. */
  readonly assignment: Maybe<Assignment>
  /** The assignments of a course, by key. Needs courses:read. */
  readonly assignments: Maybe<AssignmentConnection>
  /** One learner of a course, by key; any other member of it, too, whose attempts count in no statistics. Needs progress:read. */
  readonly learner: Maybe<Learner>
  /** One stored attempt. Needs progress:read. */
  readonly attempt: Maybe<Attempt>
  /** The attempts on an assignment in the order of their making. Needs progress:read. */
  readonly attempts: Maybe<AttemptConnection>
  /** How far a regrading has come. Needs courses:write. */
  readonly job: Maybe<Job>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryGraphArgs = {
  key: Scalars['String']['input']
  version: InputMaybe<Scalars['Int']['input']>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryGraphsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryCourseArgs = {
  key: Scalars['String']['input']
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryCoursesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryAssignmentArgs = {
  course: Scalars['String']['input']
  key: Scalars['String']['input']
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryAssignmentsArgs = {
  course: Scalars['String']['input']
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryLearnerArgs = {
  course: Scalars['String']['input']
  key: Scalars['String']['input']
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryAttemptArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  id: Scalars['ID']['input']
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryAttemptsArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  learner: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** What may be read. Every field needs a scope of the API key; a request that asks for one beyond it is refused as a whole, before anything is looked up. */
export type QueryJobArgs = {
  id: Scalars['ID']['input']
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type Mutation = {
  readonly __typename?: 'Mutation'
  /** Publishes a graph, or its next version; the same definition again changes nothing. Needs graphs:write. */
  readonly publishGraph: Maybe<PublishGraphPayload>
  /** Creates a course or changes its title. Needs courses:write. */
  readonly putCourse: Maybe<PutCoursePayload>
  /** Creates an assignment or replaces its policy: what is left out returns to its default, except the version of the graph. Needs courses:write. */
  readonly putAssignment: Maybe<PutAssignmentPayload>
  /** Enrols a member or changes role and name. Needs courses:write. */
  readonly putMember: Maybe<PutMemberPayload>
  /** Erases a person's data in a course: membership, attempts, variants, overrides and progress. Needs courses:write. */
  readonly deleteMember: Maybe<DeletePayload>
  /** Gives a learner other dates or more attempts. Needs courses:write. */
  readonly putOverride: Maybe<PutOverridePayload>
  /** Lets the assignment's policy hold for a learner again. Needs courses:write. */
  readonly deleteOverride: Maybe<DeletePayload>
  /** Grades and stores an attempt; answered once it is committed. A learner unknown to the course is enrolled. Needs attempts:write. */
  readonly submitAttempt: Maybe<SubmitAttemptPayload>
  /** Grades all attempts of an assignment again, as a job; while one waits or works for the same policy, that one is answered. Needs courses:write. */
  readonly requestRegrade: Maybe<RequestRegradePayload>
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationPublishGraphArgs = {
  key: Scalars['String']['input']
  definition: Scalars['JSON']['input']
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationPutCourseArgs = {
  key: Scalars['String']['input']
  input: CourseInput
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationPutAssignmentArgs = {
  course: Scalars['String']['input']
  key: Scalars['String']['input']
  input: AssignmentInput
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationPutMemberArgs = {
  course: Scalars['String']['input']
  key: Scalars['String']['input']
  input: MemberInput
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationDeleteMemberArgs = {
  course: Scalars['String']['input']
  key: Scalars['String']['input']
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationPutOverrideArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  learner: Scalars['String']['input']
  input: OverrideInput
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationDeleteOverrideArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  learner: Scalars['String']['input']
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationSubmitAttemptArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  input: AttemptInput
}

/** What may be written. Each is what the REST route of the same purpose does, with the same checks, and stands alone: what is written stays, whatever becomes of the next. */
export type MutationRequestRegradeArgs = {
  course: Scalars['String']['input']
  assignment: Scalars['String']['input']
  dryRun?: Scalars['Boolean']['input']
}

/** What may be watched, over WebSocket with the protocol graphql-transport-ws. What comes while a client is slow is not kept for ever: `missed` says how much was left out, and it is all to be read from the queries. */
export type Subscription = {
  readonly __typename?: 'Subscription'
  /** The attempts on a course, or on one of its assignments, as they are stored. Needs progress:read. */
  readonly attemptGraded: AttemptGraded
  /** Whose progress on a course has changed; at most two a second. Needs progress:read. */
  readonly progressChanged: ProgressChanged
}

/** What may be watched, over WebSocket with the protocol graphql-transport-ws. What comes while a client is slow is not kept for ever: `missed` says how much was left out, and it is all to be read from the queries. */
export type SubscriptionAttemptGradedArgs = {
  course: Scalars['String']['input']
  assignment: InputMaybe<Scalars['String']['input']>
}

/** What may be watched, over WebSocket with the protocol graphql-transport-ws. What comes while a client is slow is not kept for ever: `missed` says how much was left out, and it is all to be read from the queries. */
export type SubscriptionProgressChangedArgs = {
  course: Scalars['String']['input']
}

/** Where a page lies in its list. Lists are read forward: `first` and `after` only. */
export type PageInfo = {
  readonly __typename?: 'PageInfo'
  /** Whether more follow. */
  readonly hasNextPage: Scalars['Boolean']['output']
  /** Whether the page goes on after another. */
  readonly hasPreviousPage: Scalars['Boolean']['output']
  /** The cursor of the first item; null without items. */
  readonly startCursor: Maybe<Scalars['String']['output']>
  /** The cursor of the last item, for the `after` of the next page; null without items. */
  readonly endCursor: Maybe<Scalars['String']['output']>
}

/** A page of graphs. */
export type GraphConnection = {
  readonly __typename?: 'GraphConnection'
  /** The graphs with their cursors. */
  readonly edges: ReadonlyArray<GraphEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
}

/** A graph in a list. */
export type GraphEdge = {
  readonly __typename?: 'GraphEdge'
  /** Where in the list it stands. */
  readonly cursor: Scalars['String']['output']
  /** The graph. */
  readonly node: GraphSummary
}

/** A published graph, as a list shows it. */
export type GraphSummary = {
  readonly __typename?: 'GraphSummary'
  /** The key that its author chose. */
  readonly key: Scalars['String']['output']
  /** Its latest version. */
  readonly version: Scalars['Int']['output']
  /** What it is called. */
  readonly title: Scalars['String']['output']
  /** Whether it may be practised without a key. */
  readonly public: Scalars['Boolean']['output']
  /** Whether it was installed with the service and is readable by every key. */
  readonly builtIn: Scalars['Boolean']['output']
}

/** A published version of a graph. It never holds an answer. */
export type Graph = {
  readonly __typename?: 'Graph'
  /** The key that its author chose. */
  readonly key: Scalars['String']['output']
  /** The version, from 1. */
  readonly version: Scalars['Int']['output']
  /** What it is called. */
  readonly title: Scalars['String']['output']
  /** What its author says of it. */
  readonly description: Maybe<Scalars['String']['output']>
  /** Whether it may be practised without a key. */
  readonly public: Scalars['Boolean']['output']
  /** Whether it was installed with the service and is readable by every key. */
  readonly builtIn: Scalars['Boolean']['output']
  /** How close answers must be, where it differs from the usual. */
  readonly tolerance: Maybe<Scalars['JSON']['output']>
  /** The leaves, with their published values. */
  readonly inputs: ReadonlyArray<GraphInput>
  /** The intermediate values. */
  readonly nodes: ReadonlyArray<GraphNode>
  /** The node that is the cost. */
  readonly output: Scalars['String']['output']
  /** The boxes asked, in order. */
  readonly boxes: ReadonlyArray<Box>
  /** How its author wants it to be drawn. */
  readonly figure: Maybe<Scalars['JSON']['output']>
}

/** A leaf of a graph. */
export type GraphInput = {
  readonly __typename?: 'GraphInput'
  /** Its name. */
  readonly name: Scalars['String']['output']
  /** Whether backprop reaches it. */
  readonly role: InputRole
  /** A number, a vector or a matrix, row by row. */
  readonly value: Scalars['JSON']['output']
  /** How it is drawn where variants are. */
  readonly sample: Maybe<Scalars['JSON']['output']>
}

/** What a leaf of a graph stands for. */
export type InputRole =
  /** Backprop reaches it. */
  | 'parameter'
  /** Backprop does not reach it. */
  | 'data'

/** A named intermediate value. */
export type GraphNode = {
  readonly __typename?: 'GraphNode'
  /** Its name. */
  readonly name: Scalars['String']['output']
  /** How it comes from inputs and other nodes. */
  readonly expression: Scalars['String']['output']
}

/** One place to fill in. */
export type Box = {
  readonly __typename?: 'Box'
  /** Its id, such as a, da_dw or dJ_da. */
  readonly id: Scalars['String']['output']
  /** What it asks for. */
  readonly kind: BoxKind
  /** The node, or what is differentiated. */
  readonly of: Scalars['String']['output']
  /** By what it is differentiated; null for a value. */
  readonly wrt: Maybe<Scalars['String']['output']>
  /** How it is written. */
  readonly label: BoxLabel
  /** Of an array: its length, or its rows and columns. */
  readonly shape: Maybe<ReadonlyArray<Scalars['Int']['output']>>
  /** Whether it asks for a number or for an expression in names of the graph. */
  readonly answer: BoxAnswer
}

/** What a box asks for. */
export type BoxKind =
  /** The value of a node. */
  | 'forward'
  /** A node by one of its operands. */
  | 'local'
  /** The output by a node or parameter. */
  | 'gradient'

/** What is typed in a box. */
export type BoxAnswer =
  /** A number, or an array of them. */
  | 'number'
  /** An expression in names of the graph. */
  | 'expression'

/** How a box is written. */
export type BoxLabel = {
  readonly __typename?: 'BoxLabel'
  /** As plain text. */
  readonly text: Scalars['String']['output']
  /** As TeX. */
  readonly tex: Scalars['String']['output']
}

/** A page of courses. */
export type CourseConnection = {
  readonly __typename?: 'CourseConnection'
  /** The courses with their cursors. */
  readonly edges: ReadonlyArray<CourseEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
}

/** A course in a list. */
export type CourseEdge = {
  readonly __typename?: 'CourseEdge'
  /** Where in the list it stands. */
  readonly cursor: Scalars['String']['output']
  /** The course. */
  readonly node: Course
}

/** A course: its assignments and the class. */
export type Course = {
  readonly __typename?: 'Course'
  /** The key that the institution chose. */
  readonly key: Scalars['String']['output']
  /** What it is called. */
  readonly title: Scalars['String']['output']
  /** When it was made. */
  readonly createdAt: Scalars['DateTime']['output']
  /** When it was last changed. */
  readonly updatedAt: Scalars['DateTime']['output']
  /** One of its assignments. */
  readonly assignment: Maybe<Assignment>
  /** Its assignments, by key. */
  readonly assignments: Maybe<AssignmentConnection>
  /** Its members, learners and instructors, by key. */
  readonly members: Maybe<MemberConnection>
  /** One of its learners, by key; any other member, too, whose attempts count in no statistics. Needs progress:read. */
  readonly learner: Maybe<Learner>
  /** The class, in an order and with filters of an instructor's choice. Needs progress:read. */
  readonly learners: Maybe<LearnerConnection>
  /** The class at a glance: every learner on every assignment, the assignments, and who needs help. Needs progress:read. */
  readonly progress: Maybe<CourseProgress>
}

/** A course: its assignments and the class. */
export type CourseAssignmentArgs = {
  key: Scalars['String']['input']
}

/** A course: its assignments and the class. */
export type CourseAssignmentsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** A course: its assignments and the class. */
export type CourseMembersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** A course: its assignments and the class. */
export type CourseLearnerArgs = {
  key: Scalars['String']['input']
}

/** A course: its assignments and the class. */
export type CourseLearnersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
  orderBy?: InputMaybe<LearnerOrder>
  filter: InputMaybe<LearnerFilter>
}

/** The progress of a class. */
export type CourseProgress = {
  readonly __typename?: 'CourseProgress'
  /** The assignments in short, and who needs help and why. */
  readonly overview: Maybe<CourseOverview>
  /** The matrix of learners and assignments: a row a learner, whose `progress` has an entry for every assignment. */
  readonly matrix: Maybe<LearnerConnection>
}

/** The progress of a class. */
export type CourseProgressMatrixArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
  orderBy?: InputMaybe<LearnerOrder>
  filter: InputMaybe<LearnerFilter>
}

/** A course in short. */
export type CourseOverview = {
  readonly __typename?: 'CourseOverview'
  /** Learners of the course, begun or not. */
  readonly learners: Scalars['Int']['output']
  /** Its assignments, by key. */
  readonly assignments: ReadonlyArray<AssignmentOverview>
  /** Who needs help, the most pressing first, at most 50. */
  readonly needHelp: ReadonlyArray<HelpNeeded>
  /** How many learners were looked at for `needHelp`: those with the least credit in all; everyone in a class of 500 with at most 40 assignments. */
  readonly considered: Scalars['Int']['output']
}

/** An assignment in short. */
export type AssignmentOverview = {
  readonly __typename?: 'AssignmentOverview'
  /** The assignment's key. */
  readonly key: Scalars['String']['output']
  /** What it is called. */
  readonly title: Scalars['String']['output']
  /** What all right is worth. */
  readonly points: Scalars['Float']['output']
  /** Learners who have an attempt. */
  readonly learners: Scalars['Int']['output']
  /** Those who have one with every box right. */
  readonly completed: Scalars['Int']['output']
  /** Learners of the course who have none. */
  readonly notStarted: Scalars['Int']['output']
  /** How many attempts there are. */
  readonly attempts: Scalars['Int']['output']
  /** The mean of the progress credit of those who have an attempt; null before any. */
  readonly meanCredit: Maybe<Scalars['Float']['output']>
  /** The box at which most first attempts have their first wrong answer. */
  readonly stumblingBox: Maybe<Scalars['String']['output']>
}

/** A learner who needs help. */
export type HelpNeeded = {
  readonly __typename?: 'HelpNeeded'
  /** The learner's key. */
  readonly learner: Scalars['String']['output']
  /** The name, where the institution gave one. */
  readonly name: Maybe<Scalars['String']['output']>
  /** Why, the most pressing first, at most 20. */
  readonly reasons: ReadonlyArray<HelpReason>
}

/** Why a learner needs help. */
export type HelpReason = {
  readonly __typename?: 'HelpReason'
  /** What it is. */
  readonly code: HelpCode
  /** On which assignment; null for INACTIVE, which is of the course. */
  readonly assignment: Maybe<Scalars['String']['output']>
  /** Attempts there. */
  readonly attempts: Scalars['Int']['output']
  /** Credit there, 0 to 1. */
  readonly credit: Scalars['Float']['output']
  /** When the last attempt was submitted there; null without one. */
  readonly lastSubmittedAt: Maybe<Scalars['DateTime']['output']>
}

/** The kinds of reasons why a learner needs help. */
export type HelpCode =
  /** Tries much and earns little on an open assignment. */
  | 'struggling'
  /** Has submitted nothing to an open assignment that is due soon or was due. */
  | 'not-started'
  /** Has begun, and submitted nothing for 7 days while an open assignment is not completed. */
  | 'inactive'

/** What a class makes of an assignment. Instructors' attempts are in none of it. */
export type AssignmentStatistics = {
  readonly __typename?: 'AssignmentStatistics'
  /** Learners who have an attempt. */
  readonly learners: Scalars['Int']['output']
  /** Those who have one with every box right. */
  readonly completed: Scalars['Int']['output']
  /** How many attempts there are. */
  readonly attempts: Scalars['Int']['output']
  /** The mean of the learners' progress credit, 0 to 1; null before any attempt. */
  readonly meanCredit: Maybe<Scalars['Float']['output']>
  /** The median of the same. */
  readonly medianCredit: Maybe<Scalars['Float']['output']>
  /** Learners by their progress credit, in 20 bins. */
  readonly histogram: ReadonlyArray<HistogramBin>
  /** From first sight to the attempt that completed it. */
  readonly timeToCompletion: TimeToCompletion
  /** Where the class stumbles: the box with the highest `firstWrong`; null where no answer was wrong. */
  readonly firstWrongBox: Maybe<Scalars['String']['output']>
  /** Every box that is asked, in order, then those that only attempts at earlier versions of the graph were asked. */
  readonly boxes: ReadonlyArray<BoxStatistics>
}

/** A bin of a histogram of credits. */
export type HistogramBin = {
  readonly __typename?: 'HistogramBin'
  /** The least credit in it. */
  readonly from: Scalars['Float']['output']
  /** The credit that is too much for it; in the last bin, the most. */
  readonly to: Scalars['Float']['output']
  /** How many learners are in it. */
  readonly learners: Scalars['Int']['output']
}

/** How long learners took to have all right. */
export type TimeToCompletion = {
  readonly __typename?: 'TimeToCompletion'
  /** Who have completed it and whose first sight of it is known. */
  readonly learners: Scalars['Int']['output']
  /** Seconds that half of them took at most; null without any. */
  readonly median: Maybe<Scalars['Float']['output']>
  /** Seconds that a quarter of them took at most; null without any. */
  readonly lowerQuartile: Maybe<Scalars['Float']['output']>
  /** Seconds that three quarters of them took at most; null without any. */
  readonly upperQuartile: Maybe<Scalars['Float']['output']>
}

/** What a class makes of a box. */
export type BoxStatistics = {
  readonly __typename?: 'BoxStatistics'
  /** The box's id. */
  readonly id: Scalars['String']['output']
  /** Learners' first attempts at which the box was asked, left blank or not. */
  readonly firstAttempts: Scalars['Int']['output']
  /** Those of them that have it right; a blank is not right. */
  readonly firstCorrect: Scalars['Int']['output']
  /** All attempts at which the box was asked. */
  readonly attempts: Scalars['Int']['output']
  /** Those of them that have it right. */
  readonly correct: Scalars['Int']['output']
  /** Those of them that are wrong, but right given an earlier slip. */
  readonly follows: Scalars['Int']['output']
  /** firstCorrect / firstAttempts: an easy box has much of it; null before any attempt. */
  readonly difficulty: Maybe<Scalars['Float']['output']>
  /** correct / attempts, over all attempts; null before any. */
  readonly finalDifficulty: Maybe<Scalars['Float']['output']>
  /** follows / attempts; null before any attempt. */
  readonly followsShare: Maybe<Scalars['Float']['output']>
  /** Over first attempts, the correlation of the box being right with the weighted credit of the other boxes; null under 10 learners, and where either is the same for all. */
  readonly discrimination: Maybe<Scalars['Float']['output']>
  /** Learners whose first attempt has its first wrong answer here. */
  readonly firstWrong: Scalars['Int']['output']
  /** Named wrong rules that answers fit, over all attempts, the most common first. */
  readonly misconceptions: ReadonlyArray<MisconceptionCount>
  /** The most common wrong values, at most 20. */
  readonly wrongValues: ReadonlyArray<WrongValueCount>
}

/** How often answers fit a named wrong rule. */
export type MisconceptionCount = {
  readonly __typename?: 'MisconceptionCount'
  /** The code of the rule; stable. */
  readonly code: Scalars['String']['output']
  /** How many answers fit it. */
  readonly count: Scalars['Int']['output']
}

/** How often a wrong value was typed. */
export type WrongValueCount = {
  readonly __typename?: 'WrongValueCount'
  /** The value. */
  readonly value: Scalars['String']['output']
  /** It was typed at most so many times. */
  readonly count: Scalars['Int']['output']
  /** It was typed at least so many times less than `count`. */
  readonly error: Scalars['Int']['output']
}

/** In which order a class is listed. */
export type LearnerOrder =
  /** By key. */
  | 'KEY_ASC'
  /** By key, last first. */
  | 'KEY_DESC'
  /** By name; without one, by key after all others. */
  | 'NAME_ASC'
  /** By name, last first. */
  | 'NAME_DESC'
  /** Who has earned least first. */
  | 'CREDIT_ASC'
  /** Who has earned most first. */
  | 'CREDIT_DESC'
  /** Who has tried least first. */
  | 'ATTEMPTS_ASC'
  /** Who has tried most first. */
  | 'ATTEMPTS_DESC'
  /** Whose last attempt is longest ago first. */
  | 'LAST_SUBMITTED_ASC'
  /** Whose last attempt is most recent first. */
  | 'LAST_SUBMITTED_DESC'

/** Which learners are meant; all that is given must hold. */
export type LearnerFilter = {
  /** The key of an assignment: credit and attempts are those on it alone, and the order goes by them. */
  readonly assignment?: InputMaybe<Scalars['String']['input']>
  /** Has no attempt yet (or, if false, has one). */
  readonly notStarted?: InputMaybe<Scalars['Boolean']['input']>
  /** Has all right: every assignment, or the one that is given. */
  readonly completed?: InputMaybe<Scalars['Boolean']['input']>
  /** Tries much and earns little: at least `minAttempts` (3 unless given) and at most `maxCredit` (0.5 unless given). */
  readonly struggling?: InputMaybe<Scalars['Boolean']['input']>
  /** Has at least so many attempts. */
  readonly minAttempts?: InputMaybe<Scalars['Int']['input']>
  /** Has at most this credit, 0 to 1. */
  readonly maxCredit?: InputMaybe<Scalars['Float']['input']>
  /** Has at least this credit, 0 to 1. */
  readonly minCredit?: InputMaybe<Scalars['Float']['input']>
  /** Has begun, and submitted nothing since. */
  readonly inactiveSince?: InputMaybe<Scalars['DateTime']['input']>
  /** Has this in the key or the name, in capitals or not. */
  readonly search?: InputMaybe<Scalars['String']['input']>
}

/** A page of a class. */
export type LearnerConnection = {
  readonly __typename?: 'LearnerConnection'
  /** The learners with their cursors. */
  readonly edges: ReadonlyArray<LearnerEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
  /** How many learners the filters let through, on all pages. */
  readonly totalCount: Maybe<Scalars['Int']['output']>
}

/** A learner in a list. */
export type LearnerEdge = {
  readonly __typename?: 'LearnerEdge'
  /** Where in the list the learner stands. */
  readonly cursor: Scalars['String']['output']
  /** The learner. */
  readonly node: Learner
}

/** A learner of a course. */
export type Learner = {
  readonly __typename?: 'Learner'
  /** The key that the institution chose. */
  readonly key: Scalars['String']['output']
  /** The name, where the institution gave one. */
  readonly name: Maybe<Scalars['String']['output']>
  /** The mean of the progress credit over the assignments of the course, 0 to 1; in a list filtered by an assignment, the credit there. */
  readonly credit: Scalars['Float']['output']
  /** How many attempts there are in all, or on the assignment that the list is filtered by. */
  readonly attempts: Scalars['Int']['output']
  /** On how many assignments there is an attempt. */
  readonly begun: Scalars['Int']['output']
  /** How many assignments have all right. */
  readonly completed: Scalars['Int']['output']
  /** When the last attempt was submitted; null without one. */
  readonly lastSubmittedAt: Maybe<Scalars['DateTime']['output']>
  /** How far the learner is on every assignment of the course, begun or not. */
  readonly progress: Maybe<ReadonlyArray<AssignmentProgress>>
}

/** How far a learner is on an assignment. */
export type AssignmentProgress = {
  readonly __typename?: 'AssignmentProgress'
  /** The assignment's key. */
  readonly assignment: Scalars['String']['output']
  /** How many attempts there are. */
  readonly attempts: Scalars['Int']['output']
  /** What the policy keeps of the earned credits, 0 to 1. */
  readonly credit: Scalars['Float']['output']
  /** What that is in points. */
  readonly points: Scalars['Float']['output']
  /** The most points there are. */
  readonly maxPoints: Scalars['Float']['output']
  /** How many attempts are left; null without a limit. */
  readonly remaining: Maybe<Scalars['Int']['output']>
  /** Whether one attempt had every box right. */
  readonly completed: Scalars['Boolean']['output']
  /** When the last attempt was submitted; null without one. */
  readonly lastSubmittedAt: Maybe<Scalars['DateTime']['output']>
}

/** A page of members. */
export type MemberConnection = {
  readonly __typename?: 'MemberConnection'
  /** The members with their cursors. */
  readonly edges: ReadonlyArray<MemberEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
}

/** A member in a list. */
export type MemberEdge = {
  readonly __typename?: 'MemberEdge'
  /** Where in the list the member stands. */
  readonly cursor: Scalars['String']['output']
  /** The member. */
  readonly node: Member
}

/** Someone who belongs to a course. */
export type Member = {
  readonly __typename?: 'Member'
  /** The key that the institution chose. */
  readonly key: Scalars['String']['output']
  /** What the member does there. */
  readonly role: MemberRole
  /** The name, where the institution gave one. */
  readonly name: Maybe<Scalars['String']['output']>
  /** When the member was enrolled. */
  readonly createdAt: Scalars['DateTime']['output']
  /** When role or name were last changed. */
  readonly updatedAt: Scalars['DateTime']['output']
}

/** What a member does in a course. */
export type MemberRole =
  /** Answers assignments; counts in the class. */
  | 'learner'
  /** Teaches; counts nowhere. */
  | 'instructor'

/** A page of assignments. */
export type AssignmentConnection = {
  readonly __typename?: 'AssignmentConnection'
  /** The assignments with their cursors. */
  readonly edges: ReadonlyArray<AssignmentEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
}

/** An assignment in a list. */
export type AssignmentEdge = {
  readonly __typename?: 'AssignmentEdge'
  /** Where in the list it stands. */
  readonly cursor: Scalars['String']['output']
  /** The assignment. */
  readonly node: Assignment
}

/** A graph used in a course, with a policy. */
export type Assignment = {
  readonly __typename?: 'Assignment'
  /** The key that the institution chose. */
  readonly key: Scalars['String']['output']
  /** The key of the graph. */
  readonly graphKey: Scalars['String']['output']
  /** The version of the graph that is graded. */
  readonly graphVersion: Scalars['Int']['output']
  /** What it is called; the graph's title unless it has one of its own. */
  readonly title: Scalars['String']['output']
  /** What all right is worth. */
  readonly points: Scalars['Float']['output']
  /** When it begins to take answers; null: at once. */
  readonly opensAt: Maybe<Scalars['DateTime']['output']>
  /** After when an attempt is late; null: never. */
  readonly dueAt: Maybe<Scalars['DateTime']['output']>
  /** When it stops taking answers; null: never. */
  readonly closesAt: Maybe<Scalars['DateTime']['output']>
  /** What late work earns: credit × lateCredit. */
  readonly lateCredit: Scalars['Float']['output']
  /** How many attempts a learner has; null without a limit. */
  readonly maxAttempts: Maybe<Scalars['Int']['output']>
  /** Which attempts make the progress credit. */
  readonly keep: Keep
  /** How close answers must be; null: as the graph says. */
  readonly tolerance: Maybe<Scalars['JSON']['output']>
  /** Box id → weight; null: as the graph says. */
  readonly weights: Maybe<Scalars['JSON']['output']>
  /** What the answer to an attempt tells. */
  readonly feedback: FeedbackLevel
  /** When right values are shown. */
  readonly reveal: Reveal
  /** Whose inputs a learner gets. */
  readonly variants: Variants
  /** The credit of a box that is wrong but follows from the learner's own entries. */
  readonly followThrough: Scalars['Float']['output']
  /** What its author may not have meant. */
  readonly warnings: ReadonlyArray<Warning>
  /** Goes up with every change of the policy. */
  readonly revision: Scalars['Int']['output']
  /** When it was made. */
  readonly createdAt: Scalars['DateTime']['output']
  /** When its policy was last changed. */
  readonly updatedAt: Scalars['DateTime']['output']
  /** The graph, at the version that is graded. Needs graphs:read. */
  readonly graph: Maybe<Graph>
  /** What the class makes of it. Needs progress:read. */
  readonly statistics: Maybe<AssignmentStatistics>
  /** The class on this assignment: credit and attempts are those on it, and the order goes by them. Needs progress:read. */
  readonly learners: Maybe<LearnerConnection>
  /** The attempts in the order of their making. Needs progress:read. */
  readonly attempts: Maybe<AttemptConnection>
}

/** A graph used in a course, with a policy. */
export type AssignmentLearnersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
  orderBy?: InputMaybe<LearnerOrder>
  filter: InputMaybe<LearnerFilter>
}

/** A graph used in a course, with a policy. */
export type AssignmentAttemptsArgs = {
  learner: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  after: InputMaybe<Scalars['String']['input']>
}

/** Which attempts make the progress credit. */
export type Keep =
  /** The best of them. */
  | 'best'
  /** The last. */
  | 'last'
  /** The first. */
  | 'first'
  /** The mean of all. */
  | 'mean'

/** What the answer to an attempt tells. */
export type FeedbackLevel =
  /** Verdicts and what went wrong. */
  | 'full'
  /** Statuses and credits of the boxes. */
  | 'verdicts'
  /** Credit and progress. */
  | 'score'
  /** That it was stored. */
  | 'none'

/** When right values are shown. */
export type Reveal =
  /** Never. */
  | 'never'
  /** Of a box that is right. */
  | 'when-correct'
  /** Once the assignment is closed. */
  | 'after-close'

/** Whose inputs a learner gets. */
export type Variants =
  /** The graph's own. */
  | 'fixed'
  /** Drawn once for each learner. */
  | 'per-learner'
  /** Drawn anew for each attempt. */
  | 'per-attempt'

/** What an author may not have meant. */
export type Warning = {
  readonly __typename?: 'Warning'
  /** What it is; stable. */
  readonly code: Scalars['String']['output']
  /** Where, as a JSON pointer into what was sent. */
  readonly path: Scalars['String']['output']
  /** The 0-based place in an expression, where there is one. */
  readonly position: Maybe<Scalars['Int']['output']>
  /** The same for people. */
  readonly message: Scalars['String']['output']
}

/** A page of attempts. */
export type AttemptConnection = {
  readonly __typename?: 'AttemptConnection'
  /** The attempts with their cursors. */
  readonly edges: ReadonlyArray<AttemptEdge>
  /** Where the page lies. */
  readonly pageInfo: PageInfo
}

/** An attempt in a list. */
export type AttemptEdge = {
  readonly __typename?: 'AttemptEdge'
  /** Where in the list it stands. */
  readonly cursor: Scalars['String']['output']
  /** The attempt. */
  readonly node: Attempt
}

/** A graded submission, as teachers read it, whatever the learner may see. */
export type Attempt = {
  readonly __typename?: 'Attempt'
  /** Its id. */
  readonly id: Scalars['ID']['output']
  /** The learner's key. */
  readonly learner: Scalars['String']['output']
  /** 1 for the first attempt of a learner on an assignment. */
  readonly number: Scalars['Int']['output']
  /** What was earned before lateness, 0 to 1. */
  readonly credit: Scalars['Float']['output']
  /** What that is in points, after lateness. */
  readonly points: Scalars['Float']['output']
  /** The most points there were. */
  readonly maxPoints: Scalars['Float']['output']
  /** When it arrived. */
  readonly submittedAt: Scalars['DateTime']['output']
  /** Whether it was late. */
  readonly late: Scalars['Boolean']['output']
  /** Every box asked, in order. */
  readonly boxes: ReadonlyArray<GradedBox>
  /** The learner's progress as it stood right after this attempt. */
  readonly progress: AttemptProgress
}

/** A learner's progress on the assignment of an attempt. */
export type AttemptProgress = {
  readonly __typename?: 'AttemptProgress'
  /** How many attempts there were. */
  readonly attempts: Scalars['Int']['output']
  /** What the policy keeps of the earned credits, 0 to 1. */
  readonly credit: Scalars['Float']['output']
  /** What that is in points. */
  readonly points: Scalars['Float']['output']
  /** How many attempts were left; null without a limit. */
  readonly remaining: Maybe<Scalars['Int']['output']>
  /** Whether one attempt had every box right. */
  readonly completed: Scalars['Boolean']['output']
}

/** A box with its verdict. */
export type GradedBox = {
  readonly __typename?: 'GradedBox'
  /** The box's id. */
  readonly id: Scalars['String']['output']
  /** What the answer is. */
  readonly status: BoxStatus
  /** What it earns, 0 to 1. */
  readonly credit: Scalars['Float']['output']
  /** Of an array its entries, each with status and credit, in the same nesting; the credit above is their mean. */
  readonly entries: Maybe<Scalars['JSON']['output']>
  /** As typed; null where nothing was. */
  readonly answer: Maybe<Scalars['JSON']['output']>
  /** What is said of it, where it may be. */
  readonly feedback: Maybe<ReadonlyArray<Remark>>
  /** What is right, where it may be shown: a value, or an expression as text. */
  readonly expected: Maybe<Scalars['JSON']['output']>
  /** Codes of the mistakes that the answer fits, for teachers. */
  readonly misconceptions: Maybe<ReadonlyArray<Scalars['String']['output']>>
}

/** What an answer is. */
export type BoxStatus =
  /** Right. */
  | 'correct'
  /** Wrong, but right given the learner's own earlier entries. */
  | 'follows'
  /** Wrong. */
  | 'incorrect'
  /** Cannot be read as an answer. */
  | 'invalid'
  /** Nothing was typed. */
  | 'blank'

/** Something that is said of an answer. */
export type Remark = {
  readonly __typename?: 'Remark'
  /** What it is; stable. */
  readonly code: Scalars['String']['output']
  /** The same for people. */
  readonly message: Scalars['String']['output']
}

/** A job that grades attempts again. */
export type Job = {
  readonly __typename?: 'Job'
  /** Its id. */
  readonly id: Scalars['ID']['output']
  /** What it does. */
  readonly kind: JobKind
  /** The course's key. */
  readonly course: Scalars['String']['output']
  /** The assignment's key. */
  readonly assignment: Scalars['String']['output']
  /** Whether it only finds out what would change. */
  readonly dryRun: Scalars['Boolean']['output']
  /** Until it is done, and if it fails, the old results stand. */
  readonly status: JobStatus
  /** Attempts that were looked at. */
  readonly done: Scalars['Int']['output']
  /** Attempts to look at; grows with those that arrive meanwhile. */
  readonly total: Scalars['Int']['output']
  /** Attempts whose result is another than before. */
  readonly changed: Scalars['Int']['output']
  /** Attempts that keep their result, since they cannot be graded again. */
  readonly skipped: Scalars['Int']['output']
  /** The revision of the policy that is applied. */
  readonly policyRevision: Scalars['Int']['output']
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output']
  /** When it was over; null until then. */
  readonly finishedAt: Maybe<Scalars['DateTime']['output']>
  /** Of a job that failed, what to do. */
  readonly error: Maybe<Scalars['String']['output']>
}

/** What a job does. */
export type JobKind =
  /** Grades attempts again. */
  'regrade'

/** How far a job is. */
export type JobStatus =
  /** It waits. */
  | 'queued'
  /** It works. */
  | 'running'
  /** It is done. */
  | 'done'
  /** It failed. */
  | 'failed'

/** What a course is to be. */
export type CourseInput = {
  /** What it is called; 1 to 200 characters. */
  readonly title: Scalars['String']['input']
}

/** What a member is to be. */
export type MemberInput = {
  /** What the member does in the course. */
  readonly role: MemberRole
  /** The name; 1 to 200 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>
}

/** An assignment's policy. */
export type AssignmentInput = {
  /** The key of the graph. */
  readonly graph: Scalars['String']['input']
  /** The latest at creation, then pinned until given. */
  readonly graphVersion?: InputMaybe<Scalars['Int']['input']>
  /** The graph's by default. */
  readonly title?: InputMaybe<Scalars['String']['input']>
  /** 10 by default. */
  readonly points?: InputMaybe<Scalars['Float']['input']>
  /** When it begins to take answers; at once by default. */
  readonly opensAt?: InputMaybe<Scalars['DateTime']['input']>
  /** After when an attempt is late; never by default. */
  readonly dueAt?: InputMaybe<Scalars['DateTime']['input']>
  /** When it stops taking answers; never by default. */
  readonly closesAt?: InputMaybe<Scalars['DateTime']['input']>
  /** Late work earns credit × lateCredit; 1 by default. */
  readonly lateCredit?: InputMaybe<Scalars['Float']['input']>
  /** How many attempts a learner has; without a limit by default. */
  readonly maxAttempts?: InputMaybe<Scalars['Int']['input']>
  /** Which attempts make the progress credit; the best by default. */
  readonly keep?: InputMaybe<Keep>
  /** `{ decimals }`, `{ significantDigits }` or `{ absolute, relative }`; the graph's by default. */
  readonly tolerance?: InputMaybe<Scalars['JSON']['input']>
  /** Box id → weight; the graph's by default. */
  readonly weights?: InputMaybe<Scalars['JSON']['input']>
  /** What the answer to an attempt tells; all by default. */
  readonly feedback?: InputMaybe<FeedbackLevel>
  /** When right values are shown; never by default. */
  readonly reveal?: InputMaybe<Reveal>
  /** Whose inputs a learner gets; the graph's own by default. */
  readonly variants?: InputMaybe<Variants>
  /** The credit of a box that is wrong but follows from the learner's own entries; 0.5 by default. */
  readonly followThrough?: InputMaybe<Scalars['Float']['input']>
}

/** What holds for one learner in the place of the policy. */
export type OverrideInput = {
  /** After when an attempt is late; the assignment's by default. */
  readonly dueAt?: InputMaybe<Scalars['DateTime']['input']>
  /** When answers are taken no more; the assignment's by default. */
  readonly closesAt?: InputMaybe<Scalars['DateTime']['input']>
  /** On top of the assignment's maxAttempts; none by default. */
  readonly extraAttempts?: InputMaybe<Scalars['Int']['input']>
}

/** An attempt to be graded and stored. */
export type AttemptInput = {
  /** The learner's key. */
  readonly learner: Scalars['String']['input']
  /** Box id → what was typed. */
  readonly answers: Scalars['JSON']['input']
  /** The variant answered; not needed while variants are fixed. */
  readonly variant?: InputMaybe<Scalars['String']['input']>
  /** 1 to 255 visible ASCII characters: the same key with the same attempt answers what it stored, over REST and here. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>
}

/** What publishing a graph came to. */
export type PublishGraphPayload = {
  readonly __typename?: 'PublishGraphPayload'
  /** The graph as it is now. */
  readonly graph: Graph
  /** Whether it is the first version. */
  readonly created: Scalars['Boolean']['output']
  /** What its author may not have meant. */
  readonly warnings: ReadonlyArray<Warning>
}

/** What putting a course came to. */
export type PutCoursePayload = {
  readonly __typename?: 'PutCoursePayload'
  /** The course as it is now. */
  readonly course: Course
  /** Whether it is new. */
  readonly created: Scalars['Boolean']['output']
}

/** What putting an assignment came to. */
export type PutAssignmentPayload = {
  readonly __typename?: 'PutAssignmentPayload'
  /** The assignment as it is now. */
  readonly assignment: Assignment
  /** Whether it is new. */
  readonly created: Scalars['Boolean']['output']
}

/** What putting a member came to. */
export type PutMemberPayload = {
  readonly __typename?: 'PutMemberPayload'
  /** The member as it is now. */
  readonly member: Member
  /** Whether the member is new. */
  readonly created: Scalars['Boolean']['output']
}

/** What holds for one learner in the place of an assignment's policy. */
export type Override = {
  readonly __typename?: 'Override'
  /** The learner's key. */
  readonly learner: Scalars['String']['output']
  /** After when an attempt is late; null: as the assignment says. */
  readonly dueAt: Maybe<Scalars['DateTime']['output']>
  /** When answers are taken no more; null: as the assignment says. */
  readonly closesAt: Maybe<Scalars['DateTime']['output']>
  /** On top of the assignment's maxAttempts. */
  readonly extraAttempts: Scalars['Int']['output']
  /** When it was made. */
  readonly createdAt: Scalars['DateTime']['output']
  /** When it was last changed. */
  readonly updatedAt: Scalars['DateTime']['output']
}

/** What putting an override came to. */
export type PutOverridePayload = {
  readonly __typename?: 'PutOverridePayload'
  /** The override as it is now. */
  readonly override: Override
  /** Whether it is new. */
  readonly created: Scalars['Boolean']['output']
}

/** What a deletion came to. */
export type DeletePayload = {
  readonly __typename?: 'DeletePayload'
  /** True: it was there and is gone. */
  readonly deleted: Scalars['Boolean']['output']
}

/** What submitting an attempt came to. */
export type SubmitAttemptPayload = {
  readonly __typename?: 'SubmitAttemptPayload'
  /** The attempt, as much of it as the assignment's feedback lets the learner's system see: what it does not is null. */
  readonly attempt: SubmittedAttempt
  /** Whether the idempotency key had stored this attempt before. */
  readonly replayed: Scalars['Boolean']['output']
}

/** An attempt as its learner's system sees it. */
export type SubmittedAttempt = {
  readonly __typename?: 'SubmittedAttempt'
  /** Its id. */
  readonly id: Scalars['ID']['output']
  /** 1 for the first attempt of a learner on an assignment. */
  readonly number: Scalars['Int']['output']
  /** When it arrived. */
  readonly submittedAt: Scalars['DateTime']['output']
  /** Whether it was late. */
  readonly late: Scalars['Boolean']['output']
  /** How many attempts there are with this one. */
  readonly attempts: Scalars['Int']['output']
  /** How many attempts are left; null without a limit. */
  readonly remaining: Maybe<Scalars['Int']['output']>
  /** The learner's key; null with the feedback NONE. */
  readonly learner: Maybe<Scalars['String']['output']>
  /** What was earned before lateness, 0 to 1; null with the feedback NONE. */
  readonly credit: Maybe<Scalars['Float']['output']>
  /** What that is in points, after lateness; null with the feedback NONE. */
  readonly points: Maybe<Scalars['Float']['output']>
  /** The most points there are; null with the feedback NONE. */
  readonly maxPoints: Maybe<Scalars['Float']['output']>
  /** Every box asked, in order; null with the feedback SCORE and NONE. */
  readonly boxes: Maybe<ReadonlyArray<GradedBox>>
  /** As it stood right after this attempt; null with the feedback NONE. */
  readonly progress: Maybe<AttemptProgress>
}

/** What asking for a regrading came to. */
export type RequestRegradePayload = {
  readonly __typename?: 'RequestRegradePayload'
  /** The job that grades the attempts again. */
  readonly job: Job
}

/** Attempts that were stored since the last event. */
export type AttemptGraded = {
  readonly __typename?: 'AttemptGraded'
  /** The attempts, in order for each learner. */
  readonly attempts: ReadonlyArray<AttemptEvent>
  /** How many attempts are left out, because this subscriber was too slow or there were more than the server tells of: they are to be read from the queries. */
  readonly missed: Scalars['Int']['output']
}

/** An attempt that was stored. */
export type AttemptEvent = {
  readonly __typename?: 'AttemptEvent'
  /** The assignment's key. */
  readonly assignment: Scalars['String']['output']
  /** The attempt as teachers read it. */
  readonly attempt: Attempt
}

/** Whose progress has changed since the last event. */
export type ProgressChanged = {
  readonly __typename?: 'ProgressChanged'
  /** The keys of the learners, in no order. */
  readonly learners: ReadonlyArray<Scalars['String']['output']>
  /** Whether anyone's may have changed, as after a regrading: more than are named. */
  readonly all: Scalars['Boolean']['output']
  /** How many changes this subscriber was too slow for. */
  readonly missed: Scalars['Int']['output']
}

export type ResolverTypeWrapper<T> = Promise<T> | T

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>
}
export type Resolver<
  TResult,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => Promise<TResult> | TResult

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => TResult | Promise<TResult>

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>

export type SubscriptionResolver<
  TResult,
  TKey extends string,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>

export type TypeResolveFn<
  TTypes,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
> = (parent: TParent, context: TContext, info: GraphQLResolveInfo) => Maybe<TTypes> | Promise<Maybe<TTypes>>

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  obj: T,
  context: TContext,
  info: GraphQLResolveInfo,
) => boolean | Promise<boolean>

export type NextResolverFn<T> = () => Promise<T>

export type DirectiveResolverFn<
  TResult = Record<PropertyKey, never>,
  TParent = Record<PropertyKey, never>,
  TContext = Record<PropertyKey, never>,
  TArgs = Record<PropertyKey, never>,
> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo,
) => TResult | Promise<TResult>

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>
  String: ResolverTypeWrapper<Scalars['String']['output']>
  Int: ResolverTypeWrapper<Scalars['Int']['output']>
  ID: ResolverTypeWrapper<Scalars['ID']['output']>
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>
  PageInfo: ResolverTypeWrapper<PageInfo>
  GraphConnection: ResolverTypeWrapper<GraphConnection>
  GraphEdge: ResolverTypeWrapper<GraphEdge>
  GraphSummary: ResolverTypeWrapper<GraphSummary>
  Graph: ResolverTypeWrapper<GraphView>
  GraphInput: ResolverTypeWrapper<GraphInput>
  InputRole: InputRole
  GraphNode: ResolverTypeWrapper<GraphNode>
  Box: ResolverTypeWrapper<BoxNode>
  BoxKind: BoxKind
  BoxAnswer: BoxAnswer
  BoxLabel: ResolverTypeWrapper<BoxLabel>
  CourseConnection: ResolverTypeWrapper<
    Omit<CourseConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['CourseEdge']> }
  >
  CourseEdge: ResolverTypeWrapper<Omit<CourseEdge, 'node'> & { node: ResolversTypes['Course'] }>
  Course: ResolverTypeWrapper<CourseNode>
  CourseProgress: ResolverTypeWrapper<CourseNode>
  CourseOverview: ResolverTypeWrapper<CourseOverview>
  AssignmentOverview: ResolverTypeWrapper<AssignmentOverview>
  Float: ResolverTypeWrapper<Scalars['Float']['output']>
  HelpNeeded: ResolverTypeWrapper<HelpNeeded>
  HelpReason: ResolverTypeWrapper<HelpReason>
  HelpCode: HelpCode
  AssignmentStatistics: ResolverTypeWrapper<AssignmentStatistics>
  HistogramBin: ResolverTypeWrapper<HistogramBin>
  TimeToCompletion: ResolverTypeWrapper<TimeToCompletion>
  BoxStatistics: ResolverTypeWrapper<BoxStatistics>
  MisconceptionCount: ResolverTypeWrapper<MisconceptionCount>
  WrongValueCount: ResolverTypeWrapper<WrongValueCount>
  LearnerOrder: LearnerOrder
  LearnerFilter: LearnerFilter
  LearnerConnection: ResolverTypeWrapper<LearnersNode>
  LearnerEdge: ResolverTypeWrapper<Omit<LearnerEdge, 'node'> & { node: ResolversTypes['Learner'] }>
  Learner: ResolverTypeWrapper<LearnerNode>
  AssignmentProgress: ResolverTypeWrapper<AssignmentProgress>
  MemberConnection: ResolverTypeWrapper<MemberConnection>
  MemberEdge: ResolverTypeWrapper<MemberEdge>
  Member: ResolverTypeWrapper<Member>
  MemberRole: MemberRole
  AssignmentConnection: ResolverTypeWrapper<
    Omit<AssignmentConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AssignmentEdge']> }
  >
  AssignmentEdge: ResolverTypeWrapper<Omit<AssignmentEdge, 'node'> & { node: ResolversTypes['Assignment'] }>
  Assignment: ResolverTypeWrapper<AssignmentNode>
  Keep: Keep
  FeedbackLevel: FeedbackLevel
  Reveal: Reveal
  Variants: Variants
  Warning: ResolverTypeWrapper<WarningNode>
  AttemptConnection: ResolverTypeWrapper<
    Omit<AttemptConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AttemptEdge']> }
  >
  AttemptEdge: ResolverTypeWrapper<Omit<AttemptEdge, 'node'> & { node: ResolversTypes['Attempt'] }>
  Attempt: ResolverTypeWrapper<AttemptNode>
  AttemptProgress: ResolverTypeWrapper<AttemptProgress>
  GradedBox: ResolverTypeWrapper<GradedBoxNode>
  BoxStatus: BoxStatus
  Remark: ResolverTypeWrapper<Remark>
  Job: ResolverTypeWrapper<JobView>
  JobKind: JobKind
  JobStatus: JobStatus
  CourseInput: CourseInput
  MemberInput: MemberInput
  AssignmentInput: AssignmentInput
  OverrideInput: OverrideInput
  AttemptInput: AttemptInput
  PublishGraphPayload: ResolverTypeWrapper<
    Omit<PublishGraphPayload, 'graph' | 'warnings'> & {
      graph: ResolversTypes['Graph']
      warnings: ReadonlyArray<ResolversTypes['Warning']>
    }
  >
  PutCoursePayload: ResolverTypeWrapper<
    Omit<PutCoursePayload, 'course'> & { course: ResolversTypes['Course'] }
  >
  PutAssignmentPayload: ResolverTypeWrapper<
    Omit<PutAssignmentPayload, 'assignment'> & { assignment: ResolversTypes['Assignment'] }
  >
  PutMemberPayload: ResolverTypeWrapper<PutMemberPayload>
  Override: ResolverTypeWrapper<Override>
  PutOverridePayload: ResolverTypeWrapper<PutOverridePayload>
  DeletePayload: ResolverTypeWrapper<DeletePayload>
  SubmitAttemptPayload: ResolverTypeWrapper<
    Omit<SubmitAttemptPayload, 'attempt'> & { attempt: ResolversTypes['SubmittedAttempt'] }
  >
  SubmittedAttempt: ResolverTypeWrapper<AttemptAnswer>
  RequestRegradePayload: ResolverTypeWrapper<
    Omit<RequestRegradePayload, 'job'> & { job: ResolversTypes['Job'] }
  >
  AttemptGraded: ResolverTypeWrapper<
    Omit<AttemptGraded, 'attempts'> & { attempts: ReadonlyArray<ResolversTypes['AttemptEvent']> }
  >
  AttemptEvent: ResolverTypeWrapper<Omit<AttemptEvent, 'attempt'> & { attempt: ResolversTypes['Attempt'] }>
  ProgressChanged: ResolverTypeWrapper<ProgressChanged>
}

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  JSON: Scalars['JSON']['output']
  DateTime: Scalars['DateTime']['output']
  Query: Record<PropertyKey, never>
  String: Scalars['String']['output']
  Int: Scalars['Int']['output']
  ID: Scalars['ID']['output']
  Mutation: Record<PropertyKey, never>
  Boolean: Scalars['Boolean']['output']
  Subscription: Record<PropertyKey, never>
  PageInfo: PageInfo
  GraphConnection: GraphConnection
  GraphEdge: GraphEdge
  GraphSummary: GraphSummary
  Graph: GraphView
  GraphInput: GraphInput
  GraphNode: GraphNode
  Box: BoxNode
  BoxLabel: BoxLabel
  CourseConnection: Omit<CourseConnection, 'edges'> & {
    edges: ReadonlyArray<ResolversParentTypes['CourseEdge']>
  }
  CourseEdge: Omit<CourseEdge, 'node'> & { node: ResolversParentTypes['Course'] }
  Course: CourseNode
  CourseProgress: CourseNode
  CourseOverview: CourseOverview
  AssignmentOverview: AssignmentOverview
  Float: Scalars['Float']['output']
  HelpNeeded: HelpNeeded
  HelpReason: HelpReason
  AssignmentStatistics: AssignmentStatistics
  HistogramBin: HistogramBin
  TimeToCompletion: TimeToCompletion
  BoxStatistics: BoxStatistics
  MisconceptionCount: MisconceptionCount
  WrongValueCount: WrongValueCount
  LearnerFilter: LearnerFilter
  LearnerConnection: LearnersNode
  LearnerEdge: Omit<LearnerEdge, 'node'> & { node: ResolversParentTypes['Learner'] }
  Learner: LearnerNode
  AssignmentProgress: AssignmentProgress
  MemberConnection: MemberConnection
  MemberEdge: MemberEdge
  Member: Member
  AssignmentConnection: Omit<AssignmentConnection, 'edges'> & {
    edges: ReadonlyArray<ResolversParentTypes['AssignmentEdge']>
  }
  AssignmentEdge: Omit<AssignmentEdge, 'node'> & { node: ResolversParentTypes['Assignment'] }
  Assignment: AssignmentNode
  Warning: WarningNode
  AttemptConnection: Omit<AttemptConnection, 'edges'> & {
    edges: ReadonlyArray<ResolversParentTypes['AttemptEdge']>
  }
  AttemptEdge: Omit<AttemptEdge, 'node'> & { node: ResolversParentTypes['Attempt'] }
  Attempt: AttemptNode
  AttemptProgress: AttemptProgress
  GradedBox: GradedBoxNode
  Remark: Remark
  Job: JobView
  CourseInput: CourseInput
  MemberInput: MemberInput
  AssignmentInput: AssignmentInput
  OverrideInput: OverrideInput
  AttemptInput: AttemptInput
  PublishGraphPayload: Omit<PublishGraphPayload, 'graph' | 'warnings'> & {
    graph: ResolversParentTypes['Graph']
    warnings: ReadonlyArray<ResolversParentTypes['Warning']>
  }
  PutCoursePayload: Omit<PutCoursePayload, 'course'> & { course: ResolversParentTypes['Course'] }
  PutAssignmentPayload: Omit<PutAssignmentPayload, 'assignment'> & {
    assignment: ResolversParentTypes['Assignment']
  }
  PutMemberPayload: PutMemberPayload
  Override: Override
  PutOverridePayload: PutOverridePayload
  DeletePayload: DeletePayload
  SubmitAttemptPayload: Omit<SubmitAttemptPayload, 'attempt'> & {
    attempt: ResolversParentTypes['SubmittedAttempt']
  }
  SubmittedAttempt: AttemptAnswer
  RequestRegradePayload: Omit<RequestRegradePayload, 'job'> & { job: ResolversParentTypes['Job'] }
  AttemptGraded: Omit<AttemptGraded, 'attempts'> & {
    attempts: ReadonlyArray<ResolversParentTypes['AttemptEvent']>
  }
  AttemptEvent: Omit<AttemptEvent, 'attempt'> & { attempt: ResolversParentTypes['Attempt'] }
  ProgressChanged: ProgressChanged
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON'
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime'
}

export type QueryResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query'],
> = {
  graph?: Resolver<
    Maybe<ResolversTypes['Graph']>,
    ParentType,
    ContextType,
    RequireFields<QueryGraphArgs, 'key'>
  >
  graphs?: Resolver<
    Maybe<ResolversTypes['GraphConnection']>,
    ParentType,
    ContextType,
    RequireFields<QueryGraphsArgs, 'first'>
  >
  course?: Resolver<
    Maybe<ResolversTypes['Course']>,
    ParentType,
    ContextType,
    RequireFields<QueryCourseArgs, 'key'>
  >
  courses?: Resolver<
    Maybe<ResolversTypes['CourseConnection']>,
    ParentType,
    ContextType,
    RequireFields<QueryCoursesArgs, 'first'>
  >
  assignment?: Resolver<
    Maybe<ResolversTypes['Assignment']>,
    ParentType,
    ContextType,
    RequireFields<QueryAssignmentArgs, 'course' | 'key'>
  >
  assignments?: Resolver<
    Maybe<ResolversTypes['AssignmentConnection']>,
    ParentType,
    ContextType,
    RequireFields<QueryAssignmentsArgs, 'course' | 'first'>
  >
  learner?: Resolver<
    Maybe<ResolversTypes['Learner']>,
    ParentType,
    ContextType,
    RequireFields<QueryLearnerArgs, 'course' | 'key'>
  >
  attempt?: Resolver<
    Maybe<ResolversTypes['Attempt']>,
    ParentType,
    ContextType,
    RequireFields<QueryAttemptArgs, 'course' | 'assignment' | 'id'>
  >
  attempts?: Resolver<
    Maybe<ResolversTypes['AttemptConnection']>,
    ParentType,
    ContextType,
    RequireFields<QueryAttemptsArgs, 'course' | 'assignment' | 'first'>
  >
  job?: Resolver<Maybe<ResolversTypes['Job']>, ParentType, ContextType, RequireFields<QueryJobArgs, 'id'>>
}

export type MutationResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation'],
> = {
  publishGraph?: Resolver<
    Maybe<ResolversTypes['PublishGraphPayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationPublishGraphArgs, 'key' | 'definition'>
  >
  putCourse?: Resolver<
    Maybe<ResolversTypes['PutCoursePayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationPutCourseArgs, 'key' | 'input'>
  >
  putAssignment?: Resolver<
    Maybe<ResolversTypes['PutAssignmentPayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationPutAssignmentArgs, 'course' | 'key' | 'input'>
  >
  putMember?: Resolver<
    Maybe<ResolversTypes['PutMemberPayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationPutMemberArgs, 'course' | 'key' | 'input'>
  >
  deleteMember?: Resolver<
    Maybe<ResolversTypes['DeletePayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationDeleteMemberArgs, 'course' | 'key'>
  >
  putOverride?: Resolver<
    Maybe<ResolversTypes['PutOverridePayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationPutOverrideArgs, 'course' | 'assignment' | 'learner' | 'input'>
  >
  deleteOverride?: Resolver<
    Maybe<ResolversTypes['DeletePayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationDeleteOverrideArgs, 'course' | 'assignment' | 'learner'>
  >
  submitAttempt?: Resolver<
    Maybe<ResolversTypes['SubmitAttemptPayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationSubmitAttemptArgs, 'course' | 'assignment' | 'input'>
  >
  requestRegrade?: Resolver<
    Maybe<ResolversTypes['RequestRegradePayload']>,
    ParentType,
    ContextType,
    RequireFields<MutationRequestRegradeArgs, 'course' | 'assignment' | 'dryRun'>
  >
}

export type SubscriptionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription'],
> = {
  attemptGraded?: SubscriptionResolver<
    ResolversTypes['AttemptGraded'],
    'attemptGraded',
    ParentType,
    ContextType,
    RequireFields<SubscriptionAttemptGradedArgs, 'course'>
  >
  progressChanged?: SubscriptionResolver<
    ResolversTypes['ProgressChanged'],
    'progressChanged',
    ParentType,
    ContextType,
    RequireFields<SubscriptionProgressChangedArgs, 'course'>
  >
}

export type PageInfoResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo'],
> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
}

export type GraphConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GraphConnection'] = ResolversParentTypes['GraphConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GraphEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
}

export type GraphEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GraphEdge'] = ResolversParentTypes['GraphEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['GraphSummary'], ParentType, ContextType>
}

export type GraphSummaryResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GraphSummary'] = ResolversParentTypes['GraphSummary'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  public?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  builtIn?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type GraphResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Graph'] = ResolversParentTypes['Graph'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  public?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  builtIn?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  tolerance?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  inputs?: Resolver<ReadonlyArray<ResolversTypes['GraphInput']>, ParentType, ContextType>
  nodes?: Resolver<ReadonlyArray<ResolversTypes['GraphNode']>, ParentType, ContextType>
  output?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  boxes?: Resolver<ReadonlyArray<ResolversTypes['Box']>, ParentType, ContextType>
  figure?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
}

export type GraphInputResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GraphInput'] = ResolversParentTypes['GraphInput'],
> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  role?: Resolver<ResolversTypes['InputRole'], ParentType, ContextType>
  value?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>
  sample?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
}

export type GraphNodeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GraphNode'] = ResolversParentTypes['GraphNode'],
> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  expression?: Resolver<ResolversTypes['String'], ParentType, ContextType>
}

export type BoxResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Box'] = ResolversParentTypes['Box'],
> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  kind?: Resolver<ResolversTypes['BoxKind'], ParentType, ContextType>
  of?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  wrt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  label?: Resolver<ResolversTypes['BoxLabel'], ParentType, ContextType>
  shape?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Int']>>, ParentType, ContextType>
  answer?: Resolver<ResolversTypes['BoxAnswer'], ParentType, ContextType>
}

export type BoxLabelResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['BoxLabel'] = ResolversParentTypes['BoxLabel'],
> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  tex?: Resolver<ResolversTypes['String'], ParentType, ContextType>
}

export type CourseConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['CourseConnection'] = ResolversParentTypes['CourseConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['CourseEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
}

export type CourseEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['CourseEdge'] = ResolversParentTypes['CourseEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['Course'], ParentType, ContextType>
}

export type CourseResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Course'] = ResolversParentTypes['Course'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  assignment?: Resolver<
    Maybe<ResolversTypes['Assignment']>,
    ParentType,
    ContextType,
    RequireFields<CourseAssignmentArgs, 'key'>
  >
  assignments?: Resolver<
    Maybe<ResolversTypes['AssignmentConnection']>,
    ParentType,
    ContextType,
    RequireFields<CourseAssignmentsArgs, 'first'>
  >
  members?: Resolver<
    Maybe<ResolversTypes['MemberConnection']>,
    ParentType,
    ContextType,
    RequireFields<CourseMembersArgs, 'first'>
  >
  learner?: Resolver<
    Maybe<ResolversTypes['Learner']>,
    ParentType,
    ContextType,
    RequireFields<CourseLearnerArgs, 'key'>
  >
  learners?: Resolver<
    Maybe<ResolversTypes['LearnerConnection']>,
    ParentType,
    ContextType,
    RequireFields<CourseLearnersArgs, 'first' | 'orderBy'>
  >
  progress?: Resolver<Maybe<ResolversTypes['CourseProgress']>, ParentType, ContextType>
}

export type CourseProgressResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['CourseProgress'] = ResolversParentTypes['CourseProgress'],
> = {
  overview?: Resolver<Maybe<ResolversTypes['CourseOverview']>, ParentType, ContextType>
  matrix?: Resolver<
    Maybe<ResolversTypes['LearnerConnection']>,
    ParentType,
    ContextType,
    RequireFields<CourseProgressMatrixArgs, 'first' | 'orderBy'>
  >
}

export type CourseOverviewResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['CourseOverview'] = ResolversParentTypes['CourseOverview'],
> = {
  learners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  assignments?: Resolver<ReadonlyArray<ResolversTypes['AssignmentOverview']>, ParentType, ContextType>
  needHelp?: Resolver<ReadonlyArray<ResolversTypes['HelpNeeded']>, ParentType, ContextType>
  considered?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type AssignmentOverviewResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AssignmentOverview'] = ResolversParentTypes['AssignmentOverview'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  points?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  learners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  completed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  notStarted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  meanCredit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  stumblingBox?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
}

export type HelpNeededResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['HelpNeeded'] = ResolversParentTypes['HelpNeeded'],
> = {
  learner?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  reasons?: Resolver<ReadonlyArray<ResolversTypes['HelpReason']>, ParentType, ContextType>
}

export type HelpReasonResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['HelpReason'] = ResolversParentTypes['HelpReason'],
> = {
  code?: Resolver<ResolversTypes['HelpCode'], ParentType, ContextType>
  assignment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  lastSubmittedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
}

export type AssignmentStatisticsResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AssignmentStatistics'] =
    ResolversParentTypes['AssignmentStatistics'],
> = {
  learners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  completed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  meanCredit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  medianCredit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  histogram?: Resolver<ReadonlyArray<ResolversTypes['HistogramBin']>, ParentType, ContextType>
  timeToCompletion?: Resolver<ResolversTypes['TimeToCompletion'], ParentType, ContextType>
  firstWrongBox?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  boxes?: Resolver<ReadonlyArray<ResolversTypes['BoxStatistics']>, ParentType, ContextType>
}

export type HistogramBinResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['HistogramBin'] = ResolversParentTypes['HistogramBin'],
> = {
  from?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  to?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  learners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type TimeToCompletionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['TimeToCompletion'] = ResolversParentTypes['TimeToCompletion'],
> = {
  learners?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  median?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  lowerQuartile?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  upperQuartile?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
}

export type BoxStatisticsResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['BoxStatistics'] = ResolversParentTypes['BoxStatistics'],
> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  firstAttempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  firstCorrect?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  correct?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  follows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  difficulty?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  finalDifficulty?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  followsShare?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  discrimination?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  firstWrong?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  misconceptions?: Resolver<ReadonlyArray<ResolversTypes['MisconceptionCount']>, ParentType, ContextType>
  wrongValues?: Resolver<ReadonlyArray<ResolversTypes['WrongValueCount']>, ParentType, ContextType>
}

export type MisconceptionCountResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['MisconceptionCount'] = ResolversParentTypes['MisconceptionCount'],
> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type WrongValueCountResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['WrongValueCount'] = ResolversParentTypes['WrongValueCount'],
> = {
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  error?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type LearnerConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['LearnerConnection'] = ResolversParentTypes['LearnerConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['LearnerEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
}

export type LearnerEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['LearnerEdge'] = ResolversParentTypes['LearnerEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['Learner'], ParentType, ContextType>
}

export type LearnerResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Learner'] = ResolversParentTypes['Learner'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  begun?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  completed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  lastSubmittedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  progress?: Resolver<Maybe<ReadonlyArray<ResolversTypes['AssignmentProgress']>>, ParentType, ContextType>
}

export type AssignmentProgressResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AssignmentProgress'] = ResolversParentTypes['AssignmentProgress'],
> = {
  assignment?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  points?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  maxPoints?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  remaining?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
  completed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  lastSubmittedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
}

export type MemberConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['MemberConnection'] = ResolversParentTypes['MemberConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MemberEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
}

export type MemberEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['MemberEdge'] = ResolversParentTypes['MemberEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['Member'], ParentType, ContextType>
}

export type MemberResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Member'] = ResolversParentTypes['Member'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  role?: Resolver<ResolversTypes['MemberRole'], ParentType, ContextType>
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
}

export type AssignmentConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AssignmentConnection'] =
    ResolversParentTypes['AssignmentConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AssignmentEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
}

export type AssignmentEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AssignmentEdge'] = ResolversParentTypes['AssignmentEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['Assignment'], ParentType, ContextType>
}

export type AssignmentResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Assignment'] = ResolversParentTypes['Assignment'],
> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  graphKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  graphVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  points?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  opensAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  dueAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  closesAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  lateCredit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  maxAttempts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
  keep?: Resolver<ResolversTypes['Keep'], ParentType, ContextType>
  tolerance?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  weights?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  feedback?: Resolver<ResolversTypes['FeedbackLevel'], ParentType, ContextType>
  reveal?: Resolver<ResolversTypes['Reveal'], ParentType, ContextType>
  variants?: Resolver<ResolversTypes['Variants'], ParentType, ContextType>
  followThrough?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  graph?: Resolver<Maybe<ResolversTypes['Graph']>, ParentType, ContextType>
  statistics?: Resolver<Maybe<ResolversTypes['AssignmentStatistics']>, ParentType, ContextType>
  learners?: Resolver<
    Maybe<ResolversTypes['LearnerConnection']>,
    ParentType,
    ContextType,
    RequireFields<AssignmentLearnersArgs, 'first' | 'orderBy'>
  >
  attempts?: Resolver<
    Maybe<ResolversTypes['AttemptConnection']>,
    ParentType,
    ContextType,
    RequireFields<AssignmentAttemptsArgs, 'first'>
  >
}

export type WarningResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Warning'] = ResolversParentTypes['Warning'],
> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  position?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>
}

export type AttemptConnectionResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AttemptConnection'] = ResolversParentTypes['AttemptConnection'],
> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AttemptEdge']>, ParentType, ContextType>
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>
}

export type AttemptEdgeResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AttemptEdge'] = ResolversParentTypes['AttemptEdge'],
> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  node?: Resolver<ResolversTypes['Attempt'], ParentType, ContextType>
}

export type AttemptResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Attempt'] = ResolversParentTypes['Attempt'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>
  learner?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  points?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  maxPoints?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  submittedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  late?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  boxes?: Resolver<ReadonlyArray<ResolversTypes['GradedBox']>, ParentType, ContextType>
  progress?: Resolver<ResolversTypes['AttemptProgress'], ParentType, ContextType>
}

export type AttemptProgressResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AttemptProgress'] = ResolversParentTypes['AttemptProgress'],
> = {
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  points?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  remaining?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
  completed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type GradedBoxResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['GradedBox'] = ResolversParentTypes['GradedBox'],
> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  status?: Resolver<ResolversTypes['BoxStatus'], ParentType, ContextType>
  credit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>
  entries?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  answer?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  feedback?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Remark']>>, ParentType, ContextType>
  expected?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>
  misconceptions?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>
}

export type RemarkResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Remark'] = ResolversParentTypes['Remark'],
> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>
}

export type JobResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Job'] = ResolversParentTypes['Job'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>
  kind?: Resolver<ResolversTypes['JobKind'], ParentType, ContextType>
  course?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  assignment?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  dryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  status?: Resolver<ResolversTypes['JobStatus'], ParentType, ContextType>
  done?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  changed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  skipped?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  policyRevision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
}

export type PublishGraphPayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PublishGraphPayload'] =
    ResolversParentTypes['PublishGraphPayload'],
> = {
  graph?: Resolver<ResolversTypes['Graph'], ParentType, ContextType>
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>
}

export type PutCoursePayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PutCoursePayload'] = ResolversParentTypes['PutCoursePayload'],
> = {
  course?: Resolver<ResolversTypes['Course'], ParentType, ContextType>
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type PutAssignmentPayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PutAssignmentPayload'] =
    ResolversParentTypes['PutAssignmentPayload'],
> = {
  assignment?: Resolver<ResolversTypes['Assignment'], ParentType, ContextType>
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type PutMemberPayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PutMemberPayload'] = ResolversParentTypes['PutMemberPayload'],
> = {
  member?: Resolver<ResolversTypes['Member'], ParentType, ContextType>
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type OverrideResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['Override'] = ResolversParentTypes['Override'],
> = {
  learner?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  dueAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  closesAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>
  extraAttempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
}

export type PutOverridePayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['PutOverridePayload'] = ResolversParentTypes['PutOverridePayload'],
> = {
  override?: Resolver<ResolversTypes['Override'], ParentType, ContextType>
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type DeletePayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['DeletePayload'] = ResolversParentTypes['DeletePayload'],
> = {
  deleted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type SubmitAttemptPayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['SubmitAttemptPayload'] =
    ResolversParentTypes['SubmitAttemptPayload'],
> = {
  attempt?: Resolver<ResolversTypes['SubmittedAttempt'], ParentType, ContextType>
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
}

export type SubmittedAttemptResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['SubmittedAttempt'] = ResolversParentTypes['SubmittedAttempt'],
> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  submittedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>
  late?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
  remaining?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>
  learner?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>
  credit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  points?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  maxPoints?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>
  boxes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['GradedBox']>>, ParentType, ContextType>
  progress?: Resolver<Maybe<ResolversTypes['AttemptProgress']>, ParentType, ContextType>
}

export type RequestRegradePayloadResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['RequestRegradePayload'] =
    ResolversParentTypes['RequestRegradePayload'],
> = {
  job?: Resolver<ResolversTypes['Job'], ParentType, ContextType>
}

export type AttemptGradedResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AttemptGraded'] = ResolversParentTypes['AttemptGraded'],
> = {
  attempts?: Resolver<ReadonlyArray<ResolversTypes['AttemptEvent']>, ParentType, ContextType>
  missed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type AttemptEventResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['AttemptEvent'] = ResolversParentTypes['AttemptEvent'],
> = {
  assignment?: Resolver<ResolversTypes['String'], ParentType, ContextType>
  attempt?: Resolver<ResolversTypes['Attempt'], ParentType, ContextType>
}

export type ProgressChangedResolvers<
  ContextType = RequestContext,
  ParentType extends ResolversParentTypes['ProgressChanged'] = ResolversParentTypes['ProgressChanged'],
> = {
  learners?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>
  all?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>
  missed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>
}

export type Resolvers<ContextType = RequestContext> = {
  JSON?: GraphQLScalarType
  DateTime?: GraphQLScalarType
  Query?: QueryResolvers<ContextType>
  Mutation?: MutationResolvers<ContextType>
  Subscription?: SubscriptionResolvers<ContextType>
  PageInfo?: PageInfoResolvers<ContextType>
  GraphConnection?: GraphConnectionResolvers<ContextType>
  GraphEdge?: GraphEdgeResolvers<ContextType>
  GraphSummary?: GraphSummaryResolvers<ContextType>
  Graph?: GraphResolvers<ContextType>
  GraphInput?: GraphInputResolvers<ContextType>
  GraphNode?: GraphNodeResolvers<ContextType>
  Box?: BoxResolvers<ContextType>
  BoxLabel?: BoxLabelResolvers<ContextType>
  CourseConnection?: CourseConnectionResolvers<ContextType>
  CourseEdge?: CourseEdgeResolvers<ContextType>
  Course?: CourseResolvers<ContextType>
  CourseProgress?: CourseProgressResolvers<ContextType>
  CourseOverview?: CourseOverviewResolvers<ContextType>
  AssignmentOverview?: AssignmentOverviewResolvers<ContextType>
  HelpNeeded?: HelpNeededResolvers<ContextType>
  HelpReason?: HelpReasonResolvers<ContextType>
  AssignmentStatistics?: AssignmentStatisticsResolvers<ContextType>
  HistogramBin?: HistogramBinResolvers<ContextType>
  TimeToCompletion?: TimeToCompletionResolvers<ContextType>
  BoxStatistics?: BoxStatisticsResolvers<ContextType>
  MisconceptionCount?: MisconceptionCountResolvers<ContextType>
  WrongValueCount?: WrongValueCountResolvers<ContextType>
  LearnerConnection?: LearnerConnectionResolvers<ContextType>
  LearnerEdge?: LearnerEdgeResolvers<ContextType>
  Learner?: LearnerResolvers<ContextType>
  AssignmentProgress?: AssignmentProgressResolvers<ContextType>
  MemberConnection?: MemberConnectionResolvers<ContextType>
  MemberEdge?: MemberEdgeResolvers<ContextType>
  Member?: MemberResolvers<ContextType>
  AssignmentConnection?: AssignmentConnectionResolvers<ContextType>
  AssignmentEdge?: AssignmentEdgeResolvers<ContextType>
  Assignment?: AssignmentResolvers<ContextType>
  Warning?: WarningResolvers<ContextType>
  AttemptConnection?: AttemptConnectionResolvers<ContextType>
  AttemptEdge?: AttemptEdgeResolvers<ContextType>
  Attempt?: AttemptResolvers<ContextType>
  AttemptProgress?: AttemptProgressResolvers<ContextType>
  GradedBox?: GradedBoxResolvers<ContextType>
  Remark?: RemarkResolvers<ContextType>
  Job?: JobResolvers<ContextType>
  PublishGraphPayload?: PublishGraphPayloadResolvers<ContextType>
  PutCoursePayload?: PutCoursePayloadResolvers<ContextType>
  PutAssignmentPayload?: PutAssignmentPayloadResolvers<ContextType>
  PutMemberPayload?: PutMemberPayloadResolvers<ContextType>
  Override?: OverrideResolvers<ContextType>
  PutOverridePayload?: PutOverridePayloadResolvers<ContextType>
  DeletePayload?: DeletePayloadResolvers<ContextType>
  SubmitAttemptPayload?: SubmitAttemptPayloadResolvers<ContextType>
  SubmittedAttempt?: SubmittedAttemptResolvers<ContextType>
  RequestRegradePayload?: RequestRegradePayloadResolvers<ContextType>
  AttemptGraded?: AttemptGradedResolvers<ContextType>
  AttemptEvent?: AttemptEventResolvers<ContextType>
  ProgressChanged?: ProgressChangedResolvers<ContextType>
}
