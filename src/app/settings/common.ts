/**
 * Settings that several roles share: where the data is, which log, where to listen, how to report.
 */
import { READINGS_TOPIC } from '../../model/topics.ts'
import { choice, IN_DATA_DIR, path, port, type Role, text, url } from './setting.ts'

const STAGES: readonly Role[] = ['ingest', 'detect', 'simulate', 'replay']
const LOG_USERS: readonly Role[] = ['up', 'coordinator', ...STAGES]
const NETWORK_ROLES: readonly Role[] = ['up', 'coordinator', 'shard', 'login']

export const commonSettings = {
  dataDir: path({
    help: 'Folder of everything that is kept. Roles on one machine meet there.',
    fallback: './data',
    flag: '--data-dir',
    environment: ['DATA_DIR'],
    roles: [...LOG_USERS, 'shard', 'populate-history'],
  }),
  host: text({
    help: 'Address to listen on. Any but loopback needs secrets of your own.',
    fallback: '127.0.0.1',
    flag: '--host',
    environment: ['HOST'],
    roles: [...NETWORK_ROLES, ...STAGES],
  }),
  log: choice(['auto', 'embedded', 'kafka'], {
    help: 'Where readings and alerts travel; auto is kafka when a Kafka address was given.',
    fallback: 'auto',
    flag: '--log',
    environment: ['LOG_KIND'],
    roles: LOG_USERS,
  }),
  logPath: path({
    help: 'File of the embedded log.',
    fallback: `${IN_DATA_DIR}log.db`,
    flag: '--log-path',
    environment: ['LOG_PATH'],
    roles: LOG_USERS,
  }),
  kafkaBootstrap: text({
    help: 'Kafka brokers, HOST:PORT, several between commas.',
    fallback: 'localhost:9094',
    flag: '--kafka-bootstrap',
    environment: ['KAFKA_BOOTSTRAP'],
    environmentByRole: {
      simulate: ['SIM_KAFKA_BOOTSTRAP'],
      replay: ['SIM_KAFKA_BOOTSTRAP'],
    },
    roles: LOG_USERS,
    pattern: /^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/,
    rule: 'HOST:PORT, several between commas without spaces',
  }),
  topic: text({
    help: 'Topic of the readings.',
    fallback: READINGS_TOPIC,
    flag: '--topic',
    environmentByRole: { simulate: ['SIM_TOPIC'], replay: ['SIM_TOPIC'] },
    roles: ['coordinator', ...STAGES],
    pattern: /^[\w.-]{1,200}$/,
    rule: 'letters, digits, dots, dashes and underscores',
  }),
  coordinatorUrl: url({
    help: 'Any coordinator.',
    fallback: 'http://127.0.0.1:8000',
    flag: '--coordinator-url',
    environment: ['COORDINATOR_URL'],
    roles: ['ingest', 'detect', 'ring', 'key', 'alerts'],
  }),
  opsPort: port({
    help: 'Port of /livez, /readyz and /metrics of a stage; without it there is none.',
    fallback: null,
    flag: '--ops-port',
    environment: ['OPS_PORT'],
    roles: STAGES,
  }),
  siteTimezone: {
    ...text({
      help: 'Time zone of the building: its weekdays and half hours decide which pattern holds.',
      fallback: 'Europe/Rome',
      flag: '--site-timezone',
      environment: ['SITE_TIMEZONE'],
      roles: ['up', 'coordinator', 'detect', 'simulate', 'populate-history'],
      rule: 'a time zone of the IANA list, for example Europe/Rome or UTC',
    }),
    parse: parseTimeZone,
  },
  logLevel: choice(['debug', 'info', 'warn', 'error'], {
    help: 'The least important messages that are printed on stderr.',
    fallback: 'info',
    flag: '--log-level',
    environment: ['LOG_LEVEL'],
    roles: [...LOG_USERS, 'shard', 'login', 'populate-history'],
  }),
  logFormat: choice(['auto', 'json', 'pretty'], {
    help: 'How they are printed; auto is pretty on a terminal and for up, else json.',
    fallback: 'auto',
    flag: '--log-format',
    environment: ['LOG_FORMAT'],
    roles: [...LOG_USERS, 'shard', 'login', 'populate-history'],
  }),
} as const

export function parseTimeZone(value: string): string | undefined {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value)
    return value
  } catch {
    return undefined
  }
}
