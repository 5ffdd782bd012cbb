/**
 * A surface with a title that is always in one of its states, each designed: a skeleton of the
 * final size, a sentence why there is nothing, what broke and what can be done, how old it is, what
 * is needed to see it.
 */
import { Button, Skeleton } from '@mantine/core'
import { type ReactNode, useCallback, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../api/http.ts'
import { AgeText } from '../app/AgeText.tsx'
import { useSilentSince } from '../app/live-context.tsx'
import type { PanelState, StaleSince } from '../lib/panel-state.ts'
import { Icon } from './Icon.tsx'

interface PanelProps {
  readonly title: string
  readonly state: PanelState
  /** Why it is empty, and what to do about it. */
  readonly empty?: ReactNode
  readonly denied?: ReactNode
  readonly onRetry?: () => void
  readonly actions?: ReactNode
  readonly heightPx?: number
  readonly children: ReactNode
}

type PanelBodyProps = Omit<PanelProps, 'title' | 'actions'>

export function Panel(props: PanelProps) {
  const { title, state, actions, heightPx = 120 } = props
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id} data-state={state.kind}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {state.kind === 'stale' && <StalePill sinceMs={state.sinceMs} />}
        <div className="panel-actions">{actions}</div>
      </header>
      <div className="panel-body" style={{ minHeight: heightPx }}>
        <PanelBody {...props} heightPx={heightPx} />
      </div>
    </section>
  )
}

/** Also by itself, for a part of a panel that is asked for apart. */
export function PanelBody({ state, empty, denied, onRetry, heightPx, children }: PanelBodyProps) {
  const { t } = useTranslation()
  switch (state.kind) {
    case 'loading':
      return (
        <div className="late" role="status">
          <span className="visually-hidden">{t('state.loading')}</span>
          <Skeleton height={heightPx ?? 120} radius="md" />
        </div>
      )
    case 'empty':
      return <div className="blank">{empty ?? t('state.empty')}</div>
    case 'denied':
      return (
        <div className="blank">
          {denied ?? t('state.denied')}
          <Retry onRetry={onRetry} />
        </div>
      )
    case 'error':
      return <PanelError failure={state.failure} onRetry={onRetry} />
    default:
      return children
  }
}

function PanelError(props: { failure: Failure; onRetry: (() => void) | undefined }) {
  const { t } = useTranslation()
  const { failure, onRetry } = props
  return (
    <div className="blank" role="alert">
      <span className="tone-high">
        <Icon name="alert" />
      </span>
      <p>
        <strong>{t(`failure.${failure.kind}`)}</strong>
        {failure.kind === 'refused' && failure.detail && <> {failure.detail}</>}
      </p>
      <p className="soft">{t('failure.others')}</p>
      <Retry onRetry={onRetry} />
    </div>
  )
}

function Retry({ onRetry }: { readonly onRetry: (() => void) | undefined }) {
  const { t } = useTranslation()
  if (!onRetry) return null
  return (
    <Button variant="light" size="sm" onClick={onRetry}>
      {t('action.retry')}
    </Button>
  )
}

/** Only the pill grows old by the second: the panel stands still. */
export function StalePill({ sinceMs }: { readonly sinceMs: StaleSince }) {
  const { t } = useTranslation()
  const silentSinceMs = useSilentSince()
  const text = useCallback((age: string) => t('state.stale', { age }), [t])
  return (
    <span className="pill tone-warning">
      <AgeText sinceMs={sinceMs === 'connection' ? silentSinceMs : sinceMs} text={text} />
    </span>
  )
}
