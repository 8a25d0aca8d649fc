import { randomBytes } from 'node:crypto'
import { validate, version } from 'uuid'
import { expect, test } from 'vitest'
import { createIds } from '../../src/services/new-ids.js'

const START = Date.parse('2026-03-01T12:00:00Z')

test('ids are uuids of version 7 that begin with the time, no two alike', () => {
  const newId = createIds(() => START, randomBytes)
  const ids = Array.from({ length: 2_000 }, newId)
  expect(ids.every(id => validate(id) && version(id) === 7)).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(START)
})

test('their order is that of their making, whatever the clock does', () => {
  const times = [START, START, START + 5, START - 60_000, START - 60_000, START + 6, START + 7_200_000, START]
  let call = 0
  const newId = createIds(() => times[call++ % times.length] ?? START, randomBytes)
  const ids = Array.from({ length: 1_000 }, newId)
  expect(ids).toEqual(ids.toSorted())
})

test.each([0x00, 0xff])('also where all random bits are %i', byte => {
  const newId = createIds(
    () => START,
    count => new Uint8Array(count).fill(byte),
  )
  const ids = Array.from({ length: 1_000 }, newId)
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
})
