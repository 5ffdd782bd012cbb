/**
 * What is wrong right now, the worst first; each leads to why.
 */
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

export function ActiveAlerts({ active }: { readonly active: readonly Notification[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const client = useLiveClient()
  const now = useNow(5_000)
  const sentence = useSentence()
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
          <li key={one.id}>
            <AppLink to="/alerts" change={{ alert: one.id }}>
              <SeverityBadge severity={one.severity} />
              <span>{sentence(one)}</span>
              <time className="soft" title={utcOf(one.timestamp_ms)}>
                {t('word.ago', { age: formatAge((now - one.timestamp_ms) / 1000, language) })}
              </time>
            </AppLink>
          </li>
        ))}
      </ul>
      {active.length > SHOWN_MAX && (
        <AppLink to="/alerts">{t('now.more', { count: active.length - SHOWN_MAX })}</AppLink>
      )}
    </Panel>
  )
}
