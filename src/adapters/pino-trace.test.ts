import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pinoTrace } from './pino-trace.ts'

function collect(format: 'json' | 'pretty', level: 'debug' | 'info' = 'info') {
  const lines: string[] = []
  const trace = pinoTrace({ format, level, role: 'ingest' }, { write: (line) => lines.push(line) })
  return { lines, trace }
}

test('a fact is one JSON line with its level, kind, role and fields', () => {
  const { lines, trace } = collect('json')
  trace.note('warn', { kind: 'ingestion.waiting', shards: 2 })
  const { time, pid, ...rest } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(rest, { level: 'warn', role: 'ingest', shards: 2, kind: 'ingestion.waiting' })
  assert.equal(pid, process.pid)
  assert.match(time, /^\d{4}-\d\d-\d\dT.*Z$/)
})

test('for people it is one readable line', () => {
  const { lines, trace } = collect('pretty')
  trace.note('warn', { kind: 'ingestion.waiting', shards: 2 })
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d ! ingestion.waiting shards=2\n$/)
})

test('what is less important than the level is not printed', () => {
  const { lines, trace } = collect('json')
  trace.note('debug', { kind: 'ingestion.batch-stored' })
  assert.deepEqual(lines, [])
})
