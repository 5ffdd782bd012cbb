/**
 * The topics that the stages meet at, with their partitions and how long they are kept. Whichever
 * role comes first makes them.
 */
import {
  ALERTS_TOPIC,
  DEAD_LETTER_TOPIC,
  DETECTION_STATE_TOPIC,
  LABELS_TOPIC,
  READINGS_TOPIC,
} from '../model/topics.ts'
import type { TopicDeclaration } from '../ports/log.ts'

const DAY_MS = 24 * 60 * 60_000
/** As many ingestors and detectors can share the work. */
export const READINGS_PARTITIONS = 3

/** `readingsTopic` as the settings name it; state p belongs to partition p of the readings. */
export function topicDeclarations(readingsTopic = READINGS_TOPIC): readonly TopicDeclaration[] {
  return [
    { name: readingsTopic, partitions: READINGS_PARTITIONS, retentionMs: 7 * DAY_MS },
    { name: DEAD_LETTER_TOPIC, partitions: 1, retentionMs: 30 * DAY_MS },
    { name: ALERTS_TOPIC, partitions: 1, retentionMs: 90 * DAY_MS },
    { name: DETECTION_STATE_TOPIC, partitions: READINGS_PARTITIONS, compacted: true },
    { name: LABELS_TOPIC, partitions: 1, retentionMs: 30 * DAY_MS },
  ]
}
