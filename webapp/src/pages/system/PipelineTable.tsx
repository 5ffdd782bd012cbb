/**
 * How fast each stage goes, how far it is behind, and what it could not do.
 */
import { useTranslation } from 'react-i18next'
import type { Stage } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'

export function PipelineTable({ stages }: { readonly stages: readonly Stage[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <div className="scroll">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('system.stage')}</th>
            <th scope="col">{t('system.rate')}</th>
            <th scope="col">{t('system.lag')}</th>
            <th scope="col">{t('system.errors')}</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ stage, ratePerSecond, lag, errors }) => (
            <tr key={stage}>
              <th scope="row">{t(`stage.${stage}`, { defaultValue: stage })}</th>
              <td>{formatNumber(ratePerSecond, language, 1)}</td>
              <td>{lag === null ? '–' : formatNumber(lag, language, 0)}</td>
              <td className={errors > 0 ? 'over' : undefined}>
                {formatNumber(errors, language, 0)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
