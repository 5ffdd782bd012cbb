/**
 * The command line's door; everything behind it is in src/app.
 */
import { main } from '../src/app/command-line.ts'

process.exit(await main(process.argv.slice(2)))
