/**
 * A hundred floors are pages and not an endless one.
 */
import { Pagination } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useChoose } from '../app/use-choices.ts'
import type { FloorPage } from '../lib/floors.ts'

interface FloorPagerProps {
  readonly page: FloorPage
  readonly total: number
}

export const FloorPager = memo(function FloorPager({ page, total }: FloorPagerProps) {
  const { t } = useTranslation()
  const choose = useChoose()
  if (page.found === 0 && total > 0) return <p className="soft">{t('now.noneFound')}</p>
  if (page.pages === 1) return null
  return (
    <nav className="pager" aria-label={t('now.pages')}>
      <span className="soft">{t('now.found', { found: page.found, total })}</span>
      <Pagination
        size="sm"
        total={page.pages}
        value={page.page}
        getItemProps={(number) => ({ 'aria-label': t('now.page', { number }) })}
        getControlProps={(control) => ({ 'aria-label': t(`pager.${control}`) })}
        onChange={(number) => choose({ page: number === 1 ? undefined : number })}
      />
    </nav>
  )
})
