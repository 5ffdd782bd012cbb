/**
 * What the cards show: how many samples, whether they move, and, where there are many floors, which
 * of them and in which order.
 */
import { NativeSelect, SegmentedControl } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { SAMPLE_COUNTS, type SampleCount, SORTS, type Sort } from '../../app/search.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { FEW_FLOORS_MAX } from '../../lib/floors.ts'
import { FloorSearch } from '../../parts/FloorSearch.tsx'
import { Icon } from '../../parts/Icon.tsx'

interface NowToolbarProps {
  readonly floorCount: number
}

export const NowToolbar = memo(function NowToolbar({ floorCount }: NowToolbarProps) {
  const { t } = useTranslation()
  const { samples = 1, paused } = useChoices()
  const choose = useChoose()
  return (
    <>
      {floorCount > FEW_FLOORS_MAX && (
        <>
          <FloorSearch />
          <FloorSort />
        </>
      )}
      <small className="soft" aria-hidden>
        {t('now.samplesOf')}
      </small>
      <SegmentedControl
        size="xs"
        aria-label={t('now.samples')}
        value={String(samples)}
        data={SAMPLE_COUNTS.map((count) => ({
          value: String(count),
          label: count === 1 ? t('now.last') : t('now.lastMany', { n: count }),
        }))}
        onChange={(value) => choose({ samples: Number(value) as SampleCount })}
      />
      <button
        type="button"
        className="text-button"
        aria-pressed={paused === true}
        onClick={() => choose({ paused: paused ? undefined : true })}
      >
        <Icon name={paused ? 'play' : 'pause'} size={16} /> {t(paused ? 'now.resume' : 'now.pause')}
      </button>
    </>
  )
})

function FloorSort() {
  const { t } = useTranslation()
  const { sort = 'floor' } = useChoices()
  const choose = useChoose()
  return (
    <NativeSelect
      size="xs"
      aria-label={t('now.sort')}
      value={sort}
      data={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
      onChange={({ currentTarget }) =>
        choose({ sort: currentTarget.value as Sort, page: undefined })
      }
    />
  )
}
