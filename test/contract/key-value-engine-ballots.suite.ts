/**
 * What every KeyValueEngine must do with conditional keys: it is one acceptor of CASPaxos, and what
 * it promised it keeps, over a start too.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareVersions, type Version } from '../../src/model/version.ts'
import {
  EngineError,
  type Intake,
  type KeyValueEngine,
  type PartitionedRow,
} from '../../src/ports/key-value-engine.ts'
import {
  type EngineHarness,
  EVERYTHING,
  row,
  rowOf,
  type Story,
  storiesOf,
} from '../support/engine-under-test.ts'

const ballot = (order: number, time = 0, writer = 'writer'): Version => ({ order, time, writer })
const promise = (version: Version, key = 'cas:a') =>
  row(key, 0, { version, text: null, intake: 'promise' })
const accept = (version: Version, key = 'cas:a') =>
  row(key, 0, { version, text: `"of ${version.order}"`, intake: 'accept' })

export function engineBallotsSuite(harness: EngineHarness): void {
  const story = storiesOf(harness)
  promiseStories(story)
  acceptStories(story)
  fullDiskStory(harness)
  anyOrderStory(harness)
}

function promiseStories(story: Story): void {
  story('what is promised keeps out all ballots below it, and nothing else', (engine) => {
    assert.deepEqual(engine.apply([promise(ballot(5))]), [ballot(5)])
    const below = [ballot(4), ballot(4.5, 9, 'z'), ballot(5, -1), ballot(5, 0, 'a')]
    for (const version of below) {
      assert.deepEqual(engine.apply([accept(version)]), [ballot(5)], 'the larger one stands')
      assert.deepEqual(engine.apply([promise(version)]), [ballot(5)])
      assert.equal(engine.get(7, 'cas:a'), undefined)
    }
    assert.deepEqual(engine.apply([accept(ballot(5))]), [ballot(5)])
    assert.equal(engine.get(7, 'cas:a')?.text, '"of 5"')
  })

  story('a promise again is the same promise, and a larger one takes its place', (engine) => {
    const held = engine.apply([5, 5, 7, 6].map((order) => promise(ballot(order))))
    assert.deepEqual(held, [ballot(5), ballot(5), ballot(7), ballot(7)])
    assert.deepEqual(engine.apply([accept(ballot(6))]), [ballot(7)])
  })

  story('a promise leaves the row as it is, and takes no text or expiry', (engine) => {
    engine.apply([accept(ballot(1))])
    const sent = row('cas:a', 0, { version: ballot(9), text: '"no"', expiresMs: 1 })
    engine.apply([{ ...sent, intake: 'promise' }])
    assert.deepEqual(engine.get(7, 'cas:a'), rowOf(accept(ballot(1))))
    assert.equal(engine.count(2), 1)
  })

  story('a key that has nothing but a promise is shown by nothing that reads', (engine) => {
    engine.apply([promise(ballot(5)), accept(ballot(1), 'cas:b')])
    assert.equal(engine.get(7, 'cas:a'), undefined)
    for (const reverse of [false, true]) {
      assert.deepEqual(engine.keys(7, EVERYTHING, 9, reverse), ['cas:b'])
      assert.equal(engine.scan(7, EVERYTHING, 9, reverse).length, 1)
    }
    assert.deepEqual(engine.keys(7, EVERYTHING, 1, false), ['cas:b'], 'nor is it in the limit')
    assert.equal(engine.count(0), 1)
    const query = { from: '', limit: 9, deadBeforeMs: 0, buckets: null }
    assert.equal(engine.digest(7, 0).rows, 1)
    assert.equal(engine.headers(7, query).headers.length, 1)
    engine.apply([accept(ballot(6))])
    assert.equal(engine.count(0), 2)
  })

  story('promises are of one key in one partition', (engine) => {
    engine.apply([promise(ballot(5))])
    assert.deepEqual(engine.apply([accept(ballot(1), 'cas:b')]), [ballot(1)])
    const elsewhere = { ...accept(ballot(1)), partition: 8 }
    assert.deepEqual(engine.apply([elsewhere]), [ballot(1)])
  })

  story('promises are kept over a start', (engine, own) => {
    const version = { order: 5.25, time: Number.MAX_SAFE_INTEGER, writer: 'é' }
    engine.apply([promise(version), accept(ballot(1), 'cas:b'), promise(ballot(3), 'cas:b')])
    const again = own.open()
    assert.deepEqual(again.apply([accept(ballot(5))]), [version])
    assert.deepEqual(again.apply([accept(ballot(2), 'cas:b')]), [ballot(3)])
    assert.equal(again.get(7, 'cas:b')?.text, '"of 1"')
    again.close()
  })
}

function acceptStories(story: Story): void {
  story('nothing is accepted or promised below what was accepted', (engine) => {
    assert.deepEqual(engine.apply([accept(ballot(5))]), [ballot(5)])
    assert.deepEqual(engine.apply([accept(ballot(4)), promise(ballot(4))]), [ballot(5), ballot(5)])
    assert.equal(engine.get(7, 'cas:a')?.text, '"of 5"')
    assert.deepEqual(engine.apply([accept(ballot(6))]), [ballot(6)], 'no promise is needed')
    assert.equal(engine.get(7, 'cas:a')?.text, '"of 6"')
  })

  story('of a ballot that was refused, the larger one is told that stands against it', (engine) => {
    engine.apply([promise(ballot(5)), accept(ballot(7))])
    assert.deepEqual(engine.apply([accept(ballot(6)), promise(ballot(6))]), [ballot(7), ballot(7)])
    engine.apply([promise(ballot(9))])
    assert.deepEqual(engine.apply([accept(ballot(6)), promise(ballot(8))]), [ballot(9), ballot(9)])
  })

  story('what was accepted is accepted again, whatever was promised since', (engine) => {
    engine.apply([accept(ballot(5)), promise(ballot(9))])
    assert.deepEqual(engine.apply([{ ...accept(ballot(5)), text: '"other"' }]), [ballot(5)])
    assert.equal(engine.get(7, 'cas:a')?.text, '"of 5"', 'a ballot has one text')
    assert.deepEqual(engine.apply([accept(ballot(8))]), [ballot(9)], 'and the promise stands')
  })

  story('one call promises and accepts in order, beside plain rows', (engine) => {
    const rows = [promise(ballot(5)), row('a', 2), accept(ballot(4)), accept(ballot(5))]
    assert.deepEqual(engine.apply([...rows, promise(ballot(6)), row('a', 1)]), [
      ...[ballot(5), row('a', 2).version, ballot(5), ballot(5), ballot(6), row('a', 2).version],
    ])
  })
}

function fullDiskStory(harness: EngineHarness): void {
  test(`${harness.name}: a promise that a full disk could not keep was not made`, () => {
    const engine = harness.disk(400_000).open()
    const large = row('a', 1, { text: 'x'.repeat(500_000) })
    const isFull = (error: unknown) => error instanceof EngineError && error.code === 'full'
    engine.apply([promise(ballot(3)), accept(ballot(3), 'cas:b')])
    const keys = ['cas:a', 'cas:b', 'cas:c']
    const promises = keys.map((key) => promise(ballot(9), key))
    assert.throws(() => engine.apply([...promises, large]), isFull)
    const held = engine.apply(keys.map((key) => promise(ballot(1), key)))
    assert.deepEqual(held, [ballot(3), ballot(3), ballot(1)])
    const group = (n: number) =>
      [0, 1, 2, 3].map((m) => promise(ballot(1), `cas:${'x'.repeat(400)}${n}.${m}`))
    const fill = () => {
      for (let n = 0; n < 9_999; n += 1) engine.apply(group(n))
    }
    assert.throws(fill, isFull)
    engine.close()
  })
}

interface Register {
  readonly promised: Version
  readonly accepted: PartitionedRow | null
}

const LOWEST = ballot(Number.NEGATIVE_INFINITY)

/** One message to the acceptor as the paper tells it: one number for both phases. */
function told({ promised, accepted }: Register, sent: PartitionedRow): Register {
  if (compareVersions(sent.version, promised) < 0) return { promised, accepted }
  if (sent.intake === 'promise') return { promised: sent.version, accepted }
  const isSame = accepted && compareVersions(sent.version, accepted.version) === 0
  return { promised: sent.version, accepted: isSame ? accepted : sent }
}

