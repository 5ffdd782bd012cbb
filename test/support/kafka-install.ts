/**
 * What a real Apache Kafka broker is made of, fetched once through Maven into `.cache/` of the
 * repository: the jars, and a formatted folder that every new broker begins with a copy of (to
 * format takes a JVM of its own).
 *
 * Several test processes may want it at once: one fetches, the others wait, and what is there is
 * complete, because it gets its name only at the end. The name carries a digest of the pom, so
 * that a changed version is fetched anew.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { lockFolder } from '../../src/app/folder-lock.ts'
import { ROOT } from './source-files.ts'

export interface KafkaInstall {
  readonly libs: string
  /** Data folder of a broker that has never run. */
  readonly formatted: string
}

const SOURCES = join(ROOT, 'test/support/kafka')
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const TOOLS = ['java', 'mvn']
const run = promisify(execFile)

/** What a broker needs and this machine does not have. */
export function missingTools(path = process.env.PATH ?? ''): readonly string[] {
  const folders = path.split(delimiter).filter(Boolean)
  return TOOLS.filter((tool) => !folders.some((folder) => isProgram(join(folder, tool))))
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Fetches what is missing. Rejects with what Maven or Java said. */
export async function installKafka(cache = join(ROOT, '.cache')): Promise<KafkaInstall> {
  const folder = join(cache, `kafka-${digest()}`)
  const install = { libs: join(folder, 'libs'), formatted: join(folder, 'formatted') }
  if (existsSync(folder)) return install
  const lock = await waitForLock(join(cache, 'kafka-install'))
  try {
    if (!existsSync(folder)) await fetchInto(folder)
  } finally {
    lock.release()
  }
  return install
}

function digest(): string {
  const pom = readFileSync(join(SOURCES, 'pom.xml'))
  return createHash('sha256').update(pom).digest('hex').slice(0, 12)
}

async function waitForLock(folder: string) {
  for (;;) {
    try {
      return lockFolder(folder)
    } catch {
      await sleep(100)
    }
  }
}

async function fetchInto(folder: string): Promise<void> {
  const making = `${folder}.new`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  const libs = join(making, 'libs')
  const pom = join(SOURCES, 'pom.xml')
  await run('mvn', ['-q', '-B', '-f', pom, PLUGIN, `-DoutputDirectory=${libs}`])
  await format(making, libs)
  renameSync(making, folder)
}

async function format(making: string, libs: string): Promise<void> {
  const properties = join(making, 'format.properties')
  const data = join(making, 'formatted')
  writeServerProperties(properties, { port: 1, controllerPort: 2, folder: data })
  const tool = ['kafka.tools.StorageTool', 'format', '-c', properties, '-t', clusterId()]
  await run('java', [...javaOptions(libs), ...tool])
}

/** Any 16 bytes name a cluster; each broker here is a cluster of its own. */
function clusterId(): string {
  return Buffer.from('energyguard.test').toString('base64url')
}

/** Class path and logging, for the broker and its tools. */
export function javaOptions(libs: string): readonly string[] {
  const logging = join(SOURCES, 'log4j2.properties')
  return ['-cp', join(libs, '*'), `-Dlog4j2.configurationFile=${logging}`]
}

export interface BrokerPlace {
  readonly port: number
  readonly controllerPort: number
  readonly folder: string
}

/** The settings of one broker, from the template. */
export function writeServerProperties(file: string, place: BrokerPlace): void {
  const template = readFileSync(join(SOURCES, 'server.properties'), 'utf8')
  const filled = template
    .replaceAll('{PORT}', String(place.port))
    .replaceAll('{CONTROLLER_PORT}', String(place.controllerPort))
    .replaceAll('{FOLDER}', place.folder)
  writeFileSync(file, filled)
}
