/**
 * What the cards show: how many samples, whether they move, and, where there are many floors, which
 * of them and in which order.
 */
import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { SAMPLE_COUNTS, type SampleCount, SORTS, type Sort } from '../../app/search.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { Icon } from '../../parts/Icon.tsx'

/** With so many floors nobody needs a search. */
const FEW_FLOORS_MAX = 6

export function NowToolbar({ floorCount }: { readonly floorCount: number }) {
  const { t } = useTranslation()
  const { samples = 1, paused } = useChoices()
  const choose = useChoose()
  return (
    <>
      {floorCount > FEW_FLOORS_MAX && <FloorSearch />}
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
}

function FloorSearch() {
  const { t } = useTranslation()
  const { find = '', sort = 'floor' } = useChoices()
  const choose = useChoose()
  return (
    <>
      <TextInput
        size="xs"
        type="search"
        aria-label={t('now.find')}
        placeholder={t('now.find')}
        value={find}
        leftSection={<Icon name="search" size={14} />}
        onChange={({ currentTarget }) => choose({ find: currentTarget.value, page: undefined })}
      />
      <NativeSelect
        size="xs"
        aria-label={t('now.sort')}
        value={sort}
        data={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
        onChange={({ currentTarget }) =>
          choose({ sort: currentTarget.value as Sort, page: undefined })
        }
      />
    </>
  )
}
