/**
 * Keeps the file of the thresholds the same as the store's. What a person wrote and we cannot read
 * is left as it is: it is said, and nothing is written until the file was mended or taken away.
 */
import type { Thresholds } from '../model/thresholds.ts'
import type { ThresholdsFile } from '../ports/thresholds-file.ts'
import type { Trace } from '../ports/trace.ts'

export class ThresholdsCopy {
  private readonly file: ThresholdsFile
  private readonly trace: Trace
  /** What the file holds, once we have written it or found it so. */
  private heldText: string | undefined
  private lastReason: string | undefined
  private writing: Promise<void> = Promise.resolve()

  constructor(file: ThresholdsFile, trace: Trace) {
    this.file = file
    this.trace = trace
  }

  /** What stands in the file; undefined when there is none, or none that can be read. */
  async read(): Promise<Thresholds | undefined> {
    const content = await this.file.read()
    if (content.kind === 'broken') this.warn('thresholds.file-broken', content.reason)
    return content.kind === 'found' ? content.thresholds : undefined
  }

  /** One after another, so that the last one asked for is the one that stays. Never rejects. */
  keep(thresholds: Thresholds): Promise<void> {
    this.writing = this.writing.then(() => this.write(thresholds))
    return this.writing
  }

  private async write(thresholds: Thresholds): Promise<void> {
    const text = JSON.stringify(thresholds)
    if (text === this.heldText) return
    const content = await this.file.read()
    if (content.kind === 'broken') {
      this.warn('thresholds.file-broken', content.reason)
      return
    }
    const isSame = content.kind === 'found' && JSON.stringify(content.thresholds) === text
    if (isSame || (await this.tryWrite(thresholds))) this.heldText = text
  }

  private async tryWrite(thresholds: Thresholds): Promise<boolean> {
    try {
      await this.file.write(thresholds)
      this.lastReason = undefined
      this.trace.note('info', { kind: 'thresholds.file-written' })
      return true
    } catch (error) {
      this.warn('thresholds.file-unwritten', String(error))
      return false
    }
  }

  /** Once for each reason: it is tried again every few seconds. */
  private warn(kind: string, reason: string): void {
    if (reason === this.lastReason) return
    this.lastReason = reason
    this.trace.note('warn', { kind, reason })
  }
}
