/**
 * compose.yaml held against what it speaks of: the specification, the settings of each role, and
 * itself. No container engine is needed for any of it.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { COMMANDS } from '../../src/app/commands.ts'
import { refuseOpenDoors } from '../../src/app/settings/exposure.ts'
import { environmentNames, resolveSettings } from '../../src/app/settings/resolve.ts'
import type { Role } from '../../src/app/settings/setting.ts'
import { settingNamesOf, settingOf } from '../../src/app/settings.ts'
import {
  type ComposeService,
  IMAGE_ENTRYPOINT,
  OWN_IMAGE,
  ownServices,
  portsOf,
  readComposeDocument,
  readComposeFile,
  volumesOf,
} from '../support/compose-file.ts'
import { ROOT } from '../support/source-files.ts'

const compose = readComposeFile()
const services = Object.entries(compose.services)
const roles = ownServices(compose).flatMap(([name, service]) => {
  const role = roleOf(service)
  return role ? [{ name, service, role }] : []
})

test('compose.yaml is valid by the schema of the Compose specification', () => {
  const schema = JSON.parse(read('test/fixtures/compose-spec.schema.json'))
  const isValid = new Ajv2020({ strict: false, allErrors: true }).compile(schema)
  assert.ok(isValid(readComposeDocument()), JSON.stringify(isValid.errors, null, 2))
  assert.ok(!isValid({ services: { one: { imagee: 'misspelt' } } }), 'the schema can say no')
})

test('compose.yaml has every service of the original, the store three times', () => {
  const expected = ['kafka', 'kv1', 'kv2', 'kv3', 'coordinator', 'register', 'ingestion']
  const others = ['anomaly_detector', 'simulator', 'login', 'webapp', 'secrets', 'populate_history']
  for (const name of [...expected, ...others]) assert.ok(compose.services[name], name)
  assert.equal(compose.services.coordinator?.environment.REPLICATION_FACTOR, '3')
  assert.match(compose.services.kafka?.image ?? '', /^apache\/kafka:\d+\.\d+\.\d+$/)
})

test('every port is published on 127.0.0.1 only, and at the number that clients know', () => {
  const published = services.flatMap(([name, service]) =>
    portsOf(service).map((port) => ({ name, ...port })),
  )
  assert.deepEqual(
    published.filter(({ address }) => address !== '127.0.0.1'),
    [],
  )
  assert.deepEqual(
    Object.fromEntries(published.map((port) => [port.published, `${port.name}:${port.target}`])),
    {
      3000: 'webapp:3000',
      7000: 'login:7000',
      7001: 'login:7000',
      8000: 'coordinator:8000',
      8101: 'kv1:8100',
      8102: 'kv2:8100',
      8103: 'kv3:8100',
      9094: 'kafka:9094',
    },
  )
})

test('a published port is the one on which the role listens, on every address inside', () => {
  for (const { name, service } of roles) {
    for (const { target } of portsOf(service)) {
      assert.equal(service.environment.PORT, String(target), name)
      assert.equal(service.environment.HOST, '0.0.0.0', name)
    }
  }
})

test('every flag in a command is a flag of that role, with a value that it takes', () => {
  const problems = roles.flatMap(({ name, service, role }) =>
    flagsOf(service).flatMap(({ flag, value }) => {
      const setting = settingNamesOf(role)
        .map(settingOf)
        .find((one) => one.flag === flag)
      if (!setting) return [`${name}: ${role} has no ${flag}`]
      return setting.parse(value) === undefined ? [`${name}: ${flag} must be ${setting.rule}`] : []
    }),
  )
  assert.deepEqual(problems, [])
})

test('every environment name is a setting of that role, with a value that it takes', () => {
  const problems = roles.flatMap(({ name, service, role }) =>
    Object.entries(service.environment).flatMap(([variable, value]) =>
      problemOf(role, variable, value).map((problem) => `${name}: ${variable} ${problem}`),
    ),
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(problemOf('shard', 'SQLITE_PAHT', '/data/kv.db'), ['is no setting of shard'])
})

test('the rule and the budget of the detector are chosen from outside, else the original', () => {
  const judging = (chosen: Readonly<Record<string, string>>) => {
    const { environment = {} } = readComposeFile(chosen).services.anomaly_detector ?? {}
    const { rule, budget } = resolveAs('detect', environment, () => 'made by the job').settings
    return { rule, budget }
  }
  const [rule, budget] = [settingOf('rule').fallback, settingOf('budget').fallback]
  assert.equal(rule, 'original')
  assert.deepEqual(judging({}), { rule, budget })
  assert.deepEqual(judging({ DETECTION_RULE: '', FALSE_ALARM_BUDGET: '' }), { rule, budget })
  const chosen = { DETECTION_RULE: 'watch', FALSE_ALARM_BUDGET: '4' }
  assert.deepEqual(judging(chosen), { rule: 'watch', budget: 4 })
})

test('whatever can be chosen from outside has a usual value, so nobody has to', () => {
  const text = read('compose.yaml').replace(/^ *#.*$/gm, '')
  assert.deepEqual(text.match(/\$(?!\{\w+:-[^}]+\})/g), null)
})

test('whoever listens on every address has a secret of its own for each that has a default', () => {
  for (const { name, service, role } of roles) {
    if (service.environment.HOST !== '0.0.0.0') continue
    const resolved = resolveAs(role, service.environment, () => 'made by the job')
    assert.doesNotThrow(() => refuseOpenDoors(resolved), name)
  }
  const careless = resolveAs('login', { HOST: '0.0.0.0' }, () => '')
  assert.throws(() => refuseOpenDoors(careless), /ADMIN_TOKEN.*ADMIN_PASS/)
})

test('every secret that a role reads is one that the job makes, in the folder it is given', () => {
  const [folder = ''] = compose.services.secrets?.command ?? []
  const job = readFileSync(join(ROOT, 'scripts/make-secrets.ts'), 'utf8')
  const asked = new Set<string>()
  for (const { service, role } of roles) {
    resolveAs(role, service.environment, (path) => {
      asked.add(path)
      return 'made by the job'
    })
  }
  const made = [...job.matchAll(/^ {2}(\w+): \d+,$/gm)].map(([, name]) => `${folder}/${name}`)
  assert.deepEqual([...asked].sort(), made.sort())
})

test('no secret stands in the file, and whatever reads a secret can only read it', () => {
  for (const { name, service } of roles) {
    const variables = Object.keys(service.environment)
    assert.ok(!variables.some((one) => /(TOKEN|PASS|SECRET)$/.test(one)), name)
    const mount = volumesOf(service).find(({ source }) => source === 'secrets')
    const readsSecrets = variables.some((one) => one.endsWith('_FILE'))
    assert.equal(mount !== undefined, readsSecrets, `${name} mounts what it reads`)
    assert.ok(mount?.isReadOnly ?? true, `${name} mounts it read-only`)
  }
})

test('every path in a setting lies in a volume, and every named volume is declared', () => {
  for (const { name, service } of roles) {
    const targets = volumesOf(service).map(({ target }) => target)
    for (const value of Object.values(service.environment).filter((one) => one.startsWith('/'))) {
      assert.ok(
        targets.some((target) => value.startsWith(`${target}/`)),
        `${name}: ${value}`,
      )
    }
  }
  const named = services
    .flatMap(([, service]) => volumesOf(service).map(({ source }) => source))
    .filter((source) => !source.startsWith('./'))
  assert.deepEqual([...new Set(named)].sort(), Object.keys(compose.volumes).sort())
})

test('each shard has a folder of its own on this machine', () => {
  for (const name of ['kv1', 'kv2', 'kv3']) {
    const volumes = compose.services[name]?.volumes.filter((one) => !one.startsWith('secrets:'))
    assert.deepEqual(volumes, [`./data/${name}:/data`])
  }
})

test('what is waited for can come true: jobs end, healthy services have a check', () => {
  for (const [name, service] of services) {
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      const target = compose.services[other]
      assert.ok(target, `${name} waits for ${other}`)
      if (condition === 'service_healthy') assert.ok(target.healthcheck, `${other} has a check`)
      assert.equal(condition === 'service_completed_successfully', target.restart === 'no', other)
    }
  }
})

test('every service that addresses another waits for it, or for one that does', () => {
  for (const [name, service] of services) {
    const text = [...service.command, ...Object.values(service.environment)].join(' ')
    const addressed = services.map(([other]) => other).filter((other) => text.includes(`${other}:`))
    for (const other of addressed.filter((one) => one !== name)) {
      assert.ok(waitsFor(name).has(other), `${name} speaks to ${other}`)
    }
  }
})

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Undefined for jobs that run something else than the command line. */
function roleOf(service: ComposeService): Role | undefined {
  if (service.image !== OWN_IMAGE) return undefined
  if (service.entrypoint.join(' ') !== IMAGE_ENTRYPOINT.join(' ')) return undefined
  const line = `${service.command.join(' ')} `
  const command = COMMANDS.find(({ path }) => line.startsWith(`${path} `))
  assert.ok(command, `${line} begins with a command of energyguard`)
  return command.role
}

