/** Finds a Chromium for the tests in a browser, once for a run, and says so where there is none. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import packed from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'

/** A program that starts, or why there is none. */
export type FoundChromium = { readonly executable: string } | { readonly missing: string }

declare module 'vitest' {
  // Vitest's own way of typing what is provided: declarations of an interface merge, those of a type do not.
  interface ProvidedContext {
    chromium: FoundChromium
  }
}

export async function setup(project: TestProject): Promise<void> {
  const found = await findChromium()
  if ('missing' in found) {
    console.warn(`\nNo browser runs here: the tests in test/browser are SKIPPED. ${found.missing}\n`)
  }
  project.provide('chromium', found)
}

/** CHROMIUM_PATH, or else what the package holds; tried by starting it. */
async function findChromium(): Promise<FoundChromium> {
  try {
    const executable = process.env['CHROMIUM_PATH'] ?? (await unpack())
    const browser = await chromium.launch({ executablePath: executable })
    await browser.close()
    return { executable }
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { missing: `${reason} (CHROMIUM_PATH may name a Chromium.)` }
  }
}

/**
 * Unpacks the package's Chromium beside the other caches of node_modules: aside first and then moved into place, so that
 * two runs at once never start half of one.
 */
async function unpack(): Promise<string> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
  const { version } = createRequire(import.meta.url)('playwright-core/package.json') as { version: string }
  const place = path.join(cache, `chromium-for-${version}`)
  const executable = path.join(place, 'chromium')
  if (existsSync(executable)) return executable
  await mkdir(cache, { recursive: true })
  const aside = await mkdtemp(path.join(cache, 'chromium-'))
  const before = process.env['TMPDIR']
  try {
    // The package unpacks into the folder for temporary files, where anybody could have put a program of that name.
    process.env['TMPDIR'] = aside
    if (os.tmpdir() !== aside) throw new Error('the folder for temporary files cannot be chosen')
    await packed.executablePath()
    await rename(aside, place).catch((error: unknown) => {
      if (!existsSync(executable)) throw error
    })
    return executable
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    await rm(aside, { recursive: true, force: true })
  }
}
