import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRoom } from '../../src/graphql/live-room.js'

const LIMITS = { ofAddress: 2, nameless: 3, ofKey: 2, named: 3 }

test('who has no name yet: so many of an address, and of all the longest silent makes room', () => {
  const room = createRoom<string>(LIMITS)
  expect(room.enter('a1', 'a')).toEqual({ gone: undefined })
  expect(room.enter('a2', 'a')).toEqual({ gone: undefined })
  expect(room.enter('a3', 'a')).toBe(false)
  expect(room.enter('b1', 'b')).toEqual({ gone: undefined })
  expect(room.enter('b2', 'b')).toEqual({ gone: 'a1' })
  expect(room.guests()).toEqual(['a2', 'b1', 'b2'])
  // Its address has room again.
  expect(room.enter('a4', 'a')).toEqual({ gone: 'a2' })
})

test('who has a name: so many of a key and of all, and no nameless one is in the way', () => {
  const room = createRoom<string>(LIMITS)
  for (const [guest, address] of [
    ['n1', 'a'],
    ['n2', 'a'],
    ['n3', 'b'],
  ] as const) {
    room.enter(guest, address)
  }
  expect(room.name('k1', 'key')).toBe(true)
  expect(room.name('n1', 'key')).toBe(true)
  expect(room.name('k2', 'key')).toBe(false)
  expect(room.name('l1', 'other')).toBe(true)
  expect(room.name('l2', 'other')).toBe(false)
  // Who got his name gave his place up.
  expect(room.enter('a3', 'a')).toEqual({ gone: undefined })
  room.leave('k1')
  expect(room.name('l2', 'other')).toBe(true)
})

test('whatever comes and goes, no limit is passed and who left takes no place', () => {
  const guest = fc.integer({ min: 0, max: 8 })
  const name = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({ is: fc.constant('enter' as const), guest, name }),
    fc.record({ is: fc.constant('name' as const), guest, name }),
    fc.record({ is: fc.constant('leave' as const), guest, name }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const room = createRoom<number>(LIMITS)
      // The same, counted anew each time.
      let inside: { guest: number; is: 'enter' | 'name'; name: string }[] = []
      const count = (is: string, wanted?: string) =>
        inside.filter(one => one.is === is && (wanted === undefined || one.name === wanted)).length
      for (const one of steps) {
        if (one.is === 'enter') {
          if (room.has(one.guest)) continue
          const fits = count('enter', one.name) < LIMITS.ofAddress
          const oldest =
            count('enter') < LIMITS.nameless ? undefined : inside.find(({ is }) => is === 'enter')?.guest
          expect(room.enter(one.guest, one.name)).toEqual(fits ? { gone: oldest } : false)
          if (!fits) continue
          inside = inside.filter(other => other.guest !== oldest)
          inside.push({ ...one, is: 'enter' })
        } else {
          inside = inside.filter(other => other.guest !== one.guest)
          if (one.is === 'leave') room.leave(one.guest)
          else {
            const fits = count('name', one.name) < LIMITS.ofKey && count('name') < LIMITS.named
            expect(room.name(one.guest, one.name)).toBe(fits)
            if (fits) inside.push({ ...one, is: 'name' })
          }
        }
        expect(room.guests().toSorted()).toEqual(inside.map(other => other.guest).toSorted())
      }
    }),
  )
})
