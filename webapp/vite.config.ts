/**
 * How the dashboard is built, and how it is served while somebody works on it: the coordinator and
 * the login stand behind a proxy, so that the page is of the same origin as in production.
 */
import type { IncomingMessage } from 'node:http'
import react from '@vitejs/plugin-react'
import type { Plugin, UserConfig } from 'vite'

const coordinator = process.env.COORDINATOR_URL ?? 'http://127.0.0.1:8000'
const login = process.env.LOGIN_URL ?? 'http://127.0.0.1:7000'
const PATHS = ['api', 'key', 'batch', 'scan', 'notifications', 'anomalies', 'sharding', 'health']
const proxy = {
  ...Object.fromEntries(PATHS.map((path) => [`^/${path}(/|$|\\?)`, { target: coordinator }])),
  '^/admin/thresholds$': {
    target: coordinator,
    /** The page and the route share an address; a browser that opens it wants the page. */
    bypass: ({ headers }: IncomingMessage) =>
      headers.accept?.includes('text/html') ? '/index.html' : undefined,
  },
  '^/login$': { target: login },
}

/** Whoever serves the page forbids it all other places, so it is told of these. */
const elsewhere = ['VITE_COORDINATOR_URL', 'VITE_LOGIN_URL']
  .flatMap((name) => process.env[name] || [])
  .map((address) => new URL(address).origin)
const connects: Plugin = {
  name: 'energyguard-connects',
  transformIndexHtml: () =>
    elsewhere.length === 0
      ? []
      : [{ tag: 'meta', attrs: { name: 'connects', content: elsewhere.join(' ') } }],
}

const config: UserConfig = {
  plugins: [react(), connects],
  server: { port: 5173, proxy },
  preview: { port: 3000, proxy },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
}

export default config
