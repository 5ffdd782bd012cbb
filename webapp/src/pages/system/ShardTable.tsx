/**
 * The shards, and taking one in or letting one go.
 */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RingInfo, ShardRow } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'
import { hitRate, shardsOf } from '../../lib/system.ts'
import { RingTrouble } from './RingTrouble.tsx'
import { useRingChange } from './use-ring-change.ts'

export function ShardTable({ info }: { readonly info: RingInfo }) {
  const ring = useRingChange()
  const rows = shardsOf(info)
  return (
    <>
      <Rows rows={rows} onRemove={(node) => ring.change({ kind: 'remove', node })} />
      <AddShard ring={ring} />
    </>
  )
}

/** What to do while there is none. */
export function FirstShard() {
  const { t } = useTranslation()
  return (
    <>
      <p>{t('system.noShards')}</p>
      <AddShard ring={useRingChange()} />
    </>
  )
}

function AddShard({ ring }: { readonly ring: ReturnType<typeof useRingChange> }) {
  const { t } = useTranslation()
  const { change, trouble, isBusy } = ring
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const node = String(new FormData(event.currentTarget).get('node'))
    change({ kind: 'add', node })
  }
  return (
    <>
      <form className="inline-form" onSubmit={add}>
        <TextInput
          name="node"
          label={t('system.address')}
          placeholder="http://127.0.0.1:8104"
          pattern="(https?://|local:).+"
          required
          withAsterisk={false}
        />
        <Button type="submit" variant="light" loading={isBusy}>
          {t('system.add')}
        </Button>
      </form>
      <RingTrouble trouble={trouble} />
    </>
  )
}

function Rows(props: { rows: readonly ShardRow[]; onRemove: (node: string) => void }) {
  const { t } = useTranslation()
  const heads = ['health', 'keys', 'cache', 'partitions', 'hints'] as const
  return (
    <section
      className="scroll shards"
      tabIndex={0}
      aria-label={t('chart.tableOf', { title: t('system.shards') })}
    >
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('system.shard')}</th>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {t(`system.${head}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <Row key={row.id ?? row.node} row={row} onRemove={() => props.onRemove(row.node)} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

const TONES = {
  up: 'tone-good',
  suspect: 'tone-warning',
  down: 'tone-high',
  untold: 'tone-info',
} as const

function Row({ row, onRemove }: { readonly row: ShardRow; readonly onRemove: () => void }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [isSure, setSure] = useState(false)
  const health = row.health ?? 'untold'
  const count = (value: number | null = null) =>
    value === null ? '–' : formatNumber(value, language, 0)
  const rate = hitRate(row.cache)
  const words = [
    t(`system.${health}`),
    ...(row.leaving ? [t('system.leaving')] : []),
    ...(row.writable === false ? [t('system.full')] : []),
  ]
  return (
    <tr>
      <th scope="row">{row.node}</th>
      <td data-label={t('system.health')}>
        <span className={`pill ${TONES[health]}`} title={row.problem ?? undefined}>
          {words.join(', ')}
        </span>
      </td>
      <td data-label={t('system.keys')}>{count(row.keys)}</td>
      <td data-label={t('system.cache')}>
        {rate === undefined ? '–' : `${formatNumber(rate * 100, language, 0)} %`}
      </td>
      <td data-label={t('system.partitions')}>{count(row.partitions)}</td>
      <td data-label={t('system.hints')}>{count(row.hints)}</td>
      <td>
        <Button
          size="xs"
          color="red"
          variant={isSure ? 'filled' : 'subtle'}
          disabled={row.leaving === true}
          onClick={() => (isSure ? onRemove() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {t(isSure ? 'system.removeSure' : 'system.remove')}
        </Button>
      </td>
    </tr>
  )
}
