import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestOf, type TraceEvent } from './trace-events.ts'

const named = (pid: number, name: string): TraceEvent => ({
  name: 'thread_name',
  ph: 'M',
  pid,
  tid: 1,
  args: { name },
})
const task = (pid: number, tdur: number, dur: number): TraceEvent => ({
  name: 'ThreadControllerImpl::RunTask',
  ph: 'X',
  pid,
  tid: 1,
  tdur,
  dur,
})

test('the longest task is that of the busiest main thread of a renderer, by each clock', () => {
  const page = [task(2, 9_000, 9_500), task(2, 3_000, 70_000), task(2, 1_000, 1_000)]
  const others = [task(1, 90_000, 90_000), task(3, 14_000, 14_000)]
  const names = [named(1, 'CrBrowserMain'), named(2, 'CrRendererMain'), named(3, 'CrRendererMain')]
  assert.deepEqual(longestOf([...names, ...page, ...others]), { threadMs: 14, wallMs: 14 })
  const busy = task(2, 4_000, 4_000)
  assert.deepEqual(longestOf([...names, ...page, busy, ...others]), { threadMs: 9, wallMs: 70 })
})

test('a trace without a page has no long task', () => {
  assert.deepEqual(longestOf([task(1, 90_000, 90_000)]), { threadMs: 0, wallMs: 0 })
})
