/**
 * Which door wins, what an error says, and that every name of the wire contract is known.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTING_NAMES, settingNamesOf, settingOf } from '../settings.ts'
import { refuseOpenDoors } from './exposure.ts'
import { type Doors, resolveSettings, SettingsError } from './resolve.ts'
import type { Role } from './setting.ts'
import { allEnvironmentNames, printedSettings } from './table.ts'

function doors(given: Partial<Doors>): Doors {
  return { flags: {}, environment: {}, readSecret: () => assert.fail('no file'), ...given }
}

const messageOf = (role: Role, given: Partial<Doors>): string => {
  try {
    resolveSettings(role, doors(given))
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    return error.message
  }
  return 'no error'
}

test('a flag wins over the environment, that over the file, that over the default', () => {
  const flags = { coordinatorPort: '1' }
  const environment = { PORT: '2' }
  const file = { path: 'energyguard.yaml', entries: { coordinatorPort: '3' } }
  const port = (given: Partial<Doors>) => {
    const { settings, sources } = resolveSettings('coordinator', doors(given))
    return [settings.coordinatorPort, sources.coordinatorPort.kind]
  }
  assert.deepEqual(port({ flags, environment, file }), [1, 'flag'])
  assert.deepEqual(port({ environment, file }), [2, 'environment'])
  assert.deepEqual(port({ file }), [3, 'file'])
  assert.deepEqual(port({}), [8000, 'default'])
})

test('an empty environment variable counts as absent', () => {
  const { settings } = resolveSettings('coordinator', doors({ environment: { PORT: '' } }))
  assert.equal(settings.coordinatorPort, 8000)
})

test('a wrong value is told with the setting, the value, the rule and the remedy', () => {
  const message = messageOf('coordinator', { environment: { PORT: '80x' } })
  assert.match(message, /coordinatorPort: "80x" \(from PORT\)/)
  assert.match(message, /must be a port from 1 to 65535/)
  assert.match(message, /--port, for example 8000/)
})

test('all mistakes are told at once', () => {
  const message = messageOf('coordinator', {
    environment: { PORT: '-1', REPLICATION_FACTOR: '0', NOTIFY_BUFFER_SIZE: 'many' },
  })
  assert.equal(message.split('\n').length, 3)
})

test('a wrong secret is never printed', () => {
  const message = messageOf('coordinator', {
    environment: { ADMIN_TOKEN: 'hunter2', ADMIN_TOKEN_FILE: '/secrets/token' },
  })
  assert.match(message, /ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set/)
  assert.doesNotMatch(message, /hunter2/)
})

test('an unknown name in the file is refused with the name that was meant', () => {
  const file = { path: 'energyguard.yaml', entries: { replicationFaktor: '3' } }
  assert.match(
    messageOf('coordinator', { file }),
    /replicationFaktor. Did you mean replicationFactor\?/,
  )
})

test('a value of another role is not looked at', () => {
  const { settings } = resolveSettings('shard', doors({ environment: { SIM_AMP_PER_KW: 'x' } }))
  assert.equal(settings.simAmpPerKw, 2.8)
})

test('a secret can be read from a file, and its last line end is not part of it', () => {
  const { settings, sources } = resolveSettings(
    'login',
    doors({
      environment: { ADMIN_PASS_FILE: '/secrets/pass' },
      readSecret: (path) => `from ${path}\n`,
    }),
  )
  assert.equal(settings.adminPass, 'from /secrets/pass')
  assert.equal(sources.adminPass.from, 'ADMIN_PASS_FILE')
})

test('files lie in the data folder unless they are named', () => {
  const { settings } = resolveSettings(
    'detect',
    doors({ flags: { dataDir: '/there', historicalDbPath: '/other/history.db' } }),
  )
  assert.equal(settings.logPath, '/there/log.db')
  assert.equal(settings.historicalDbPath, '/other/history.db')
})

test('the simulator looks at its own variables first, other roles never do', () => {
  const environment = { SIM_KAFKA_BOOTSTRAP: 'sim:1', KAFKA_BOOTSTRAP: 'all:1' }
  const bootstrap = (role: Role) =>
    resolveSettings(role, doors({ environment })).settings.kafkaBootstrap
  assert.equal(bootstrap('simulate'), 'sim:1')
  assert.equal(bootstrap('ingest'), 'all:1')
})

test('`up` simulates every 5 s, the simulator alone every 30 s', () => {
  assert.equal(resolveSettings('up', doors({})).settings.intervalSeconds, 5)
  assert.equal(resolveSettings('simulate', doors({})).settings.intervalSeconds, 30)
})

test('the detector does not poll more often than every 0.5 s', () => {
  const message = messageOf('detect', { environment: { DETECTOR_POLL_SECS: '0.4' } })
  assert.match(message, /pollSeconds: "0.4".*a number >= 0.5/)
})

test('what is printed of a role masks its secrets', () => {
  const environment = { ADMIN_PASS: 'hunter2' }
  const rows = printedSettings('login', resolveSettings('login', doors({ environment })))
  assert.deepEqual(
    rows.find((row) => row.name === 'adminPass'),
    { name: 'adminPass', value: '********', source: 'ADMIN_PASS' },
  )
  assert.doesNotMatch(JSON.stringify(rows), /hunter2|eg-admin-token/)
})

test('default and missing secrets are refused on an address that others can reach', () => {
  const open = (role: Role, environment: Record<string, string>) => () =>
    refuseOpenDoors(resolveSettings(role, doors({ environment })))
  assert.throws(open('coordinator', { HOST: '0.0.0.0' }), /ADMIN_TOKEN .*INTERNAL_BROADCAST_TOKEN/)
  assert.throws(open('login', { HOST: '::', ADMIN_TOKEN: 'own' }), /Set ADMIN_PASS/)
  assert.throws(open('login', { HOST: '10.0.0.1', ADMIN_TOKEN: 'eg-admin-token' }), SettingsError)
  assert.doesNotThrow(open('login', { HOST: '10.0.0.1', ADMIN_TOKEN: 'own', ADMIN_PASS: 'own' }))
  assert.doesNotThrow(open('coordinator', { HOST: '127.0.0.2' }))
  assert.doesNotThrow(open('up', { HOST: '::1' }))
  assert.throws(open('shard', { HOST: '0.0.0.0' }), /shard needs .* Set CLUSTER_SECRET \(/)
  const own = { ADMIN_TOKEN: 'own', INTERNAL_BROADCAST_TOKEN: 'own' }
  assert.throws(open('coordinator', { HOST: '0.0.0.0', ...own }), /Set CLUSTER_SECRET \(/)
  for (const role of ['shard', 'coordinator'] as const) {
    assert.doesNotThrow(open(role, { HOST: '0.0.0.0', ...own, CLUSTER_SECRET: 'own' }))
    assert.doesNotThrow(open(role, { HOST: '127.0.0.1' }))
  }
  assert.doesNotThrow(open('up', { HOST: '0.0.0.0', ...own, ADMIN_PASS: 'own' }))
})

test('every setting can be set by at least one role and one door', () => {
  const closed = SETTING_NAMES.filter((name) => {
    const setting = settingOf(name)
    return (
      setting.roles.length === 0 || (!setting.flag && allEnvironmentNames(setting).length === 0)
    )
  })
  assert.deepEqual(closed, [])
})

test('no two settings of one role share a flag or a variable', () => {
  const roles = new Set(SETTING_NAMES.flatMap((name) => settingOf(name).roles))
  for (const role of roles) {
    const doorNames = settingNamesOf(role).flatMap((name) => {
      const { flag, environment = [], environmentByRole } = settingOf(name)
      return [...(flag ? [flag] : []), ...environment, ...(environmentByRole?.[role] ?? [])]
    })
    assert.deepEqual(doorNames, [...new Set(doorNames)], role)
  }
})
