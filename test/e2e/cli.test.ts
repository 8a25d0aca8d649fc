import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBareDatabase, dropDatabase } from '../support/database.js'
import { printed, startProgram } from '../support/process.js'
import { eventually } from '../support/server.js'

let url: string

beforeAll(async () => {
  url = await createBareDatabase({ migrated: false })
})
afterAll(() => dropDatabase(url))

async function chainmark(
  ...args: readonly string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = startProgram('cli.js', { args, environment: { DATABASE_URL: url } })
  const code = await program.ended
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}

test('an operator migrates, makes a tenant and a key, serves in production, revokes and deletes', async () => {
  expect(await chainmark('migrate')).toMatchObject({ code: 0, stdout: expect.stringContaining('applied ') })
  expect(await chainmark('migrate')).toMatchObject({ code: 0, stdout: 'nothing to apply\n' })

  expect(await chainmark('tenants', 'create', 'school', '--name', 'The School')).toMatchObject({ code: 0 })
  expect(await chainmark('tenants', 'create', 'school')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('taken'),
  })
  expect((await chainmark('tenants', 'list')).stdout).toMatch(/^school\t[0-9a-f-]{36}\t\S+\tThe School\n$/)

  const scopes = 'courses:read,courses:write'
  const made = await chainmark(
    'keys',
    'create',
    '--tenant',
    'school',
    '--scopes',
    scopes,
    '--courses',
    'algebra',
  )
  expect(made.stdout).toMatch(/^cm_[A-Za-z0-9_-]{43}\t[0-9a-f-]{36}\n$/)
  const [key = '', id = ''] = made.stdout.trim().split('\t')
  const listed = await chainmark('keys', 'list', '--tenant', 'school')
  expect(listed.stdout).toContain(`${id}\tactive\tcourses:read,courses:write\talgebra`)
  expect(listed.stdout).not.toContain(key)

  const environment = { DATABASE_URL: url, NODE_ENV: 'production', PORT: '0' }
  const server = startProgram('server.js', { environment })
  const [, address = ''] = await printed(server, /"url":"([^"]+)"/)
  expect(server.stdout()).not.toContain('Demo key')
  expect(server.stdout()).toContain('CHAINMARK_PUBLIC_URL is not set')
  const put = () =>
    fetch(`${address}/v1/courses/algebra`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"title":"Algebra"}',
    })
  expect((await put()).status).toBe(201)
  expect(await chainmark('keys', 'revoke', id)).toMatchObject({ code: 0 })
  // A key that was just used is believed for a few seconds more.
  await eventually(async () => (await put()).status === 401)
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)

  expect(await chainmark('keys', 'revoke', id)).toMatchObject({ code: 1 })
  expect(await chainmark('tenants', 'delete', 'school')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  })
  expect(await chainmark('tenants', 'delete', 'school', '--yes')).toMatchObject({
    code: 0,
    stdout: 'deleted school\n',
  })
  expect((await chainmark('tenants', 'list')).stdout).toBe('')
}, 60_000)

test('production does not start on a database that lacks migrations, and says what to run', async () => {
  const bare = await createBareDatabase({ migrated: false })
  const server = startProgram('server.js', {
    environment: { DATABASE_URL: bare, NODE_ENV: 'production', PORT: '0' },
  })
  expect(await server.ended).toBe(1)
  expect(server.stderr()).toContain('chainmark migrate')
  await dropDatabase(bare)
})

describe('what is not understood is answered with the usage and exit code 2', () => {
  test.each([
    [[], 'Which command?'],
    [['keys', 'destroy'], 'There is no command'],
    [['constructor'], 'There is no command'],
    [['keys', 'create', '--tenant'], '--tenant'],
    [['keys', 'list', '--all'], '--all'],
    [['tenants', 'create', 'a', 'b'], '"b" is one word too many'],
  ])('chainmark %j', async (args, complaint) => {
    const { code, stdout, stderr } = await chainmark(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(complaint)
    expect(stderr).toContain('chainmark keys create')
  })

  test.each([
    [['keys', 'create', '--tenant', 'nobody', '--scopes', 'all'], 1, 'There is no tenant "nobody"'],
    [['keys', 'list', '--tenant', '~built-in'], 1, 'There is no tenant'],
    [['tenants', 'create', '~built-in'], 1, 'taken'],
    [['tenants', 'create', 'a b'], 2, 'a key has'],
    [
      ['keys', 'create', '--tenant', 'some', '--scopes', 'all', '--courses', ''],
      2,
      '--courses is given but empty',
    ],
  ])('chainmark %j is refused in a sentence', async (args, expected, complaint) => {
    // Outside production a command migrates by itself.
    await chainmark('tenants', 'create', 'some')
    const { code, stderr } = await chainmark(...args)
    expect(stderr).toContain(complaint)
    expect(code).toBe(expected)
  })
})
