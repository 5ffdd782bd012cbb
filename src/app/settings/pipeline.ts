/**
 * Settings of ingestion and detection.
 */
import { INGESTION_GROUP } from '../../model/topics.ts'
import {
  choice,
  IN_DATA_DIR,
  integer,
  list,
  number,
  path,
  type Role,
  text,
  toggle,
} from './setting.ts'

const DETECTORS: readonly Role[] = ['up', 'detect']
/** A coordinator tries limits by the same rules before they are saved. */
const JUDGES: readonly Role[] = [...DETECTORS, 'coordinator']

export const pipelineSettings = {
  groupId: text({
    help: 'Consumer group of ingestion.',
    fallback: INGESTION_GROUP,
    flag: '--group-id',
    environment: ['INGEST_GROUP_ID'],
    roles: ['ingest'],
  }),
  indexSize: integer({
    help: 'Timestamps in the index of a floor.',
    fallback: 500,
    min: 1,
    max: 20_000,
    flag: '--index-size',
    environment: ['INDEX_SIZE'],
    roles: ['up', 'ingest'],
  }),
  expectedShards: integer({
    help: 'Ingestion waits while the store has fewer shards.',
    fallback: 1,
    min: 1,
    flag: '--expected-shards',
    environment: ['EXPECTED_SHARDS'],
    roles: ['ingest'],
  }),
  source: choice(['log', 'poll'], {
    help: 'Read every reading from the log, or poll `latest` as the original did.',
    fallback: 'log',
    flag: '--source',
    environment: ['DETECTOR_SOURCE'],
    roles: ['detect'],
  }),
  floors: list(parseFloor, {
    help: 'Floors to judge, between commas; from the log all, where none are named.',
    fallback: [1, 2, 3],
    flag: '--floors',
    environment: ['DETECTOR_FLOORS'],
    roles: ['detect'],
    rule: 'integers >= 1, between commas',
  }),
  pollSeconds: number({
    help: 'Time between two polls, with `--source poll`.',
    unit: 's',
    fallback: 0.5,
    min: 0.5,
    flag: '--poll-secs',
    environment: ['DETECTOR_POLL_SECS'],
    roles: ['detect'],
  }),
  dryRun: toggle({
    help: 'Print what would be raised; write and commit nothing.',
    fallback: false,
    flag: '--dry-run',
    environment: ['DETECTOR_DRY_RUN'],
    roles: ['detect'],
  }),
  edgeCooldownSeconds: number({
    help: 'An alarm of one floor and kind is not raised again within this time.',
    unit: 's',
    fallback: 20,
    min: 0,
    flag: '--edge-cooldown-secs',
    environment: ['EDGE_COOLDOWN_SECS'],
    roles: JUDGES,
  }),
  anomalySigmas: number({
    help: 'A pattern outlier is so many standard deviations off its slot.',
    fallback: 1.6,
    min: 0,
    flag: '--anom-k-sigma',
    environment: ['ANOM_K_SIGMA'],
    roles: DETECTORS,
  }),
  anomalyMinimumCount: integer({
    help: 'A slot with fewer half hours than this is not judged.',
    fallback: 18,
    min: 2,
    flag: '--anom-min-n',
    environment: ['ANOM_MIN_N'],
    roles: DETECTORS,
  }),
  anomalyThresholdMargin: number({
    help: 'A limit holds at limit x (1 + margin).',
    fallback: 0,
    min: 0,
    flag: '--anom-threshold-margin',
    environment: ['ANOM_THRESHOLD_MARGIN'],
    roles: JUDGES,
  }),
  statisticsRefreshSeconds: number({
    help: 'How often the historical statistics are read again.',
    unit: 's',
    fallback: 900,
    min: 1,
    flag: '--stats-refresh-secs',
    environment: ['STATS_REFRESH_SECS'],
    roles: DETECTORS,
  }),
  historicalDbPath: path({
    help: 'File of the historical statistics.',
    fallback: `${IN_DATA_DIR}historical.db`,
    flag: '--historical-db-path',
    environment: ['HISTORICAL_DB_PATH'],
    roles: [...DETECTORS, 'populate-history'],
  }),
} as const

function parseFloor(entry: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(entry) ? Number(entry) : undefined
}
