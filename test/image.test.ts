import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const read = (file: string) => readFile(new URL(`../${file}`, import.meta.url), 'utf8')

test('the image starts the server with the options that npm start gives it', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: { start: string } }
  const command = /^CMD (\["node".*\])$/m.exec(await read('Dockerfile'))?.[1] ?? '[]'
  expect(`exec ${(JSON.parse(command) as string[]).join(' ')}`).toBe(scripts.start)
})
