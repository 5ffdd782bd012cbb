/**
 * One real Apache Kafka broker for tests: `startKafkaBroker()` gives one on an empty folder, that a
 * test may kill, start again on the same folder and stop.
 *
 * It dies with its test, however that ends: a small shell stands between, reads from a pipe that
 * only this process holds, and at its end kills the broker and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import {
  installKafka,
  javaOptions,
  type KafkaInstall,
  writeServerProperties,
} from './kafka-install.ts'
import { stablePorts } from './ports.ts'
import { untilItStandsStill } from './standing-still.ts'

export interface KafkaBroker {
  /** `host:port`, the same after a restart. */
  readonly bootstrap: string
  /** Kills it as a power cut of the process would; resolves when it is gone. */
  kill(): Promise<void>
  /** Freezes and thaws it: frozen, it keeps its connections and answers nothing. */
  freeze(): Promise<void>
  thaw(): void
  /** Starts it again on the same folder and port. */
  start(): Promise<void>
  /** Stops it politely and removes its folder. */
  stop(): Promise<void>
}

const READY_TIMEOUT_MS = 60_000
/** What a message about a failed start quotes of its output. */
const OUTPUT_CHARACTERS_MAX = 4_000
const HEAP = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** $1 the folder, the rest the command. Prints the pid of the command, ends with it. */
const KEEPER = `
exec 3<&0
folder=$1; shift
"$@" </dev/null 3<&- 1>&2 &
broker=$!
(cat <&3 >/dev/null; kill -9 $broker; rm -rf "$folder") >/dev/null 2>&1 &
watcher=$!
echo $broker
wait $broker
kill $watcher
`

export async function startKafkaBroker(): Promise<KafkaBroker> {
  const install = await installKafka()
  const folder = mkdtempSync(join(tmpdir(), 'energyguard-kafka-'))
  const data = join(folder, 'data')
  cpSync(install.formatted, data, { recursive: true })
  const [port = 0, controllerPort = 0] = await stablePorts(2)
  writeServerProperties(join(folder, 'server.properties'), { port, controllerPort, folder: data })
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  let running = await launch(install, folder, port).catch((error: Error) => {
    removeFolder()
    throw error
  })
  return {
    bootstrap: `127.0.0.1:${port}`,
    kill: () => running.end('SIGKILL'),
    async freeze() {
      running.signal('SIGSTOP')
      await untilItStandsStill(running.pid())
    },
    thaw: () => running.signal('SIGCONT'),
    async start() {
      running = await launch(install, folder, port)
    },
    async stop() {
      // A frozen one would never hear it.
      running.signal('SIGCONT')
      await running.end('SIGTERM')
      removeFolder()
    },
  }
}

interface RunningBroker {
  pid(): number
  signal(signal: NodeJS.Signals): void
  end(signal: NodeJS.Signals): Promise<void>
}

async function launch(
  { libs }: KafkaInstall,
  folder: string,
  port: number,
): Promise<RunningBroker> {
  const properties = join(folder, 'server.properties')
  const java = ['java', ...HEAP, ...javaOptions(libs), 'kafka.Kafka', properties]
  const keeper = spawn('sh', ['-c', KEEPER, 'kafka-keeper', folder, ...java])
  const output = { stdout: '', stderr: '' }
  keeper.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  keeper.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr = (output.stderr + text).slice(-OUTPUT_CHARACTERS_MAX)
  })
  const ended = endOf(keeper)
  await eventually(
    'the broker accepts connections',
    () => keeper.exitCode !== null || accepts(port),
    READY_TIMEOUT_MS,
  )
  if (keeper.exitCode !== null) throw new Error(`The broker ended early: ${output.stderr}`)
  const pid = () => Number(output.stdout)
  const signal = (name: NodeJS.Signals) => {
    if (keeper.exitCode === null) process.kill(pid(), name)
  }
  return {
    pid,
    signal,
    end(name) {
      signal(name)
      return ended
    },
  }
}

/** Resolves when the keeper has ended, which it does after the broker. */
function endOf(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    keeper.on('error', reject)
    keeper.on('exit', () => {
      keeper.stdin?.destroy()
      resolve()
    })
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
