/**
 * uPlot as a component: made anew only when its look changes; new data are handed over at most once
 * an animation frame.
 */
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Table } from '../lib/series.ts'
import { type ChartLook, type ChartMarks, chartOptions } from './chart-options.ts'

interface PlotProps {
  readonly look: ChartLook
  readonly table: Table
  readonly marks: ChartMarks
  readonly span: { readonly fromSeconds: number; readonly toSeconds: number }
  /** Which moment the keyboard is at. */
  readonly cursorAt: number | null
}

export function Plot({ look, table, marks, span, cursorAt }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const { fromSeconds, toSeconds } = span
  const latest = useRef({ table, span })
  const drawnMarks = useRef(marks)
  latest.current = { table, span }

  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = new uPlot(
      chartOptions(look, element.clientWidth, () => drawnMarks.current),
      dataOf(latest.current.table),
      element,
    )
    plot.current = made
    showSpan(made, latest.current.span)
    const resized = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: look.heightPx })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [look])

  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const { current } = plot
      if (!current) return
      drawnMarks.current = marks
      current.setData(dataOf(table), false)
      showSpan(current, { fromSeconds, toSeconds })
    })
    return () => cancelAnimationFrame(frame)
  }, [table, marks, fromSeconds, toSeconds])

  useEffect(() => {
    const made = plot.current
    const time = cursorAt === null ? undefined : table.times[cursorAt]
    if (!made || time === undefined) return
    made.setCursor({ left: made.valToPos(time, 'x'), top: look.heightPx / 3 }, false)
  }, [cursorAt, table, look])

  return <div ref={host} className="plot" style={{ height: look.heightPx }} aria-hidden="true" />
}

function showSpan(plot: uPlot, span: PlotProps['span']): void {
  plot.setScale('x', { min: span.fromSeconds, max: span.toSeconds })
}

function dataOf({ times, columns }: Table): uPlot.AlignedData {
  return [times, ...columns] as unknown as uPlot.AlignedData
}
