/**
 * Finds floors by their number; what is looked for stands in the URL.
 */
import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChoices, useChoose } from '../app/use-choices.ts'
import { Icon } from './Icon.tsx'

export function FloorSearch() {
  const { t } = useTranslation()
  const { find = '' } = useChoices()
  const choose = useChoose()
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label={t('now.find')}
      placeholder={t('now.find')}
      value={find}
      leftSection={<Icon name="search" size={14} />}
      onChange={({ currentTarget }) => choose({ find: currentTarget.value, page: undefined })}
    />
  )
}
