/**
 * How a process opens a log, as JSON: what the contract suite hands to the processes it starts, so
 * that the suite knows no adapter. An adapter is loaded only when it is asked for.
 */
import type { openKafkaLog } from '../../src/adapters/kafka-log.ts'
import type { openSqliteLog } from '../../src/adapters/sqlite-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Log } from '../../src/ports/log.ts'
import type { Trace } from '../../src/ports/trace.ts'
import { silentTrace } from './traces.ts'

type Plain<Options> = Omit<Options, 'clock' | 'trace'>

/** `options` are those of the adapter's own `open…Log`. */
export type LogDescription =
  | { readonly kind: 'sqlite'; readonly options: Plain<Parameters<typeof openSqliteLog>[0]> }
  | { readonly kind: 'kafka'; readonly options: Plain<Parameters<typeof openKafkaLog>[0]> }

export async function openDescribed(
  description: LogDescription,
  { clock, trace }: { clock: Clock; trace: Trace } = { clock: systemClock, trace: silentTrace },
): Promise<Log> {
  if (description.kind === 'kafka') {
    const { openKafkaLog } = await import('../../src/adapters/kafka-log.ts')
    return openKafkaLog({ ...description.options, clock, trace })
  }
  const { openSqliteLog } = await import('../../src/adapters/sqlite-log.ts')
  return openSqliteLog({ ...description.options, clock, trace })
}
