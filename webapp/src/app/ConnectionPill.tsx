/**
 * Whether what is on the page is the present: live, late, paused, or cut off.
 */
import { useTranslation } from 'react-i18next'
import { formatAge } from '../lib/format.ts'
import { useConnection, useLiveClient } from './live-context.tsx'
import { useLanguage } from './use-choices.ts'

const TONES = {
  connecting: 'tone-info',
  live: 'tone-good',
  paused: 'tone-info',
  delayed: 'tone-warning',
  offline: 'tone-high',
} as const

export function ConnectionPill() {
  const { t } = useTranslation()
  const language = useLanguage()
  const connection = useConnection()
  const client = useLiveClient()
  const age = 'ageSeconds' in connection ? formatAge(connection.ageSeconds, language) : ''
  return (
    <button
      type="button"
      className={`pill connection ${TONES[connection.kind]}`}
      data-connection={connection.kind}
      title={t(`connection.${connection.kind}Why`)}
      onClick={client.retry}
    >
      <i className="dot" />
      {t(`connection.${connection.kind}`, { age })}
    </button>
  )
}
