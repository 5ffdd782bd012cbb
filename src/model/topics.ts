/**
 * The topics that the stages meet at. The names of the first two are on the wire (contract); the
 * others are ours. Readings and detector state have one partition order per floor, alerts have one
 * in all.
 */
export const READINGS_TOPIC = 'energyguard.readings'
export const DEAD_LETTER_TOPIC = 'energyguard.readings.dlq'
export const ALERTS_TOPIC = 'energyguard.alerts'
/** Compacted: each floor's state under `{partition of the readings}/{floor}`, and `thresholds`. */
export const DETECTION_STATE_TOPIC = 'energyguard.detection.state'
/** What the simulator injected, as labelled records, so that detection can be scored. */
export const LABELS_TOPIC = 'energyguard.readings.labels'

export const INGESTION_GROUP = 'energyguard-ingestor-kvs'
export const DETECTION_GROUP = 'energyguard-detector'
export const ARCHIVE_GROUP = 'energyguard-alert-archive'
