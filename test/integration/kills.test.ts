/**
 * `kill -9` of every process of the pipeline on the embedded log, in mid-stream, counted reading by
 * reading and alarm by alarm. replay-kafka.test.ts does the same on Kafka, whose broker it kills.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import type { Step } from '../support/log-view.ts'
import type { Member } from '../support/pipeline.ts'
import { type CountedPipeline, startCountedUp, startPipeline } from '../support/running-pipeline.ts'

/** Ticks that wait in the log when the stages begin: work enough to be killed in the middle of. */
const BACKLOG = 1_500
/** Readings that are let through between two kills. */
const BETWEEN = 60

test('whatever is killed, each reading is stored once and each alarm is shown once', async (t) => {
  const pipeline = await startPipeline(t)
  const { store, ingestion, detector, members } = pipeline
  const [, secondShard] = store.shards
  assert.ok(secondShard)

  const meters = pipeline.startMeters(BACKLOG)
  await Promise.all([
    killInTheMiddle(pipeline, 'stored', ingestion),
    killInTheMiddle(pipeline, 'judged', detector),
  ])
  for (const victim of [secondShard, store.coordinator, ingestion, detector]) {
    await meters.send(BETWEEN)
    await victim.killAndRestart()
  }
  await meters.send(BETWEEN)
  await Promise.all(members.map((member) => member.kill()))
  await meters.send(BETWEEN)
  await Promise.all(members.map((member) => member.start()))
  await meters.send(BETWEEN)

  await pipeline.reckon(meters)
  assert.ok(pipeline.watcher.breaks() >= 2, 'the stream was broken off and resumed')
  await pipeline.stop()
})

test('`up` that is killed in mid-stream, and at once again, goes on where it was', async (t) => {
  const pipeline = await startCountedUp(t)
  const [up] = pipeline.members
  assert.ok(up)
  const meters = pipeline.startMeters(BACKLOG)
  await killInTheMiddle(pipeline, 'stored', up)
  await up.killAndRestart()
  await meters.send(BETWEEN)
  await pipeline.reckon(meters)
  await pipeline.stop()
})

/** Kills a stage that has begun with the backlog and is not through with it. */
async function killInTheMiddle({ log }: CountedPipeline, step: Step, stage: Member) {
  const before = await log.done(step)
  await eventually(`some are ${step}`, async () => (await log.done(step)) > before)
  await stage.kill()
  const isLeft = async () => (await log.done(step)) < (await log.done('sent'))
  await eventually(`not all are ${step} yet`, isLeft)
  await stage.start()
}
