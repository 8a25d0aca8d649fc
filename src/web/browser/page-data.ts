import type { PageGraph } from '../../contracts/practice.js'
import { LANGUAGES, type Language } from '../../contracts/languages.js'

/** What the server wrote into the page for its script. */
export type PracticeData = {
  readonly graph: PageGraph
  readonly tenant: string | null
  readonly language: Language
}

/** Reads it. The page was written by the server that this script comes from: its form is known. */
export function readPageData(): unknown {
  return JSON.parse(document.getElementById('page-data')?.textContent ?? '{}')
}

/** The language of the page. */
export function pageLanguage(): Language {
  return LANGUAGES.find(language => language === document.documentElement.lang) ?? 'en'
}
