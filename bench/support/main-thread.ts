/**
 * What a page costs the main thread of its browser, by the clock of that thread: a machine that is
 * busy with something else makes a page slow to answer, but gives its thread no more work to do.
 * Only the count of long tasks goes by the wall clock, since that is how the browser defines them.
 */
import type { CDPSession, Page } from 'playwright-core'
import { type LongTask, longestOf, type TraceEvent } from './trace-events.ts'

/** Times in milliseconds. */
export interface Spent {
  readonly task: number
  readonly script: number
  /** Style and layout. */
  readonly layout: number
  /** How often something was laid out: once for each drawing. */
  readonly drawings: number
}

export class MainThread {
  private readonly page: Page
  private readonly session: CDPSession
  private readonly tracing: CDPSession

  private constructor(page: Page, session: CDPSession, tracing: CDPSession) {
    this.page = page
    this.session = session
    this.tracing = tracing
  }

  static async of(page: Page): Promise<MainThread> {
    const browser = page.context().browser()
    if (!browser) throw new Error('the page has no browser')
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.evaluate(OBSERVE_LONG_TASKS)
    return new MainThread(page, session, await browser.newBrowserCDPSession())
  }

  /** What the thread spent while `work` went on. */
  async during(work: () => Promise<unknown>): Promise<Spent> {
    const before = await this.spent()
    await work()
    const after = await this.spent()
    return {
      task: after.task - before.task,
      script: after.script - before.script,
      layout: after.layout - before.layout,
      drawings: after.drawings - before.drawings,
    }
  }

  /** The longest single task, by the clock of the thread and by the wall. */
  async longestDuring(work: () => Promise<unknown>): Promise<LongTask> {
    const events: TraceEvent[] = []
    const collect = ({ value }: { value: object[] }) => {
      for (const event of value) events.push(event as TraceEvent)
    }
    this.tracing.on('Tracing.dataCollected', collect)
    const traceConfig = { includedCategories: ['toplevel'], excludedCategories: ['*'] }
    await this.tracing.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
    await work()
    const done = new Promise<void>((resolve) => {
      this.tracing.once('Tracing.tracingComplete', () => resolve())
    })
    await this.tracing.send('Tracing.end')
    await done
    this.tracing.off('Tracing.dataCollected', collect)
    return longestOf(events)
  }

  /** How many tasks were long by the browser's own rule, since the page was given to us. */
  async longTasks(): Promise<readonly number[]> {
    return (await this.page.evaluate('globalThis.longTasks')) as readonly number[]
  }

  private async spent(): Promise<Spent> {
    const { metrics } = await this.session.send('Performance.getMetrics')
    const value = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0
    const ms = (name: string) => value(name) * 1_000
    return {
      task: ms('TaskDuration'),
      script: ms('ScriptDuration'),
      layout: ms('LayoutDuration') + ms('RecalcStyleDuration'),
      drawings: value('LayoutCount'),
    }
  }
}

const OBSERVE_LONG_TASKS = `
  globalThis.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration)
  }).observe({ type: 'longtask' })
`
