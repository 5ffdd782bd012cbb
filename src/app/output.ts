/**
 * What a person or a program reads: data on stdout, messages on stderr.
 */
export interface Output {
  data(text: string): void
  message(text: string): void
}

export const processOutput: Output = {
  data: (text) => void process.stdout.write(`${text}\n`),
  message: (text) => void process.stderr.write(`${text}\n`),
}

/**
 * What a reader that has gone (`| head`) did not want is dropped; to write to it is no failure.
 * Another error of the stream stays one.
 */
export function forgiveGoneReader(stream: NodeJS.WriteStream, then: () => void = () => {}): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    then()
  })
}

/**
 * A failure that a person can do something about: its message is all that is shown. Exit code 1.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
