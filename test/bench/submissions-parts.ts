/** The parts of the bench of submissions: each measures on its own what it compares. */
export const SUBMISSION_PARTS = ['rates', 'lone', 'batch', 'memory', 'size'] as const

export type SubmissionPart = (typeof SUBMISSION_PARTS)[number]
