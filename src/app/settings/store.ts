/**
 * Settings of the store and its public face: coordinator, shards, notifications, login.
 */
import {
  IN_DATA_DIR,
  integer,
  list,
  number,
  parsePort,
  parseUrl,
  path,
  port,
  type Role,
  text,
} from './setting.ts'

const FACE: readonly Role[] = ['up', 'coordinator']

/** Known to everybody, so good on loopback only. */
export const DEFAULT_ADMIN_TOKEN = 'eg-admin-token'
export const DEFAULT_ADMIN_NAME = 'admin'

export const storeSettings = {
  coordinatorPort: port({
    help: 'Port of the coordinator.',
    fallback: 8000,
    flag: '--port',
    environment: ['PORT'],
    roles: FACE,
  }),
  bootstrapNodes: list(parseUrl, {
    help: 'Shards to register at start, tried until they answer. Addresses between commas.',
    fallback: [],
    flag: '--bootstrap-nodes',
    environment: ['BOOTSTRAP_NODES'],
    roles: ['coordinator'],
    rule: 'a list of addresses that begin with http:// or https://, between commas',
  }),
  replicationFactor: integer({
    help: 'Copies of each key; never more than there are shards. Wins over the ratio.',
    fallback: 3,
    min: 1,
    flag: '--replication-factor',
    environment: ['REPLICATION_FACTOR'],
    roles: FACE,
  }),
  replicationRatio: number({
    help: 'Copies of each key as a share of the shards, where no factor is given.',
    fallback: null,
    min: 0,
    max: 1,
    flag: '--replication-ratio',
    environment: ['REPLICATION_RATIO'],
    roles: FACE,
  }),
  virtualNodes: integer({
    help: 'Partitions that each shard of a small cluster has at least; counts at founding only.',
    fallback: 150,
    min: 1,
    max: 10_000,
    flag: '--virtual-nodes',
    environment: ['VIRTUAL_NODES'],
    roles: FACE,
  }),
  adminToken: text({
    help: 'Bearer token for changing thresholds; the login hands it out.',
    fallback: DEFAULT_ADMIN_TOKEN,
    environment: ['ADMIN_TOKEN'],
    roles: ['up', 'coordinator', 'login'],
    secret: true,
  }),
  internalBroadcastToken: text({
    help: 'What `_token` of POST /internal/broadcast must be; without it anybody may send.',
    fallback: null,
    environment: ['INTERNAL_BROADCAST_TOKEN'],
    roles: ['up', 'coordinator', 'detect'],
    secret: true,
  }),
  thresholdsPath: path({
    help: 'File of the thresholds: read when the store has none yet, written at each change.',
    fallback: `${IN_DATA_DIR}thresholds.json`,
    flag: '--thresholds-path',
    environment: ['THRESHOLDS_PATH'],
    roles: FACE,
  }),
  notifyBufferSize: integer({
    help: 'Notifications in the list.',
    fallback: 200,
    min: 1,
    max: 100_000,
    flag: '--notify-buffer-size',
    environment: ['NOTIFY_BUFFER_SIZE'],
    roles: FACE,
  }),
  notifySuppressSeconds: number({
    help: 'How long an id that was seen before counts as suppressed.',
    unit: 's',
    fallback: 20,
    min: 0,
    flag: '--notify-suppress-seconds',
    environment: ['NOTIFY_SUPPRESS_SECS'],
    roles: FACE,
  }),
  shardPort: port({
    help: 'Port of the shard.',
    fallback: 8100,
    flag: '--port',
    environment: ['PORT'],
    roles: ['shard'],
  }),
  sqlitePath: path({
    help: 'File of the shard.',
    fallback: `${IN_DATA_DIR}kv/kv.db`,
    flag: '--sqlite-path',
    environment: ['SQLITE_PATH'],
    roles: ['shard'],
  }),
  maxCacheItems: integer({
    help: 'Rows that a shard keeps in memory; 0 turns the cache off.',
    fallback: 20_000,
    fallbackByRole: { up: 5_000 },
    min: 0,
    max: 10_000_000,
    flag: '--max-cache-items',
    environment: ['MAX_CACHE_ITEMS'],
    roles: ['up', 'shard'],
  }),
  maxCacheSizeBytes: integer({
    help: 'Accepted for old start scripts and ignored.',
    unit: 'bytes',
    fallback: 0,
    min: 0,
    environment: ['MAX_CACHE_SIZE_BYTES'],
    roles: ['shard'],
  }),
  loginPort: port({
    help: 'Port of the login.',
    fallback: 7000,
    flag: '--port',
    environment: ['PORT'],
    roles: ['login'],
  }),
  loginPorts: list(parsePort, {
    help: 'Ports of the login within `up`; dashboards look for it on either.',
    fallback: [7000, 7001],
    flag: '--login-ports',
    environment: ['LOGIN_PORTS'],
    roles: ['up'],
    rule: 'ports from 1 to 65535 (0 for any free one), between commas',
  }),
  adminUser: text({
    help: 'Who may log in.',
    fallback: DEFAULT_ADMIN_NAME,
    environment: ['ADMIN_USER'],
    roles: ['up', 'login'],
  }),
  adminPass: text({
    help: 'With which password.',
    fallback: DEFAULT_ADMIN_NAME,
    environment: ['ADMIN_PASS'],
    roles: ['up', 'login'],
    secret: true,
  }),
} as const
