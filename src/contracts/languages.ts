/** The languages that pages, figures and explanations speak; the first is meant where none is asked. */
export const LANGUAGES = ['en', 'de'] as const

export type Language = (typeof LANGUAGES)[number]
