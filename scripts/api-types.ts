/**
 * Writes the types of the wire as the dashboard knows them, out of the documents of the running
 * services: `npm run api-types`. With `--check` it only says, by its exit code too, whether the
 * file is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runningDocuments } from '../test/support/api-documents.ts'
import { ROOT_DIR } from '../test/support/process.ts'
import { API_TYPES_PATH, apiTypes } from './api-schema.ts'

const file = join(ROOT_DIR, API_TYPES_PATH)
const text = await apiTypes(await runningDocuments())
if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write(`${API_TYPES_PATH} is out of date: npm run api-types\n`)
  process.exitCode = 1
}
