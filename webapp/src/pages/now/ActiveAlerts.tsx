/**
 * What is wrong right now, the worst first; each leads to why.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Notification } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { useLiveClient, useNow } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { useAlertsState } from '../../app/use-panel-state.ts'
import { formatAge, utcOf } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { SeverityBadge } from '../../parts/Severity.tsx'
import { useSentence } from '../../parts/use-sentence.ts'

const SHOWN_MAX = 5
const AGE_LOOK_MS = 5_000

export function ActiveAlerts({ active }: { readonly active: readonly Notification[] }) {
  const { t } = useTranslation()
  const client = useLiveClient()
  const state = useAlertsState(active.length === 0)
  return (
    <Panel
      title={t('now.active')}
      state={state}
      empty={t('now.noneActive')}
      onRetry={client.retry}
      heightPx={110}
    >
      <ul className="alert-list">
        {active.slice(0, SHOWN_MAX).map((one) => (
          <ActiveAlert key={one.id} alert={one} />
        ))}
      </ul>
      {active.length > SHOWN_MAX && (
        <AppLink to="/alerts">{t('now.more', { count: active.length - SHOWN_MAX })}</AppLink>
      )}
    </Panel>
  )
}

const ActiveAlert = memo(function ActiveAlert({ alert }: { readonly alert: Notification }) {
  const sentence = useSentence()
  return (
    <li>
      <AppLink to="/alerts" change={{ alert: alert.id }}>
        <SeverityBadge severity={alert.severity} />
        <span>{sentence(alert)}</span>
        <Ago timeMs={alert.timestamp_ms} />
      </AppLink>
    </li>
  )
})

/** Only this grows old. */
function Ago({ timeMs }: { readonly timeMs: number }) {
  const { t } = useTranslation()
  const age = formatAge((useNow(AGE_LOOK_MS) - timeMs) / 1000, useLanguage())
  return (
    <time className="soft" title={utcOf(timeMs)}>
      <span>{t('word.ago', { age })}</span>
    </time>
  )
}
