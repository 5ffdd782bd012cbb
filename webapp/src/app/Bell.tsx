/**
 * The bell: how many alerts nobody has read, the latest of them, and one button to have read them
 * all.
 */
import { Button, Popover } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatTime, utcOf } from '../lib/format.ts'
import { Icon } from '../parts/Icon.tsx'
import { SeverityBadge } from '../parts/Severity.tsx'
import { useSentence } from '../parts/use-sentence.ts'
import { AppLink } from './AppLink.tsx'
import { useLive, useLiveClient } from './live-context.tsx'
import { markAllRead, useReadElsewhere, useUnreadIds } from './read-here.ts'
import { useLanguage } from './use-choices.ts'

const LATEST_MAX = 8
const COUNT_SHOWN_MAX = 999

export function Bell() {
  const { t } = useTranslation()
  useReadElsewhere(useLiveClient())
  const unread = useLive((state) => state.unread)
  const [isOpen, setOpen] = useState(false)
  const count = unread > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : String(unread)
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width="min(25rem, 94vw)"
      trapFocus
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <button
          type="button"
          className="icon-button bell"
          aria-label={t('bell.label', { count: unread })}
          aria-expanded={isOpen}
          data-unread={unread}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="bell" />
          {unread > 0 && <span className="bell-count">{count}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <BellList close={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function BellList({ close }: { readonly close: () => void }) {
  const { t } = useTranslation()
  const client = useLiveClient()
  const notifications = useLive((state) => state.notifications)
  const unread = useUnreadIds()
  const latest = notifications.slice(-LATEST_MAX).reverse()
  return (
    <div className="bell-list">
      <div className="bell-head">
        <strong>{t('bell.title')}</strong>
        <Button
          size="xs"
          variant="subtle"
          disabled={unread.size === 0}
          onClick={() => void markAllRead(client).catch(() => {})}
        >
          {t('action.markAllRead')}
        </Button>
      </div>
      {latest.length === 0 && <p className="soft pad">{t('alerts.empty')}</p>}
      <ul>
        {latest.map((one) => (
          <BellRow key={one.id} id={one.id} isUnread={unread.has(one.id)} close={close} />
        ))}
      </ul>
      <AppLink className="bell-all" to="/alerts" onClick={close}>
        {t('bell.all')}
      </AppLink>
    </div>
  )
}

function BellRow(props: { id: string; isUnread: boolean; close: () => void }) {
  const one = useLive((state) => state.notifications.find(({ id }) => id === props.id))
  const sentence = useSentence()
  const language = useLanguage()
  if (!one) return null
  return (
    <li className={props.isUnread ? 'unread' : undefined}>
      <AppLink to="/alerts" change={{ alert: one.id }} onClick={props.close}>
        <SeverityBadge severity={one.severity} />
        <span>{sentence(one)}</span>
        <time className="soft" title={utcOf(one.timestamp_ms)}>
          {formatTime(one.timestamp_ms, language, 'moment')}
        </time>
      </AppLink>
    </li>
  )
}
