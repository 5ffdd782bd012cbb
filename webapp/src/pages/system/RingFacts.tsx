/**
 * The store in a few numbers, a change that is under way, and what a person should know or do.
 */
import { Button, Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RingInfo } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatBytes, formatNumber } from '../../lib/format.ts'
import { type Moving, movingOf } from '../../lib/system.ts'
import { Icon } from '../../parts/Icon.tsx'
import { RingTrouble } from './RingTrouble.tsx'
import { useRingChange } from './use-ring-change.ts'

export function RingFacts({ info }: { readonly info: RingInfo }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const facts = [
    [t('system.shards'), info.total_nodes],
    [t('system.copies'), info.replication_factor],
    [t('system.partitions'), info.partitions],
    [t('system.virtualNodes'), info.total_virtual_nodes],
  ] as const
  const moving = movingOf(info)
  return (
    <div className="stack">
      {info.reachable !== undefined && (
        <p>
          <span className={`pill ${info.reachable ? 'tone-good' : 'tone-high'}`}>
            <Icon name={info.reachable ? 'check' : 'alert'} size={14} />
            {t(info.reachable ? 'system.reachable' : 'system.unreachable')}
          </span>
        </p>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === undefined ? '–' : formatNumber(value, language, 0)}</dd>
          </div>
        ))}
      </dl>
      {moving && <MovingFacts {...moving} />}
      {info.problems?.map((problem) => (
        <p key={problem} className="tone-warning">
          {problem}
        </p>
      ))}
    </div>
  )
}

function MovingFacts({ done, total, part, rows, bytes, waitingFor }: Moving) {
  const { t } = useTranslation()
  const language = useLanguage()
  const ring = useRingChange()
  const text = t('system.moving', { done, total })
  return (
    <div data-moving={waitingFor === undefined ? 'on' : 'waits'}>
      <p role="status">{text}</p>
      <Progress value={part * 100} aria-label={text} />
      {rows !== undefined && (
        <p className="soft">
          {t('system.carried', {
            rows: formatNumber(rows, language, 0),
            bytes: formatBytes(bytes ?? 0, language),
          })}
        </p>
      )}
      {waitingFor !== undefined && (
        <p className="tone-warning">{t('system.waits', { reason: waitingFor })}</p>
      )}
      <Button
        size="xs"
        variant="subtle"
        loading={ring.isBusy}
        onClick={() => ring.change({ kind: 'cancel' })}
      >
        {t('system.takeBack')}
      </Button>
      <RingTrouble trouble={ring.trouble} />
    </div>
  )
}
