/**
 * Tasks of a page's main thread out of a trace of Chromium. Which thread that is, is not written
 * beside each event: it is the renderer's main thread that had most to do.
 */
export interface TraceEvent {
  readonly name: string
  /** `X`: with a duration. `M`: says what something is called. */
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds by the wall. */
  readonly dur?: number
  /** Microseconds by the clock of the thread. */
  readonly tdur?: number
  readonly args?: { readonly name?: unknown }
}

/** In milliseconds. */
export interface LongTask {
  readonly threadMs: number
  readonly wallMs: number
}

const TASK = 'ThreadControllerImpl::RunTask'
const MAIN = 'CrRendererMain'
const MICROSECONDS = 1_000

export function longestOf(events: readonly TraceEvent[]): LongTask {
  const tasks = tasksOfPage(events)
  const longest = (of: (task: TraceEvent) => number | undefined) =>
    tasks.reduce((most, task) => Math.max(most, of(task) ?? 0), 0) / MICROSECONDS
  return { threadMs: longest(({ tdur }) => tdur), wallMs: longest(({ dur }) => dur) }
}

function tasksOfPage(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const mains = events.filter(
    ({ name, ph, args }) => ph === 'M' && name === 'thread_name' && args?.name === MAIN,
  )
  const lists = mains.map((main) =>
    events.filter(
      ({ name, ph, pid, tid }) =>
        name === TASK && ph === 'X' && pid === main.pid && tid === main.tid,
    ),
  )
  const work = (list: readonly TraceEvent[]) => list.reduce((sum, one) => sum + (one.tdur ?? 0), 0)
  return lists.reduce<readonly TraceEvent[]>((a, b) => (work(b) > work(a) ? b : a), [])
}
