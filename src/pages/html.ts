/**
 * HTML as text in which nothing can be forgotten: what is put into a template is escaped unless it is markup itself,
 * and markup is made by templates alone, or by name where it comes from elsewhere in the service.
 */

/** Markup. */
export type Html = { readonly markup: string }

/** What may be put into a template; null is nothing. */
type Part = Html | string | number | null | readonly Html[]

/** A template of markup. Attributes are to be written in double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    markup: texts.map((text, index) => (index === 0 ? text : write(parts[index - 1]) + text)).join(''),
  }
}

/** Markup that another part of the service has made, with all that users wrote in it escaped there. */
export function madeElsewhere(markup: string): Html {
  return { markup }
}

/**
 * Data for the page's script. No text in it can end the element or begin a comment, whatever it holds, and it is read as
 * JSON and never run.
 */
export function dataBlock(id: string, data: unknown): Html {
  const json = JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return html`<script type="application/json" id="${id}">
    ${madeElsewhere(json)}
  </script>`
}

function write(part: Part | undefined): string {
  if (part === null || part === undefined) return ''
  if (typeof part === 'string') return escape(part)
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => ESCAPES.get(character) ?? '')
}
