/**
 * uPlot as a component: made anew only when its look changes, drawn again when its data do. A chart
 * that is scrolled out of sight is not drawn; when it comes into sight it shows the newest at once.
 */
import { useEffect, useLayoutEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Table } from '../lib/series.ts'
import { type ChartLook, type ChartMarks, chartOptions } from './chart-options.ts'

interface Drawn {
  readonly table: Table
  readonly marks: ChartMarks
  readonly span: { readonly fromSeconds: number; readonly toSeconds: number }
}

interface PlotProps extends Drawn {
  readonly look: ChartLook
  /** Which moment the keyboard is at. */
  readonly cursorAt: number | null
}

export function Plot({ look, table, marks, span, cursorAt }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<SeenPlot | null>(null)
  const { fromSeconds, toSeconds } = span
  const latest = useRef<Drawn>({ table, marks, span })

  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = new SeenPlot(element, look, latest.current)
    plot.current = made
    return () => {
      made.destroy()
      plot.current = null
    }
  }, [look])

  /** In the frame in which the texts beside it change. */
  useLayoutEffect(() => {
    latest.current = { table, marks, span: { fromSeconds, toSeconds } }
    plot.current?.show(latest.current)
  }, [table, marks, fromSeconds, toSeconds])

  useEffect(() => {
    const time = cursorAt === null ? undefined : table.times[cursorAt]
    if (time !== undefined) plot.current?.moveCursor(time, look.heightPx / 3)
  }, [cursorAt, table, look])

  return <div ref={host} className="plot" style={{ height: look.heightPx }} aria-hidden="true" />
}

class SeenPlot {
  private readonly chart: uPlot
  private readonly seen: IntersectionObserver
  private readonly resized: ResizeObserver
  private drawn: Drawn
  private latest: Drawn
  private isSeen = true

  constructor(element: HTMLElement, look: ChartLook, first: Drawn) {
    this.drawn = first
    this.latest = first
    const options = chartOptions(look, element.clientWidth, () => this.drawn.marks)
    this.chart = new uPlot(options, dataOf(first.table), element)
    this.showSpan()
    this.resized = new ResizeObserver(() => {
      this.chart.setSize({ width: element.clientWidth, height: look.heightPx })
    })
    this.resized.observe(element)
    this.seen = new IntersectionObserver((entries) => {
      this.isSeen = entries.at(-1)?.isIntersecting ?? true
      this.draw()
    })
    this.seen.observe(element)
  }

  show(latest: Drawn): void {
    this.latest = latest
    this.draw()
  }

  moveCursor(time: number, top: number): void {
    this.chart.setCursor({ left: this.chart.valToPos(time, 'x'), top }, false)
  }

  destroy(): void {
    this.seen.disconnect()
    this.resized.disconnect()
    this.chart.destroy()
  }

  private draw(): void {
    if (!this.isSeen || this.drawn === this.latest) return
    /** Of more or fewer lines: that is for the chart that is about to come in place of this one. */
    if (this.latest.table.columns.length !== this.chart.series.length - 1) return
    this.drawn = this.latest
    this.chart.setData(dataOf(this.drawn.table), false)
    this.showSpan()
  }

  private showSpan(): void {
    const { fromSeconds, toSeconds } = this.drawn.span
    this.chart.setScale('x', { min: fromSeconds, max: toSeconds })
  }
}

function dataOf({ times, columns }: Table): uPlot.AlignedData {
  return [times, ...columns] as unknown as uPlot.AlignedData
}
