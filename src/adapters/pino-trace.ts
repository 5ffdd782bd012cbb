/**
 * Facts as log lines on stderr: JSON for machines, one readable line for people at a terminal. The
 * kind of a fact is the message; its other fields stand beside it.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { Fact, FactLevel, Trace } from '../ports/trace.ts'

export interface LogOptions {
  readonly level: FactLevel
  readonly format: 'json' | 'pretty'
  /** Stands in every JSON line. */
  readonly role: string
}

/** Writes synchronously, so that the last words before an exit are not lost. */
export function pinoTrace(options: LogOptions, stderr: DestinationStream = standardError()): Trace {
  const isPretty = options.format === 'pretty'
  const target = isPretty ? { write: (line: string) => stderr.write(prettyLine(line)) } : stderr
  const logger = pino(
    {
      level: options.level,
      base: { role: options.role, pid: process.pid },
      messageKey: 'kind',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    target,
  )
  return { note: (level, fact) => write(logger, level, fact) }
}

function standardError(): DestinationStream {
  return destination({ dest: 2, sync: true })
}

function write(logger: Logger, level: FactLevel, { kind, ...fields }: Fact): void {
  logger[level](fields, kind)
}

const MARKS: Record<string, string> = { debug: '·', info: ' ', warn: '!', error: '✗' }
const HIDDEN = new Set(['level', 'time', 'kind', 'role', 'pid'])

/** For example `14:05:20 ! ingestion.waiting shards=2 expected=3`. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Record<string, unknown>
  const fields = Object.entries(line).filter(([name]) => !HIDDEN.has(name))
  const said = fields.map(([name, value]) => `${name}=${String(value)}`).join(' ')
  const time = String(line.time).slice(11, 19)
  const mark = MARKS[String(line.level)] ?? ' '
  return `${time} ${mark} ${[line.kind, said].filter(Boolean).join(' ')}\n`
}
