/**
 * The dashboard's types of the wire are those of the services: made out of the documents that they
 * hand out, and checked in, so a route that has changed shows here and not as a blank panel.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { API_TYPES_PATH, type ApiDocument, apiTypes } from '../../scripts/api-schema.ts'
import { runningDocuments } from '../support/api-documents.ts'
import { ROOT_DIR } from '../support/process.ts'

test('the types that are checked in are those of the running services', async () => {
  const made = await apiTypes(await runningDocuments())
  const kept = readFileSync(join(ROOT_DIR, API_TYPES_PATH), 'utf8')
  assert.ok(made === kept, `${API_TYPES_PATH} is out of date: npm run api-types`)
})

/** One route, whose answer has these fields. */
function documentOf(properties: object): ApiDocument {
  const schema = { type: 'object', properties, required: Object.keys(properties) }
  const responses = { 200: { content: { 'application/json': { schema } } } }
  const floor = { name: 'floor', in: 'query', required: true, schema: { type: 'integer' } }
  return { paths: { '/api/v1/one': { get: { parameters: [floor], responses } } } }
}

test('a field more, or of another type, makes other types', async () => {
  const before = await apiTypes([documentOf({ t: { type: 'number' } })])
  assert.match(before, /'GET \/api\/v1\/one': \{\s+query: \{\s+floor: number\s+\}/)
  assert.match(before, /answer: \{\s+t: number\s+\}/)
  for (const changed of [{ t: { type: 'string' } }, { t: { type: 'number' }, u: {} }, {}]) {
    assert.notEqual(await apiTypes([documentOf(changed)]), before)
  }
  assert.equal(await apiTypes([documentOf({ t: { type: 'number' } })]), before)
})

test('what has a name in the document has a type of that name, said once', async () => {
  const $ref = '#/components/schemas/Point'
  const Point = { type: 'object', properties: { t: { type: 'number' } }, required: ['t'] }
  const documents = [documentOf({ one: { $ref }, many: { type: 'array', items: { $ref } } })]
  const made = await apiTypes(
    documents.map((one) => ({ ...one, components: { schemas: { Point } } })),
  )
  assert.match(made, /one: Point\s+many: Point\[\]/)
  assert.match(made, /export interface Point \{\s+t: number\s+\}/)
})

test('a stream tells its events, a page has no type, and what may never be is none', async () => {
  const of = (type: string, schema: Record<string, unknown>) => ({
    200: { content: { [type]: { schema } } },
  })
  const events = { type: 'object', properties: { ping: { type: 'null' } }, required: ['ping'] }
  const stream = await apiTypes([
    {
      paths: {
        '/stream': { get: { responses: of('text/event-stream', events) } },
        '/page': { get: { responses: of('text/html', { type: 'string' }) } },
      },
    },
  ])
  assert.match(stream, /'GET \/stream': \{\s+events: \{\s+ping: null/)
  assert.doesNotMatch(stream, /page/)
  const made = await apiTypes([documentOf({ default: { type: 'number' }, misplaced: { not: {} } })])
  assert.match(made, /default: number/)
  assert.doesNotMatch(made, /misplaced/)
})
