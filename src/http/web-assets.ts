/** The code of the pages, as it was built: which files there are, and which of them an entry needs. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { PageAssets } from '../pages/layout.js'

/** The folder with the files, and what each page needs of them. */
export type WebAssets = {
  /** Absolute. */
  readonly folder: string
  /** Every file, as `assets/name-hash.js`. */
  readonly files: ReadonlySet<string>
  readonly entry: (name: string) => PageAssets
}

const chunkSchema = z.object({
  file: z.string(),
  name: z.string().optional(),
  isEntry: z.boolean().default(false),
  imports: z.array(z.string()).default([]),
  css: z.array(z.string()).default([]),
  assets: z.array(z.string()).default([]),
})

const manifestSchema = z.record(z.string(), chunkSchema)

type Manifest = ReadonlyMap<string, z.infer<typeof chunkSchema>>

export const NO_ASSETS: PageAssets = { script: null, preloads: [], styles: [] }

/** Reads what Vite wrote into a folder; undefined where it has written nothing there. */
export async function readWebAssets(folder: URL): Promise<WebAssets | undefined> {
  let text: string
  try {
    text = await readFile(new URL('.vite/manifest.json', folder), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const manifest: Manifest = new Map(Object.entries(manifestSchema.parse(JSON.parse(text))))
  const chunks = [...manifest.values()]
  const files = new Set(chunks.flatMap(({ file, css, assets }) => [file, ...css, ...assets]))
  // One style sheet serves all pages, and belongs to no chunk.
  const styles = [...files].filter(file => file.endsWith('.css')).map(file => `/${file}`)
  return {
    folder: fileURLToPath(folder),
    files,
    entry: name => {
      const chunk = chunks.find(candidate => candidate.isEntry && candidate.name === name)
      if (chunk === undefined) return { ...NO_ASSETS, styles }
      return { script: `/${chunk.file}`, preloads: importsOf(manifest, chunk.imports), styles }
    },
  }
}

/** All that chunks import before they can run, as addresses. */
function importsOf(manifest: Manifest, imports: readonly string[]): string[] {
  const met = new Set(imports)
  const files: string[] = []
  for (const key of met) {
    const chunk = manifest.get(key)
    if (chunk === undefined) continue
    files.push(`/${chunk.file}`)
    for (const next of chunk.imports) met.add(next)
  }
  return files
}
