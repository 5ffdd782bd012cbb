/**
 * Alerts: all notifications, unread first, and for the chosen one why it was raised. Which one is
 * chosen stands in the URL, so that a link to it can be sent.
 */
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive, useLiveClient } from '../../app/live-context.tsx'
import { markAllRead, useUnreadIds } from '../../app/read-here.ts'
import { useChoices } from '../../app/use-choices.ts'
import { useAlertsState } from '../../app/use-panel-state.ts'
import { selectAlerts } from '../../lib/alerts.ts'
import { Panel } from '../../parts/Panel.tsx'
import { AlertDetail } from './AlertDetail.tsx'
import { AlertFilters } from './AlertFilters.tsx'
import { AlertRows } from './AlertRows.tsx'

export function AlertsPage() {
  const { t } = useTranslation()
  const choices = useChoices()
  const notifications = useLive((state) => state.notifications)
  const client = useLiveClient()
  const unread = useUnreadIds()
  const { floor, severity, show, alertMetric: metric, alert } = choices
  const rows = useMemo(
    () =>
      selectAlerts(notifications, unread, {
        floor,
        severity,
        metric,
        isUnreadOnly: show === 'unread',
      }),
    [notifications, unread, floor, severity, metric, show],
  )
  const chosen = notifications.find(({ id }) => id === alert)
  const state = useAlertsState(rows.length === 0)
  const isFiltered = notifications.length > 0
  return (
    <div className={alert === undefined ? 'page alerts' : 'page alerts with-detail'}>
      <h1 className="visually-hidden">{t('nav.alerts')}</h1>
      <Panel
        title={t('alerts.title', { count: rows.length })}
        state={state}
        empty={t(isFiltered ? 'alerts.noneFound' : 'alerts.empty')}
        actions={<MarkAll hasUnread={unread.size > 0} />}
        onRetry={client.retry}
        heightPx={240}
      >
        <AlertRows rows={rows} unread={unread} chosenId={alert} />
      </Panel>
      <AlertFilters />
      {alert !== undefined && <AlertDetail id={alert} notification={chosen} />}
    </div>
  )
}

function MarkAll({ hasUnread }: { readonly hasUnread: boolean }) {
  const { t } = useTranslation()
  const client = useLiveClient()
  const [hasFailed, setFailed] = useState(false)
  const mark = () =>
    markAllRead(client).then(
      () => setFailed(false),
      () => setFailed(true),
    )
  return (
    <>
      {hasFailed && (
        <span className="tone-high" role="alert">
          {t('failure.notSaved')}
        </span>
      )}
      <Button size="xs" variant="light" disabled={!hasUnread} onClick={() => void mark()}>
        {t('action.markAllRead')}
      </Button>
    </>
  )
}
