/** What the dashboard asks. */
const STATISTICS = `learners completed attempts meanCredit
  boxes { id firstAttempts firstCorrect attempts correct follows difficulty discrimination
    misconceptions { code count } wrongValues { value count } }`

const LEARNERS = `learners(first: 100, orderBy: CREDIT_ASC) {
  edges { node { key name progress { assignment attempts credit points lastSubmittedAt } } }
  pageInfo { hasNextPage endCursor }
}`

/** The class progress page of 100 learners × 20 assignments, and all statistics of one assignment: what has a target. */
export const CLASS_PAGE = {
  name: 'class progress of 100 learners × 20 assignments, all statistics of one',
  isTarget: true,
  text: `query Dashboard($course: String!) {
    course(key: $course) {
      key title
      assignment(key: "week-1") { key points statistics { ${STATISTICS} } }
      ${LEARNERS}
    }
  }`,
}

/** The same with the statistics of every assignment. */
export const ALL_STATISTICS = {
  name: 'the same with the statistics of all 20 assignments',
  isTarget: false,
  text: `query Dashboard($course: String!) {
    course(key: $course) {
      key title
      assignments(first: 50) { edges { node { key points statistics { ${STATISTICS} } } } }
      ${LEARNERS}
    }
  }`,
}
