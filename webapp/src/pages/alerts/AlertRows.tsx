/**
 * The list itself, in pages: a burst of a thousand alerts leaves it usable.
 */
import { Pagination } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Notification } from '../../api/types.ts'
import { useChoices, useChoose, useLanguage } from '../../app/use-choices.ts'
import { pageOfAlerts } from '../../lib/alerts.ts'
import { formatTime, utcOf } from '../../lib/format.ts'
import { SeverityBadge } from '../../parts/Severity.tsx'
import { useSentence } from '../../parts/use-sentence.ts'

export function AlertRows(props: {
  readonly rows: readonly Notification[]
  readonly unread: ReadonlySet<string>
  readonly chosenId: string | undefined
}) {
  const { rows, unread, chosenId } = props
  const { t } = useTranslation()
  const choose = useChoose()
  const { page, pages, shown } = pageOfAlerts(rows, { page: useChoices().page, chosenId })
  return (
    <>
      <ul className="alert-rows">
        {shown.map((one) => (
          <AlertRow
            key={one.id}
            one={one}
            isUnread={unread.has(one.id)}
            isChosen={one.id === chosenId}
          />
        ))}
      </ul>
      {pages > 1 && (
        <nav className="pager" aria-label={t('now.pages')}>
          <Pagination
            size="sm"
            total={pages}
            value={page}
            getItemProps={(number) => ({ 'aria-label': t('now.page', { number }) })}
            getControlProps={(control) => ({ 'aria-label': t(`pager.${control}`) })}
            onChange={(number) => choose({ page: number })}
          />
        </nav>
      )}
    </>
  )
}

const AlertRow = memo(function AlertRow(props: {
  readonly one: Notification
  readonly isUnread: boolean
  readonly isChosen: boolean
}) {
  const { one, isUnread, isChosen } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const sentence = useSentence()
  const choose = useChoose()
  return (
    <li className={isUnread ? 'unread' : undefined} data-alert={one.id}>
      <button
        type="button"
        aria-current={isChosen}
        onClick={() => choose({ alert: isChosen ? undefined : one.id })}
      >
        <SeverityBadge severity={one.severity} />
        <span className="alert-text">
          {isUnread && <span className="unread-word">{t('alerts.unread')}</span>}
          {sentence(one)}
        </span>
        <time className="soft" title={utcOf(one.timestamp_ms)}>
          {formatTime(one.timestamp_ms, language, 'moment')}
        </time>
      </button>
    </li>
  )
})
