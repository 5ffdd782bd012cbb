/**
 * How a role lives and ends. A signal asks its services to take no new work, finish and commit;
 * when all have, the process ends with 0. What does not finish in time, or fails, ends it with 1: a
 * stage that is half alive would be worse than one that is started again.
 *
 * A terminal and npm both pass Ctrl-C on, so that it arrives twice; a second signal counts only
 * when a person may have sent it.
 */
import type { Clock } from '../ports/clock.ts'
import type { Service } from '../ports/service.ts'
import type { Trace } from '../ports/trace.ts'

/** From the moment that services are asked to stop to a forced end: all is over within 10 s. */
export const STOP_MS_MAX = 9_000
/** A second signal before this is the same Ctrl-C. */
export const SECOND_SIGNAL_MS_MIN = 1_000

export interface NamedService {
  readonly name: string
  readonly service: Service
}

export interface Running {
  /** They live until the signal; when one ends by itself (a replay that is through) all do. */
  readonly services: readonly NamedService[]
  /** Releases what the services used, after they have ended. */
  close(): Promise<void>
}

export interface Process {
  readonly clock: Clock
  readonly trace: Trace
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_USAGE = 2

/**
 * The signal that a role's services obey, aborted by SIGTERM and SIGINT and by a service that ends.
 * Whoever aborts it, those that are left have so long and no longer.
 */
export function stopSignal(process_: Process): AbortController {
  const { clock, trace, exit } = process_
  const controller = new AbortController()
  controller.signal.addEventListener('abort', () => void endOverdue(process_), { once: true })
  let firstMs: number | undefined
  const stop = (name: string) => {
    if (firstMs !== undefined) {
      if (clock.monotonicMs() - firstMs >= SECOND_SIGNAL_MS_MIN) exit(EXIT_FAILED)
      return
    }
    firstMs = clock.monotonicMs()
    trace.note('info', { kind: 'process.stopping', signal: name })
    controller.abort(new Error(`stopped by ${name}`))
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  return controller
}

/** The process ends before this does when all goes well. */
async function endOverdue({ clock, trace, exit }: Process): Promise<void> {
  await clock.sleep(STOP_MS_MAX)
  trace.note('error', { kind: 'process.stop-overdue', afterMs: STOP_MS_MAX })
  exit(EXIT_FAILED)
}

/** What nobody caught is a bug: say so and end, whoever supervises the process starts it again. */
export function dieOfSurprises({ trace, exit }: Process): void {
  const die = (error: unknown) => {
    trace.note('error', { kind: 'process.died', error: describeError(error) })
    exit(EXIT_FAILED)
  }
  process.on('unhandledRejection', die)
  process.on('uncaughtException', die)
}

/** Runs services until all have ended; the exit code. */
export async function runServices(
  { services, close }: Running,
  controller: AbortController,
  trace: Trace,
): Promise<number> {
  const ends = services.map(({ name, service }) => runOne(name, service, controller, trace))
  const codes = await Promise.all(ends)
  await close()
  return Math.max(EXIT_DONE, ...codes)
}

async function runOne(
  name: string,
  service: Service,
  controller: AbortController,
  trace: Trace,
): Promise<number> {
  try {
    await service.run(controller.signal)
    trace.note('debug', { kind: 'process.service-ended', service: name })
    return EXIT_DONE
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) return EXIT_DONE
    trace.note('error', {
      kind: 'process.service-failed',
      service: name,
      error: describeError(error),
    })
    return EXIT_FAILED
  } finally {
    controller.abort(new Error(`${name} ended`))
  }
}

/** Message and causes in one line, each said once; the stack only where it is our own bug. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isBug = error.name === 'TypeError' || error.message.startsWith('Broken promise')
  return isBug ? (error.stack ?? error.message) : messagesOf(error)
}

function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = error.message || (error as NodeJS.ErrnoException).code || error.name
  if (error.cause === undefined) return said
  const cause = messagesOf(error.cause)
  return said.includes(cause) ? said : `${said} (${cause})`
}