function flagsOf(service: ComposeService): readonly { flag: string; value: string }[] {
  return service.command
    .filter((word) => word.startsWith('--'))
    .map((word) => {
      const [flag = '', ...value] = word.split('=')
      return { flag, value: value.join('=') }
    })
}

function problemOf(role: Role, variable: string, value: string): readonly string[] {
  const names = settingNamesOf(role)
  const direct = names.find((name) => environmentNames(settingOf(name), role).includes(variable))
  if (direct) {
    const { parse, rule } = settingOf(direct)
    return parse(value) === undefined ? [`must be ${rule}`] : []
  }
  const isSecretFile = names.some(
    (name) =>
      settingOf(name).secret && `${environmentNames(settingOf(name), role)[0]}_FILE` === variable,
  )
  return isSecretFile ? [] : [`is no setting of ${role}`]
}

function resolveAs(
  role: Role,
  environment: Readonly<Record<string, string>>,
  readSecret: (path: string) => string,
) {
  return resolveSettings(role, { flags: {}, environment, readSecret })
}

/** Everything that is there before the service starts. */
function waitsFor(name: string, seen = new Set<string>()): Set<string> {
  for (const other of Object.keys(compose.services[name]?.depends_on ?? {})) {
    if (seen.has(other)) continue
    seen.add(other)
    waitsFor(other, seen)
  }
  return seen
}
