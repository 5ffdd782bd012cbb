/**
 * Who is logged in: a token, kept for this tab only. The login is a service of its own; where the
 * page is not told its address it asks its own origin first, then the well-known ports.
 */
import { useSyncExternalStore } from 'react'
import { AskError, ask } from './api/http.ts'

const TOKEN_KEY = 'energyguard.token'
const LOGIN_PORTS = [7000, 7001]
const listeners = new Set<() => void>()

export function useToken(): string | undefined {
  return useSyncExternalStore(subscribe, currentToken)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function currentToken(): string | undefined {
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined
}

export function keepToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(TOKEN_KEY)
  else sessionStorage.setItem(TOKEN_KEY, token)
  for (const listener of listeners) listener()
}

/** Throws AskError: `denied` when name or password are wrong. */
export async function logIn(username: string, password: string): Promise<void> {
  const body = { username, password }
  for (const base of loginBases()) {
    try {
      const { token } = await ask('POST /login', { body, base })
      return keepToken(token)
    } catch (error) {
      const isElsewhere =
        error instanceof AskError && ['absent', 'unreachable'].includes(error.failure.kind)
      if (!isElsewhere) throw error
    }
  }
  throw new AskError({ kind: 'unreachable' })
}

function loginBases(): readonly string[] {
  const told: string | undefined = import.meta.env.VITE_LOGIN_URL
  if (told) return [told]
  const { protocol, hostname } = location
  return ['', ...LOGIN_PORTS.map((port) => `${protocol}//${hostname}:${port}`)]
}
