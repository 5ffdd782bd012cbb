/**
 * Theme and language as the URL has them, around the frame.
 */
import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Frame } from './Frame.tsx'
import { LanguageProvider, rememberedTheme, useChoices, useChosenLanguage } from './use-choices.ts'

export function Root() {
  const { theme } = useChoices()
  const language = useChosenLanguage()
  const { i18n } = useTranslation()
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => setColorScheme(theme ?? rememberedTheme()), [theme, setColorScheme])
  useEffect(() => {
    void i18n.changeLanguage(language)
    document.documentElement.lang = language
  }, [language, i18n])
  return (
    <LanguageProvider value={language}>
      <Frame />
    </LanguageProvider>
  )
}
