/** Building blocks of the schemas: keys, texts, times. */
import { z } from 'zod'

/** Well-formed Unicode without control characters other than line breaks and tabs: fit to be stored and shown. */
function isPlainText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- refusing control characters is the point
  return text.isWellFormed() && !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(text)
}

/** A text for people, of 1 to `max` characters, with something to read in it. */
export function text(max: number) {
  return z
    .string()
    .max(max)
    .refine(isPlainText, { message: 'control characters and broken Unicode are not accepted' })
    .refine(value => value.trim() !== '', { message: 'must hold something to read' })
}

/** A key that the caller chooses (contract §6). */
export const keySchema = z
  .string()
  .regex(/^[A-Za-z0-9._~@:|+-]{1,128}$/, {
    message: 'a key has 1 to 128 of the characters A-Z a-z 0-9 . _ ~ @ : | + -',
  })
  .refine(key => key !== '.' && key !== '..', { message: 'a key is not "." or ".."' })

const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')

/** An instant, ISO 8601 with an offset or Z; answered in UTC. */
export const timeSchema = z.iso
  .datetime({ offset: true, message: 'a time is ISO 8601 with a zone, such as 2026-01-31T23:59:00Z' })
  .refine(value => Date.parse(value) >= 0 && Date.parse(value) <= LAST_TIME, {
    message: 'a time lies in the years 1970 to 9999',
  })
  .meta({ example: '2026-01-31T23:59:00Z' })

/** A whole number as it stands in a query. */
export function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^[0-9]{1,10}$/, { message: 'must be a whole number' })
    .transform(Number)
    .pipe(z.number().min(least).max(most))
}

/** A yes or no as it stands in a query. */
export const flagSchema = z.enum(['true', 'false']).transform(value => value === 'true')

/** Which page of a list. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().optional().describe('`nextCursor` of the page before'),
  limit: wholeNumber(1, 200).default(50).describe('the most items of a page'),
})

export type PageQuery = z.infer<typeof pageQuerySchema>

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('null on the last page'),
  })
}
