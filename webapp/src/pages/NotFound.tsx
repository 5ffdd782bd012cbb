/**
 * An address that is none: says so, and leads back.
 */
import { useTranslation } from 'react-i18next'
import { AppLink } from '../app/AppLink.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <div className="blank">
      <h1>{t('notFound.title')}</h1>
      <AppLink to="/">{t('notFound.back')}</AppLink>
    </div>
  )
}
