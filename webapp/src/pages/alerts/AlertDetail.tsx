/**
 * Why one alert was raised: in a sentence, in numbers, and as a chart around the moment.
 */
import { Button, CopyButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { alertQuery } from '../../api/queries.ts'
import type { Notification } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { useLiveClient } from '../../app/live-context.tsx'
import { markRead, useUnreadIds } from '../../app/read-here.ts'
import { useChoose, useLanguage } from '../../app/use-choices.ts'
import { useAlertsState } from '../../app/use-panel-state.ts'
import { documentKey, eventOf } from '../../lib/alerts.ts'
import { formatNumber, formatTime, utcOf } from '../../lib/format.ts'
import { METRIC_FACTS } from '../../lib/metrics.ts'
import { Icon } from '../../parts/Icon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { SeverityBadge } from '../../parts/Severity.tsx'
import { useSentence } from '../../parts/use-sentence.ts'
import { AlertChart } from './AlertChart.tsx'

export function AlertDetail(props: {
  readonly id: string
  readonly notification: Notification | undefined
}) {
  const { t } = useTranslation()
  const { notification } = props
  const client = useLiveClient()
  const state = useAlertsState(notification === undefined)
  return (
    <Panel
      title={t('alerts.why')}
      state={state}
      empty={t('alerts.gone')}
      actions={<CloseDetail />}
      onRetry={client.retry}
      heightPx={320}
    >
      {notification && <Detail one={notification} />}
    </Panel>
  )
}

function CloseDetail() {
  const { t } = useTranslation()
  const choose = useChoose()
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t('action.close')}
      onClick={() => choose({ alert: undefined })}
    >
      <Icon name="cross" />
    </button>
  )
}

function Detail({ one }: { readonly one: Notification }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const sentence = useSentence()
  const facts = useFacts(one)
  return (
    <div className="detail">
      <p className="detail-sentence">
        <SeverityBadge severity={one.severity} /> <strong>{sentence(one)}</strong>
      </p>
      <dl className="facts">
        <div>
          <dt>{t('word.time')}</dt>
          <dd title={utcOf(one.timestamp_ms)}>
            {formatTime(one.timestamp_ms, language, 'moment')}
          </dd>
        </div>
        {facts.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <AlertChart one={one} />
      <DetailActions one={one} />
    </div>
  )
}

/** Value against limit; for a pattern also what is usual there, from the stored document. */
function useFacts(one: Notification): readonly { readonly name: string; readonly text: string }[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const alert = useQuery(alertQuery(documentKey(one))).data ?? undefined
  const event = eventOf(alert, one)
  const { unit, digits } = METRIC_FACTS[one.metric]
  const write = (value: number) => `${formatNumber(value, language, digits)} ${unit}`
  const share = one.threshold > 0 ? (one.value / one.threshold - 1) * 100 : 0
  const facts = [
    { name: t('fact.value'), text: write(one.value) },
    { name: t('fact.threshold'), text: write(one.threshold) },
    { name: t('fact.over'), text: `${formatNumber(share, language, 0)} %` },
  ]
  if (!event || !('zscore' in event)) return facts
  const { mu, sigma, zscore, fascia_weekday, fascia_slot } = event
  const usual = `${write(mu)} ± ${formatNumber(sigma, language, digits)}`
  const slot = t('fact.slotText', {
    day: t(`weekday.${weekdayName(fascia_weekday)}`),
    time: slotTime(fascia_slot),
  })
  return [
    ...facts.slice(0, 2),
    { name: t('fact.usual'), text: usual },
    { name: t('fact.zscore'), text: formatNumber(zscore, language, 1) },
    { name: t('fact.slot'), text: slot },
  ]
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

function weekdayName(weekday: number): (typeof WEEKDAYS)[number] {
  return WEEKDAYS[weekday] ?? 'mon'
}

function slotTime(slot: number): string {
  const hour = String(Math.floor(slot / 2)).padStart(2, '0')
  return `${hour}:${slot % 2 === 0 ? '00' : '30'}`
}

function DetailActions({ one }: { readonly one: Notification }) {
  const { t } = useTranslation()
  const client = useLiveClient()
  const unread = useUnreadIds()
  return (
    <div className="detail-actions">
      {unread.has(one.id) && (
        <Button
          size="sm"
          leftSection={<Icon name="check" size={16} />}
          onClick={() => void markRead(client, [one.id]).catch(() => {})}
        >
          {t('action.markRead')}
        </Button>
      )}
      <CopyButton value={location.href}>
        {({ copied, copy }) => (
          <Button
            size="sm"
            variant="light"
            leftSection={<Icon name="link" size={16} />}
            onClick={copy}
          >
            {t(copied ? 'action.copied' : 'action.copyLink')}
          </Button>
        )}
      </CopyButton>
      <AppLink to={`/floor/${one.floor}`}>{t('alerts.toFloor', { floor: one.floor })}</AppLink>
    </div>
  )
}
