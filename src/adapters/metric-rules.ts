/**
 * Which fact moves which metric. A fact that stands in no rule is still counted in `facts_total`.
 */
export interface MetricRule {
  /** Kind of the fact. */
  readonly fact: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Without the prefix. */
  readonly name: string
  readonly help: string
  /** The field that says by how much; absent = 1. */
  readonly amount?: string
  /** From the field's unit to the metric's: 0.001 for ms to seconds. */
  readonly scale?: number
  /** Fields that become labels; few values each. */
  readonly labels?: readonly string[]
}

const MS_TO_SECONDS = 0.001

export const METRIC_RULES: readonly MetricRule[] = [
  {
    fact: 'ingestion.batch-stored',
    type: 'counter',
    name: 'ingestion_readings_total',
    help: 'Readings that a quorum of the store holds.',
    amount: 'readings',
  },
  {
    fact: 'ingestion.batch-stored',
    type: 'histogram',
    name: 'ingestion_batch_seconds',
    help: 'Time from receiving a batch to its commit.',
    amount: 'tookMs',
    scale: MS_TO_SECONDS,
  },
  {
    fact: 'ingestion.batch-stored',
    type: 'histogram',
    name: 'ingestion_delay_seconds',
    help: 'Time from the log taking the newest reading of a batch to its commit.',
    amount: 'delayMs',
    scale: MS_TO_SECONDS,
  },
  {
    fact: 'ingestion.dead-letters',
    type: 'counter',
    name: 'ingestion_dead_letters_total',
    help: 'Records that could not be read and went to the dead-letter topic.',
    amount: 'count',
  },
  {
    fact: 'ingestion.lag',
    type: 'gauge',
    name: 'ingestion_lag_records',
    help: 'Records in the log that ingestion has not committed yet.',
    amount: 'records',
    labels: ['partition'],
  },
  {
    fact: 'detection.batch-judged',
    type: 'counter',
    name: 'detection_readings_total',
    help: 'Readings that were judged.',
    amount: 'judged',
  },
  {
    fact: 'detection.batch-judged',
    type: 'histogram',
    name: 'detection_batch_seconds',
    help: 'Time from receiving a batch to its commit.',
    amount: 'tookMs',
    scale: MS_TO_SECONDS,
  },
  {
    fact: 'detection.batch-judged',
    type: 'histogram',
    name: 'detection_delay_seconds',
    help: 'Time from the log taking the newest reading of a batch to its commit.',
    amount: 'delayMs',
    scale: MS_TO_SECONDS,
  },
  {
    fact: 'detection.alarm',
    type: 'counter',
    name: 'detection_alarms_total',
    help: 'Alarms that were raised.',
    labels: ['tipo'],
  },
  {
    fact: 'archive.batch-stored',
    type: 'counter',
    name: 'archive_alerts_total',
    help: 'Alarms whose document the store holds.',
    amount: 'alerts',
  },
  {
    fact: 'simulator.tick',
    type: 'counter',
    name: 'simulator_readings_total',
    help: 'Readings that the simulated building has sent.',
    amount: 'readings',
  },
  {
    fact: 'store.read-repair',
    type: 'counter',
    name: 'store_read_repairs_total',
    help: 'Replicas that a read has brought up to date.',
  },
  {
    fact: 'store.rebalance',
    type: 'gauge',
    name: 'store_rebalance_partitions_left',
    help: 'Partitions that are not where they shall be; 0 where another coordinator moves them.',
    amount: 'partitionsLeft',
  },
  {
    fact: 'store.rebalance-partition',
    type: 'counter',
    name: 'store_rebalance_rows_total',
    help: 'Rows that were brought to shards which take over partitions.',
    amount: 'rows',
  },
  {
    fact: 'store.rebalance-partition',
    type: 'counter',
    name: 'store_rebalance_bytes_total',
    help: 'The same in bytes.',
    amount: 'bytes',
  },
  {
    fact: 'store.hints',
    type: 'gauge',
    name: 'store_hints_waiting',
    help: 'Rows that shards are known to miss; 0 where another coordinator delivers them.',
    amount: 'waiting',
  },
  {
    fact: 'store.hints-delivered',
    type: 'counter',
    name: 'store_hints_delivered_total',
    help: 'Rows that were brought to shards which had missed them.',
    amount: 'rows',
  },
  {
    fact: 'store.repair',
    type: 'counter',
    name: 'store_repair_diverged_rows_total',
    help: 'Rows that not all replicas held when they were compared.',
    amount: 'diverged',
  },
  {
    fact: 'store.repair',
    type: 'counter',
    name: 'store_repair_rows_total',
    help: 'Rows that were brought to replicas because of it.',
    amount: 'rows',
  },
  {
    fact: 'store.repair',
    type: 'counter',
    name: 'store_repair_bytes_total',
    help: 'The same in bytes.',
    amount: 'bytes',
  },
  {
    fact: 'store.purged',
    type: 'counter',
    name: 'store_purged_rows_total',
    help: 'Deleted and expired rows that replicas have forgotten for good.',
    amount: 'rows',
  },
  {
    fact: 'store.repair-age',
    type: 'gauge',
    name: 'store_repair_age_seconds',
    help: 'Since all replicas were last found equal, of the partition where that is longest ago.',
    amount: 'seconds',
  },
  {
    fact: 'shard.committed',
    type: 'counter',
    name: 'shard_rows_total',
    help: 'Rows that shards have committed, winners and losers.',
    amount: 'rows',
  },
  {
    fact: 'shard.committed',
    type: 'histogram',
    name: 'shard_commit_seconds',
    help: 'Time of one transaction of a shard, the wait for the disk included.',
    amount: 'tookMs',
    scale: MS_TO_SECONDS,
  },
  {
    fact: 'http.stream-cut',
    type: 'counter',
    name: 'http_streams_cut_total',
    help: 'Streams of alarms that were cut because their client did not read.',
  },
]
