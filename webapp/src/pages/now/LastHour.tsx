/**
 * The last hour of a floor's power as a small line, with the usual band behind it. The same is on
 * the floor's page as a chart with a table, so here it is one picture with one sentence.
 *
 * The picture stands still for React: when the line has moved by what can be seen, its paths are
 * written. Of twelve floors one moves each second, and that is all there is to do for it.
 */
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Reading, ReadingPoint } from '../../api/types.ts'
import { useLiveWriting } from '../../app/LiveText.tsx'
import { useShownMoment } from '../../app/live-context.tsx'
import { useBand } from '../../app/use-band.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { useHistories } from '../../app/use-series.ts'
import { type Band, usualAt } from '../../lib/band.ts'
import { formatNumber } from '../../lib/format.ts'
import { factsOf, withLive } from '../../lib/series.ts'
import { HEIGHT, isSameSlot, type Spark, sparkOf, WIDTH } from '../../lib/spark.ts'
import type { LiveState } from '../../live/machine.ts'

const HOUR_SECONDS = 3_600
const STEP_SECONDS = 30
const REFRESH_SECONDS = 60
const ASKING = { rank: 'card', everySeconds: REFRESH_SECONDS } as const
const NONE: readonly Reading[] = []
const NO_HISTORY: readonly ReadingPoint[] = []
const PARTS = ['band', 'area', 'line'] as const satisfies readonly (keyof Spark)[]

export const LastHour = memo(function LastHour({ floor }: { readonly floor: number }) {
  const now = useShownMoment(REFRESH_SECONDS * 1000)
  const toSeconds = Math.ceil(now / 1000 / REFRESH_SECONDS) * REFRESH_SECONDS
  const fromSeconds = toSeconds - HOUR_SECONDS
  const hour = { fromSeconds, toSeconds, stepSeconds: STEP_SECONDS, isLive: true }
  const floors = useMemo(() => [floor], [floor])
  const { data } = useHistories(floors, 'kw', hour, ASKING)
  const history = data[0] ?? NO_HISTORY
  const band = useBand(floor, 'kw', toSeconds)
  return <Picture {...{ floor, history, band, fromSeconds, toSeconds }} />
})

interface PictureProps {
  readonly floor: number
  readonly history: readonly ReadingPoint[]
  readonly band: Band | undefined
  readonly fromSeconds: number
  readonly toSeconds: number
}

const Picture = memo(function Picture(props: PictureProps) {
  const label = useLabel()
  const host = useLiveWriting<SVGSVGElement>(usePicture(props, label))
  return (
    <div className="spark">
      <svg
        ref={host}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label(NO_HISTORY)}
      >
        {PARTS.map((part) => (
          <path key={part} className={`spark-${part}`} />
        ))}
      </svg>
    </div>
  )
})

/** Writes the picture into its element when it would look another way. */
function usePicture(props: PictureProps, label: ReturnType<typeof useLabel>) {
  const { floor, history, band, fromSeconds, toSeconds } = props
  return useMemo(() => {
    let drawn: readonly Reading[] | undefined
    return (element: SVGSVGElement, { samples }: LiveState) => {
      const live = samples.get(floor) ?? NONE
      if (drawn && isSameSlot(drawn, live)) return
      drawn = live
      const points = withLive(history, live, 'kw', STEP_SECONDS)
      const inside = points.filter(({ t }) => t >= fromSeconds)
      const usual = band && inside.map(({ t }) => usualAt(band, t))
      writePaths(element, sparkOf(inside, { fromSeconds, toSeconds }, usual))
      element.setAttribute('aria-label', label(inside))
    }
  }, [floor, history, band, fromSeconds, toSeconds, label])
}

function writePaths(element: SVGSVGElement, spark: Spark): void {
  for (const [at, part] of PARTS.entries()) element.children[at]?.setAttribute('d', spark[part])
}

function useLabel(): (points: readonly ReadingPoint[]) => string {
  const { t } = useTranslation()
  const language = useLanguage()
  return useMemo(() => {
    const write = (value: number) => formatNumber(value, language, 1)
    return (points) => {
      const facts = factsOf(points.map(({ mean }) => mean))
      if (!facts) return t('chart.nothing')
      return t('now.hour', { min: write(facts.min), max: write(facts.max) })
    }
  }, [t, language])
}
