/**
 * Whether what is on the page is the present: live, late, paused, or cut off.
 */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { AgeText } from './AgeText.tsx'
import { useConnection, useLiveClient, useSilentSince } from './live-context.tsx'

const TONES = {
  connecting: 'tone-info',
  live: 'tone-good',
  paused: 'tone-info',
  delayed: 'tone-warning',
  offline: 'tone-high',
} as const

export function ConnectionPill() {
  const { t } = useTranslation()
  const connection = useConnection()
  const client = useLiveClient()
  return (
    <button
      type="button"
      className={`pill connection ${TONES[connection]}`}
      data-connection={connection}
      title={t(`connection.${connection}Why`)}
      onClick={client.retry}
    >
      <i className="dot" />
      {connection === 'delayed' || connection === 'offline' ? (
        <Aged connection={connection} />
      ) : (
        t(`connection.${connection}`)
      )}
    </button>
  )
}

function Aged({ connection }: { readonly connection: 'delayed' | 'offline' }) {
  const { t } = useTranslation()
  const text = useCallback((age: string) => t(`connection.${connection}`, { age }), [t, connection])
  return <AgeText sinceMs={useSilentSince()} text={text} />
}
