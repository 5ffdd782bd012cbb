/**
 * Apache Kafka takes the contract suite of the Log port, on a real broker.
 */
import { test } from 'node:test'
import { openKafkaLog } from '../../src/adapters/kafka-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { removeAllRecords } from '../support/kafka-admin.ts'
import type { LogUnderTest } from '../support/log-under-test.ts'
import { sharedKafka } from '../support/shared-kafka.ts'
import { silentTrace } from '../support/traces.ts'
import { logSuite } from './log.suite.ts'

const { bootstrap, skip } = await sharedKafka()
const options = { bootstrap: [bootstrap], sessionTimeoutMs: 3_000 }

async function openUnderTest(): Promise<LogUnderTest> {
  return {
    description: { kind: 'kafka', options },
    open: async () => openKafkaLog({ ...options, clock: systemClock, trace: silentTrace }),
    groups: 'shares-partitions',
    expire: (topic) => removeAllRecords(bootstrap, topic),
  }
}

if (skip) test('kafka takes the suite of the Log port', { skip }, () => {})
else logSuite('kafka', openUnderTest)
