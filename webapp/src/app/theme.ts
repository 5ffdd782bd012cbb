/**
 * Colours and shapes, once. Mantine's variables carry them into its own parts; styles.css uses the
 * same ones for ours.
 */
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const teal: MantineColorsTuple = [
  '#e3f7f5',
  '#c3ebe7',
  '#97dbd4',
  '#67c9c0',
  '#3fb8ae',
  '#1fa198',
  '#0f8a82',
  '#0b7a75',
  '#086460',
  '#054e4b',
]

/** Bluish, so that inputs and surfaces are of one family. */
const dark: MantineColorsTuple = [
  '#e6edf3',
  '#b8c4ce',
  '#9fb0bf',
  '#6b7b88',
  '#36434f',
  '#222d36',
  '#1b252d',
  '#151d24',
  '#0f161c',
  '#0a0f14',
]

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 7 },
  colors: { teal, dark },
  defaultRadius: 'md',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  cursorType: 'pointer',
})
