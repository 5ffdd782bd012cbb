/**
 * Language, theme and who is logged in: what belongs to the person and not to the building.
 */
import { Button, Popover, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keepToken, useToken } from '../auth.ts'
import { Icon } from '../parts/Icon.tsx'
import { LoginForm } from '../parts/LoginForm.tsx'
import { LANGUAGES, type Language, THEMES, type Theme } from './search.ts'
import {
  rememberedTheme,
  rememberLanguage,
  rememberTheme,
  useChoices,
  useChoose,
  useLanguage,
} from './use-choices.ts'

export function Settings() {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      trapFocus
      returnFocus
      width={290}
    >
      <Popover.Target>
        <button
          type="button"
          className="icon-button"
          aria-label={t('settings.label')}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="user" />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack">
          <LanguageChoice />
          <ThemeChoice />
          <Session />
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

function LanguageChoice() {
  const { t } = useTranslation()
  const language = useLanguage()
  const choose = useChoose()
  const names: Readonly<Record<Language, string>> = { it: 'Italiano', en: 'English' }
  return (
    <SegmentedControl
      fullWidth
      aria-label={t('settings.language')}
      value={language}
      data={LANGUAGES.map((value) => ({ value, label: names[value] }))}
      onChange={(value) => {
        rememberLanguage(value as Language)
        choose({ lang: value as Language })
      }}
    />
  )
}

function ThemeChoice() {
  const { t } = useTranslation()
  const { theme } = useChoices()
  const choose = useChoose()
  return (
    <SegmentedControl
      fullWidth
      aria-label={t('settings.theme')}
      value={theme ?? rememberedTheme()}
      data={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
      onChange={(value) => {
        rememberTheme(value as Theme)
        choose({ theme: value as Theme })
      }}
    />
  )
}

function Session() {
  const { t } = useTranslation()
  const token = useToken()
  if (token === undefined) return <LoginForm />
  return (
    <Button variant="light" onClick={() => keepToken(undefined)}>
      {t('login.out')}
    </Button>
  )
}
