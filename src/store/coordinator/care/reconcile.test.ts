import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../../model/key-bytes.ts'
import type { WireHeader } from '../../wire-repair.ts'
import { compareRows } from '../replica-result.ts'
import { commonRange, type HeaderList, reconcile } from './reconcile.ts'

const header = (k: string, o: number, h: number | null = o): WireHeader => {
  return { k, o, t: o, n: 'w', h }
}
const lists = (...all: (readonly WireHeader[])[]): readonly HeaderList[] =>
  all.map((headers, replica) => ({ replica, headers }))

/** holders | lacking, and a question mark where the texts contradict each other. */
function picture(headers: readonly HeaderList[]): readonly string[] {
  return reconcile(headers).map(
    ({ key, version, holders, lacking, isContested }) =>
      `${key}@${version.o} ${holders.join('')}|${lacking.join('')}${isContested ? '?' : ''}`,
  )
}

test('what all replicas hold alike is not mentioned', () => {
  const rows = [header('a', 1), header('b', 2, null)]
  assert.deepEqual(picture(lists(rows, rows, rows)), [])
})

test('who has none, an older one, or a deleted one lacks the newest', () => {
  const cases: [string, readonly HeaderList[], readonly string[]][] = [
    ['none', lists([header('a', 1)], [], [header('a', 1)]), ['a@1 02|1']],
    ['older', lists([header('a', 1)], [header('a', 2)], [header('a', 2)]), ['a@2 12|0']],
    ['deleted', lists([header('a', 1)], [header('a', 2, null)], []), ['a@2 1|02']],
    ['each its own', lists([header('a', 1)], [header('a', 3)], [header('a', 2)]), ['a@3 1|02']],
  ]
  for (const [what, given, expected] of cases) assert.deepEqual(picture(given), expected, what)
})

test('of one version the text that most hold is right, and else the shards must say', () => {
  const good = header('a', 1, 7)
  const bad = header('a', 1, 8)
  const none = header('a', 1, null)
  const older = header('a', 0, 8)
  const cases: [string, readonly HeaderList[], readonly string[]][] = [
    ['two of three', lists([bad], [good], [good]), ['a@1 12|0']],
    ['one against one', lists([bad], [good]), ['a@1 01|?']],
    ['one against one, and one is behind', lists([good], [older], [bad]), ['a@1 02|1?']],
    ['three of them', lists([bad], [good], [none]), ['a@1 012|?']],
    ['two against two', lists([bad], [good], [good], [bad]), ['a@1 0123|?']],
    ['more of an older version do not count', lists([good], [older], [older]), ['a@1 0|12']],
  ]
  for (const [what, given, expected] of cases) assert.deepEqual(picture(given), expected, what)
})

test('only as far as every replica has said what it holds is anything lacking', () => {
  const pages = [
    { replica: 0, headers: [header('a', 1), header('c', 1)], next: 'd' },
    { replica: 1, headers: [header('a', 1), header('b', 1)], next: 'c' },
    { replica: 2, headers: [header('a', 1)], next: null },
  ]
  const { lists: common, next } = commonRange(pages)
  assert.equal(next, 'c')
  assert.deepEqual(picture(common), ['b@1 1|02'])
  const last = pages.map((page) => ({ ...page, next: null }))
  assert.equal(commonRange(last).next, null)
  assert.deepEqual(picture(commonRange(last).lists), ['c@1 0|12', 'b@1 1|02'])
})

const anyHeaders = fc
  .uniqueArray(
    fc.record({ k: fc.constantFrom(...'abcdefgh'), o: fc.integer({ min: 1, max: 3 }) }),
    { selector: ({ k }) => k },
  )
  .map((rows) => rows.map(({ k, o }) => header(k, o)).sort((a, b) => compareKeys(a.k, b.k)))

test('once everything that is lacking was carried, all hold the newest of everything', () => {
  fc.assert(
    fc.property(fc.array(anyHeaders, { minLength: 1, maxLength: 5 }), (all) => {
      const held = all.map((headers) => new Map(headers.map((one) => [one.k, one])))
      for (const { key, version, lacking } of reconcile(lists(...all))) {
        for (const replica of lacking) held[replica]?.set(key, header(key, version.o))
      }
      for (const one of all.flat()) {
        for (const replica of held) {
          const its = replica.get(one.k)
          assert.ok(its && compareRows(its, one) >= 0)
        }
      }
      const now = held.map((replica) => [...replica.values()])
      assert.deepEqual(reconcile(lists(...now)), [])
    }),
  )
})

test('page by page the same is lacking as all at once, however replicas cut their pages', () => {
  fc.assert(
    fc.property(
      fc.array(anyHeaders, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 40 }),
      (all, limits) => {
        const found: string[] = []
        let from: string | null = ''
        for (let draw = 0; from !== null; draw += 1) {
          const start: string = from
          const pages = all.map((headers, replica) => {
            const rest = headers.filter(({ k }) => compareKeys(k, start) >= 0)
            const limit = limits[(draw + replica) % limits.length] ?? 1
            return { replica, headers: rest.slice(0, limit), next: rest[limit]?.k ?? null }
          })
          const range = commonRange(pages)
          found.push(...picture(range.lists))
          assert.ok(range.next === null || compareKeys(range.next, start) > 0, 'it goes forward')
          from = range.next
        }
        assert.deepEqual(found.sort(), [...picture(lists(...all))].sort())
      },
    ),
  )
})
