import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingTrace } from '../../test/support/traces.ts'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../model/thresholds.ts'
import type { FileContent, ThresholdsFile } from '../ports/thresholds-file.ts'
import { ThresholdsCopy } from './thresholds-copy.ts'

const limits = (kw_max: number): Thresholds => ({
  ...DEFAULT_THRESHOLDS,
  default: { ...DEFAULT_THRESHOLDS.default, kw_max },
})

/** A file whose writes end when the test says so. */
function slowFile() {
  const ends: ((error?: Error) => void)[] = []
  let content: FileContent = { kind: 'absent' }
  const file: ThresholdsFile = {
    read: async () => content,
    write: (thresholds) =>
      new Promise((resolve, reject) => {
        ends.push((error) => {
          if (error) return reject(error)
          content = { kind: 'found', thresholds }
          resolve()
        })
      }),
  }
  return { file, ends, content: () => content }
}

const turns = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve()
}

test('writes come one after another, so the last one asked for is the one that stays', async () => {
  const { file, ends, content } = slowFile()
  const copy = new ThresholdsCopy(file, recordingTrace())
  const both = [copy.keep(limits(5)), copy.keep(limits(6))]
  await turns()
  assert.equal(ends.length, 1)
  for (const end of ends) end()
  await turns()
  assert.equal(ends.length, 2)
  ends[1]?.()
  await Promise.all(both)
  assert.deepEqual(content(), { kind: 'found', thresholds: limits(6) })
})

test('a failure is said once while it lasts, and again when it comes back', async () => {
  const { file, ends } = slowFile()
  const trace = recordingTrace()
  const copy = new ThresholdsCopy(file, trace)
  const attempt = async (kwMax: number, error?: Error) => {
    const kept = copy.keep(limits(kwMax))
    await turns()
    ends.at(-1)?.(error)
    await kept
  }
  const full = new Error('no room')
  const said = () => trace.count('thresholds.file-unwritten')
  await attempt(5, full)
  await attempt(5, full)
  assert.equal(said(), 1)
  await attempt(5)
  assert.equal(trace.count('thresholds.file-written'), 1)
  await attempt(6, full)
  assert.equal(said(), 2)
})
