/** Writes a line to standard output. */
export const writeLine = (line: string) => process.stdout.write(`${line}\n`)

/** Writes a line to standard error. */
export const complain = (line: string) => process.stderr.write(`${line}\n`)

/** Ends the process quietly once its reader has seen enough, as `head` does; other errors of the output remain errors. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}
