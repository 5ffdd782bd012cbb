/**
 * Energy since midnight of the place where the page is read: what the stored readings add up to.
 * Where nobody can say, nothing is claimed.
 */
import { useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../../api/queries.ts'
import { useShownMoment } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'

const REFRESH_SECONDS = 300
const STEP_SECONDS = 1_800

export const EnergyToday = memo(function EnergyToday({ floor }: { readonly floor: number }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useShownMoment(REFRESH_SECONDS * 1000)
  const midnight = new Date(now).setHours(0, 0, 0, 0) / 1000
  const stretch = {
    fromSeconds: midnight,
    toSeconds: Math.ceil(now / 1000 / REFRESH_SECONDS) * REFRESH_SECONDS,
    stepSeconds: STEP_SECONDS,
  }
  const { data } = useQuery(historyQuery(floor, 'delta_kwh', stretch, 'card'))
  const known = data?.filter(({ t: time }) => time >= midnight) ?? []
  const kwh = known.reduce((sum, { mean, count }) => sum + mean * count, 0)
  const isKnown = known.length > 0
  return (
    <span>{t('now.energyToday', { kwh: isKnown ? formatNumber(kwh, language, 2) : '–' })}</span>
  )
})
