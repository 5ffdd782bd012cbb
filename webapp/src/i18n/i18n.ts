/**
 * Both languages are in the first load: they are small, and a change of language is at once.
 */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en.ts'
import { it } from './it.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

/** In the page's language from the first word on: an alert may come before the first drawing. */
export async function startTranslations(lng: 'it' | 'en'): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng,
    fallbackLng: 'en',
    resources: { en: { translation: en }, it: { translation: it } },
    interpolation: { escapeValue: false },
  })
}
