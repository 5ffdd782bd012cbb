import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { fieldSentence } from './field-sentences.ts'

/** Where and what is wrong with a value, in sentences. */
function wrong(schema: z.ZodType, value: unknown): readonly string[] {
  const { error } = schema.safeParse(value, { reportInput: true, error: fieldSentence })
  return error?.issues.map(({ path, message }) => [path.join('.'), message].join(' ').trim()) ?? []
}

test('what is missing or of another kind is told in the words of whoever sends it', () => {
  const schema = z.object({
    ...{ name: z.string(), ids: z.array(z.string()), on: z.boolean(), set: z.object({}) },
    ...{ size: z.number(), count: z.int() },
  })
  assert.deepEqual(wrong(schema, { on: 'x', ids: {}, set: [], size: '1', count: 1.5 }), [
    'name is missing',
    'ids must be a list',
    'on must be true or false',
    'set must be an object',
    'size must be a number',
    'count must be a whole number',
  ])
  assert.deepEqual(wrong(schema, null), ['must be an object'])
  assert.deepEqual(wrong(z.coerce.number(), 'abc'), ['must be a number'], 'nobody has sent NaN')
})

test('a limit names its number, and what is counted', () => {
  assert.deepEqual(wrong(z.number().min(0), -1), ['must be at least 0'])
  assert.deepEqual(wrong(z.number().positive(), 0), ['must be more than 0'])
  assert.deepEqual(wrong(z.number().max(5), 6), ['must be at most 5'])
  assert.deepEqual(wrong(z.number().lt(5), 5), ['must be less than 5'])
  assert.deepEqual(wrong(z.string().min(1), ''), ['must have at least 1 characters'])
  assert.deepEqual(wrong(z.array(z.int()).max(1), [1, 2]), ['must have at most 1 entries'])
})

test('a choice names what there is to choose from', () => {
  assert.deepEqual(wrong(z.enum(['kw', 'corrente']), 'watt'), ['must be "kw" or "corrente"'])
  const row = z.discriminatedUnion('lane', [
    z.object({ lane: z.literal('plain') }),
    z.object({ lane: z.literal('conditional') }),
  ])
  for (const lane of [undefined, 'x']) {
    assert.deepEqual(wrong(row, { lane }), ['lane must be "plain" or "conditional"'])
  }
  const either = z.union([z.literal('default'), z.int('must be a floor')])
  assert.deepEqual(wrong(either, 'x'), ['must be "default", or must be a floor'])
})

test('where a schema has a sentence of its own, that one is told', () => {
  assert.deepEqual(wrong(z.string('must be a name'), 5), ['must be a name'])
})