function anyOrderStory(harness: EngineHarness): void {
  const messages = fc.array(
    fc
      .record({
        order: fc.nat({ max: 4 }),
        writer: fc.constantFrom('a', 'b'),
        intake: fc.constantFrom<Exclude<Intake, 'merge'>>('promise', 'accept'),
      })
      .map(({ order, writer, intake }) => {
        const version = ballot(order, 0, writer)
        return intake === 'promise' ? promise(version) : accept(version)
      }),
    { maxLength: 20 },
  )
  test(`${harness.name}: whatever it is told, it answers as an acceptor of Paxos`, () => {
    const property = fc.property(messages, (sent) => {
      const engine = harness.disk().open()
      let register: Register = { promised: LOWEST, accepted: null }
      for (const message of sent) {
        const [held] = engine.apply([message])
        const isAgain =
          message.intake === 'accept' &&
          register.accepted !== null &&
          compareVersions(message.version, register.accepted.version) === 0
        register = told(register, message)
        assert.deepEqual(held, isAgain ? message.version : register.promised)
        assert.deepEqual(acceptedIn(engine), register.accepted && rowOf(register.accepted))
      }
      engine.close()
    })
    fc.assert(property, { numRuns: 40 })
  })
}

function acceptedIn(engine: KeyValueEngine) {
  return engine.get(7, 'cas:a') ?? null
}
