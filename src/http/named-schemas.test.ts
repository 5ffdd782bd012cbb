import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withNamesInUse } from './named-schemas.ts'

const pointer = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** An app whose routes use these, of all that the process has named. */
function named(used: readonly string[], schemas: Readonly<Record<string, unknown>>) {
  const paths = Object.fromEntries(used.map((name) => [`/${name}`, pointer(name)]))
  return withNamesInUse({ openapi: '3.1.0', paths, components: { schemas } })
}

test('only what the routes use stands there, with what that uses in turn', () => {
  const schemas = { Ring: { items: pointer('Shard') }, Shard: {}, Incident: {}, ShardInput: {} }
  const { paths, components } = named(['Ring'], schemas)
  assert.deepEqual(components.schemas, { Ring: schemas.Ring, Shard: {} })
  assert.deepEqual(paths, { '/Ring': pointer('Ring') })
})

test('what only comes in has its name without a suffix', () => {
  const { paths, components } = named(['AlertInput'], { Alert: { out: 1 }, AlertInput: { in: 1 } })
  assert.deepEqual(components.schemas, { Alert: { in: 1 } })
  assert.deepEqual(paths, { '/AlertInput': pointer('Alert') })
})

test('what comes in as it goes out has one name, what does not has two', () => {
  const same = named(['Row', 'RowInput'], { Row: { a: 1 }, RowInput: { a: 1 } })
  assert.deepEqual(same.components.schemas, { Row: { a: 1 } })
  assert.deepEqual(Object.values(same.paths), [pointer('Row'), pointer('Row')])
  const both = { Row: { a: 1 }, RowInput: { b: 1 } }
  const other = named(['Row', 'RowInput'], both)
  assert.deepEqual(other.components.schemas, both)
  assert.deepEqual(Object.values(other.paths), [pointer('Row'), pointer('RowInput')])
})

test('a name that ends like one that comes in, and is none, stays whole', () => {
  assert.deepEqual(named(['UserInput'], { UserInput: {} }).components.schemas, { UserInput: {} })
})
