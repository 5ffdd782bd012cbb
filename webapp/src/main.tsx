/**
 * Where the page begins: providers from the outside in, and the one live connection of the tab.
 */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './styles/base.css'
import './styles/frame.css'
import './styles/panels.css'
import './styles/now.css'
import './styles/still.css'
import './styles/tables.css'
import './styles/lists.css'
import './styles/charts.css'
import './styles/thresholds.css'
import './styles/phone.css'
import { AskError } from './api/http.ts'
import { LiveProvider } from './app/live-context.tsx'
import { router } from './app/router.tsx'
import { theme } from './app/theme.ts'
import { languageAtStart } from './app/use-choices.ts'
import { startTranslations } from './i18n/i18n.ts'
import { browserWorld } from './live/browser-world.ts'
import { LiveClient } from './live/live-client.ts'

const RETRIES_MAX = 1

/** Only silence is worth a second try: an answer will be the same. */
function isWorthRetry(failures: number, error: Error): boolean {
  const isSilence = error instanceof AskError && error.failure.kind === 'unreachable'
  return isSilence && failures < RETRIES_MAX
}

const queries = new QueryClient({ defaultOptions: { queries: { retry: isWorthRetry } } })
const live = new LiveClient(browserWorld)

function start(element: HTMLElement): void {
  live.start()
  addEventListener('online', live.retry)
  document.addEventListener('visibilitychange', live.retry)
  createRoot(element).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <LiveProvider value={live}>
            <RouterProvider router={router} />
          </LiveProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}

const element = document.getElementById('root')
if (!element) throw new Error('index.html has no #root')
await startTranslations(languageAtStart(location.search))
start(element)
