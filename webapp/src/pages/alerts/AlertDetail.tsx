/**
 * Why one alert was raised: in a sentence, in numbers, and as a chart around the moment.
 */
import { Button, CopyButton } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Notification } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { useLiveClient } from '../../app/live-context.tsx'
import { markRead, useUnreadIds } from '../../app/read-here.ts'
import { linkSearch } from '../../app/search.ts'
import { useChoices, useChoose, useLanguage } from '../../app/use-choices.ts'
import { useAlertsState } from '../../app/use-panel-state.ts'
import { wordsOf } from '../../lib/evidence.ts'
import { formatTime, utcOf } from '../../lib/format.ts'
import { Icon } from '../../parts/Icon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { SeverityBadge } from '../../parts/Severity.tsx'
import { useSentence } from '../../parts/use-sentence.ts'
import { AlertChart } from './AlertChart.tsx'
import { useAlertEvent, useAlertFacts } from './use-alert-event.ts'

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
  const facts = useAlertFacts(one)
  const event = useAlertEvent(one)
  const words = event && 'evidence' in event ? wordsOf(event, language) : undefined
  return (
    <div className="detail">
      <p className="detail-sentence">
        <SeverityBadge severity={one.severity} /> <strong>{sentence(one)}</strong>
      </p>
      {words !== undefined && <p data-words>{words}</p>}
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

/** Without the filters that were chosen here: they may hide the alert from whoever follows it. */
function useLinkTo({ id }: Notification): string {
  const search = linkSearch(useChoices(), { alert: id })
  return location.origin + useRouter().buildLocation({ to: '/alerts', search }).href
}

function DetailActions({ one }: { readonly one: Notification }) {
  const { t } = useTranslation()
  const client = useLiveClient()
  const unread = useUnreadIds()
  const link = useLinkTo(one)
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
      <CopyButton value={link}>
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
