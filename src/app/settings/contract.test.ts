/**
 * Every flag, environment name and default of the wire contract, role by role.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fallbackOf, settingNamesOf, settingOf, textOf } from '../settings.ts'
import { environmentNames } from './resolve.ts'
import type { Role } from './setting.ts'

/** Role -> flag or variable -> default as text; empty where there is none. */
const CONTRACT: Partial<Record<Role, Record<string, string>>> = {
  shard: {
    PORT: '8100',
    SQLITE_PATH: 'DATA_DIR/kv/kv.db',
    MAX_CACHE_ITEMS: '20000',
    MAX_CACHE_SIZE_BYTES: '0',
  },
  coordinator: {
    PORT: '8000',
    REPLICATION_FACTOR: '3',
    REPLICATION_RATIO: '',
    VIRTUAL_NODES: '150',
    BOOTSTRAP_NODES: '',
    ADMIN_TOKEN: 'eg-admin-token',
    THRESHOLDS_PATH: 'DATA_DIR/thresholds.json',
    INTERNAL_BROADCAST_TOKEN: '',
    NOTIFY_BUFFER_SIZE: '200',
    NOTIFY_SUPPRESS_SECS: '20',
  },
  simulate: {
    '--kafka-bootstrap': 'localhost:9094',
    '--topic': 'energyguard.readings',
    '--interval-seconds': '30',
    '--anomaly-rate': '0.15',
    SIM_KAFKA_BOOTSTRAP: 'localhost:9094',
    SIM_TOPIC: 'energyguard.readings',
    SIM_INTERVAL_SECONDS: '30',
    SIM_SEED: '42',
    SIM_BASE_KW_FLOOR1: '6',
    SIM_BASE_KW_FLOOR2: '6.6',
    SIM_BASE_KW_FLOOR3: '7.2',
    SIM_NOISE_KW_STD: '1.4',
    SIM_NOISE_A_STD: '0.45',
    SIM_NOISE_V_STD: '4.5',
    SIM_BASELINE_JITTER_STD: '0.35',
    SIM_AMP_PER_KW: '2.8',
    SIM_BASE_VOLT: '227',
    SIM_AMP_SPIKE_COUPLING: '0.05',
    SIM_OUTLIER_PROB: '0.15',
    SIM_OUTLIER_SEQUENCE: 'kw,kw,a,v,kw,dkwh,v,a',
    SIM_OUTLIER_KW_FACTOR: '3',
    SIM_OUTLIER_A_FACTOR: '1.8',
    SIM_OUTLIER_V_BUMP: '35',
    SIM_KWH_SPIKE_PROB: '0.18',
    SIM_KWH_SPIKE_MULT: '2.8',
    SIM_SHIFT_PROB: '0.07',
    SIM_SHIFT_FACTOR: '0.55',
    SIM_SHIFT_DURATION_MIN: '160',
    SIM_SHIFT_DURATION_MAX: '340',
    SIM_DRIFT_STEP_KW: '0.16',
    SIM_DRIFT_STEP_V: '0.7',
  },
  ingest: {
    '--kafka-bootstrap': 'localhost:9094',
    '--topic': 'energyguard.readings',
    '--group-id': 'energyguard-ingestor-kvs',
    '--coordinator-url': 'http://127.0.0.1:8000',
    '--index-size': '500',
  },
  detect: {
    '--coordinator-url': 'http://127.0.0.1:8000',
    '--floors': '1,2,3',
    '--poll-secs': '0.5',
    '--dry-run': 'false',
    '--kafka-bootstrap': 'localhost:9094',
    '--source': 'log',
    COORDINATOR_URL: 'http://127.0.0.1:8000',
    KAFKA_BOOTSTRAP: 'localhost:9094',
    INTERNAL_BROADCAST_TOKEN: '',
    DETECTOR_POLL_SECS: '0.5',
    EDGE_COOLDOWN_SECS: '20',
    ANOM_K_SIGMA: '1.6',
    ANOM_MIN_N: '18',
    ANOM_THRESHOLD_MARGIN: '0',
    STATS_REFRESH_SECS: '900',
    HISTORICAL_DB_PATH: 'DATA_DIR/historical.db',
  },
  login: {
    PORT: '7000',
    ADMIN_TOKEN: 'eg-admin-token',
    ADMIN_USER: 'admin',
    ADMIN_PASS: 'admin',
  },
  'populate-history': {
    HISTORICAL_DB_PATH: 'DATA_DIR/historical.db',
    HIST_DAYS: '130',
    HIST_BASE_KW_FLOOR1: '5.8',
    HIST_BASE_KW_FLOOR2: '6.3',
    HIST_BASE_KW_FLOOR3: '6.9',
    HIST_AMP_PER_KW: '2.2',
    HIST_BASE_VOLT: '226',
    HIST_KW_NOISE_STD: '0.6',
    HIST_AMP_NOISE_STD: '0.7',
    HIST_V_NOISE_STD: '3.5',
  },
}

for (const [role, names] of Object.entries(CONTRACT)) {
  test(`${role} knows every flag and variable of the contract, with its default`, () => {
    const known = new Map(
      settingNamesOf(role as Role).flatMap((name) => {
        const setting = settingOf(name)
        const doors = [
          ...(setting.flag ? [setting.flag] : []),
          ...environmentNames(setting, role as Role),
        ]
        return doors.map((door) => [door, textOf(fallbackOf(name, role as Role))] as const)
      }),
    )
    for (const [door, value] of Object.entries(names)) {
      assert.ok(known.has(door), `${role} has no ${door}`)
      assert.equal(known.get(door), value, door)
    }
  })
}
