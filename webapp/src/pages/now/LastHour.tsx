/**
 * The last hour of a floor's power as a small line, with the usual band behind it. The same is on
 * the floor's page as a chart with a table, so here it is one picture with one sentence.
 */
import { useQuery } from '@tanstack/react-query'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../../api/queries.ts'
import type { Reading } from '../../api/types.ts'
import { useLiveSame, useNow } from '../../app/live-context.tsx'
import { useBand } from '../../app/use-band.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { useAsked } from '../../app/use-series.ts'
import { usualAt } from '../../lib/band.ts'
import { formatNumber } from '../../lib/format.ts'
import { factsOf, withLive } from '../../lib/series.ts'
import { HEIGHT, isSameSlot, sparkOf, WIDTH } from '../../lib/spark.ts'

const HOUR_SECONDS = 3_600
const STEP_SECONDS = 30
const REFRESH_SECONDS = 60
const NONE: readonly Reading[] = []

export const LastHour = memo(function LastHour({ floor }: { readonly floor: number }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow(REFRESH_SECONDS * 1000)
  const samples = useLiveSame((state) => state.samples.get(floor) ?? NONE, isSameSlot)
  const toSeconds = Math.ceil(now / 1000 / REFRESH_SECONDS) * REFRESH_SECONDS
  const fromSeconds = toSeconds - HOUR_SECONDS
  const hour = { fromSeconds, toSeconds, stepSeconds: STEP_SECONDS, isLive: true }
  const stretch = useAsked([floor], hour, REFRESH_SECONDS)
  const history = useQuery(historyQuery(floor, 'kw', stretch, 'card')).data
  const band = useBand(floor, 'kw', toSeconds)
  const spark = useMemo(() => {
    const points = withLive(history ?? [], samples, 'kw', STEP_SECONDS)
    const inside = points.filter(({ t: time }) => time >= fromSeconds)
    const usual = band && inside.map(({ t: time }) => usualAt(band, time))
    return { ...sparkOf(inside, { fromSeconds, toSeconds }, usual), inside }
  }, [history, samples, band, fromSeconds, toSeconds])
  const facts = factsOf(spark.inside.map(({ mean }) => mean))
  const write = (value: number) => formatNumber(value, language, 1)
  const label = facts
    ? t('now.hour', { min: write(facts.min), max: write(facts.max) })
    : t('chart.nothing')
  return (
    <div className="spark">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <path className="spark-band" d={spark.band} />
        <path className="spark-area" d={spark.area} />
        <path className="spark-line" d={spark.line} />
      </svg>
    </div>
  )
})
