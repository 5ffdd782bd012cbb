/**
 * Detectors that are not ours may send NaN and Infinity, which Python writes into JSON and the
 * original took. In an alert they stand for "no number", so they are read as null.
 */
import { parseJson } from './json-body.ts'

const STRING_OR_NAN = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g

/** Throws InvalidRequest when it is not JSON even so. */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const strict = text.replace(STRING_OR_NAN, (found) => (found.startsWith('"') ? found : 'null'))
    return parseJson(strict)
  }
}
