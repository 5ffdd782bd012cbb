/**
 * What the URL says, and how to change it. A link keeps all that was chosen, so a person who goes
 * from one page to the next keeps range, metric, language and theme.
 */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, useCallback, useContext } from 'react'
import { LANGUAGES, type Language, parseSearch, type Search, type Theme } from './search.ts'

export function useChoices(): Search {
  return useSearch({ strict: false, select: (raw) => parseSearch(raw), structuralSharing: true })
}

type Change = { readonly [Name in keyof Search]?: Search[Name] | undefined }

/** Undefined takes a choice out of the URL. */
export function useChoose(): (change: Change) => void {
  const navigate = useNavigate()
  return useCallback(
    (change: Change) => {
      void navigate({
        to: '.',
        search: (before: Search) => parseSearch({ ...before, ...change }),
        replace: true,
        resetScroll: false,
      })
    },
    [navigate],
  )
}

const LANGUAGE_KEY = 'energyguard.language'
const THEME_KEY = 'energyguard.theme'

const LanguageContext = createContext<Language>('en')
export const LanguageProvider = LanguageContext.Provider

/** Of the page. Every number asks for it, so it is not read out of the URL each time. */
export function useLanguage(): Language {
  return useContext(LanguageContext)
}

/** The URL, else what was chosen last, else what the browser speaks. */
export function useChosenLanguage(): Language {
  const { lang } = useChoices()
  return lang ?? rememberedLanguage()
}

/** The same before there is a page: `search` of the address. */
export function languageAtStart(search: string): Language {
  const lang = new URLSearchParams(search).get('lang')
  return parseSearch({ lang }).lang ?? rememberedLanguage()
}

function rememberedLanguage(): Language {
  const remembered = localStorage.getItem(LANGUAGE_KEY)
  const spoken = [remembered, ...navigator.languages].map((one) => one?.slice(0, 2))
  return LANGUAGES.find((one) => one === spoken.find((s) => LANGUAGES.some((l) => l === s))) ?? 'en'
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(LANGUAGE_KEY, language)
}

export function rememberTheme(theme: Theme): void {
  localStorage.setItem(THEME_KEY, theme)
}

export function rememberedTheme(): Theme {
  const remembered = localStorage.getItem(THEME_KEY)
  return remembered === 'light' || remembered === 'dark' ? remembered : 'auto'
}
