/**
 * How the replicas are cared for: what shards still have to be told, and how long ago copies of the
 * same keys were last compared.
 */
import { useTranslation } from 'react-i18next'
import type { Care } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatAge, formatBytes, formatNumber } from '../../lib/format.ts'
import type { CareState } from '../../lib/system.ts'

export function CareFacts(props: { readonly state: CareState; partitions: number | undefined }) {
  const { t } = useTranslation()
  const { state, partitions } = props
  if (state.kind === 'here') return <Facts care={state.care} partitions={partitions} />
  return <p className="soft">{t(`care.${state.kind}`)}</p>
}

function Facts(props: { care: Care; partitions: number | undefined }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { hintsWaiting, partitionsRepaired, repairAgeSeconds, rowsDiverged, bytesCarried } =
    props.care
  const count = (value: number) => formatNumber(value, language, 0)
  const total = props.partitions === undefined ? '–' : count(props.partitions)
  const facts = [
    [t('care.hints'), count(hintsWaiting)],
    [t('care.compared'), t('care.of', { done: count(partitionsRepaired), total })],
    [t('care.age'), formatAge(repairAgeSeconds, language)],
    [t('care.mended'), `${count(rowsDiverged)} (${formatBytes(bytesCarried, language)})`],
  ] as const
  return (
    <dl className="facts" data-care="here">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
