const POLL_MS = 500

/**
 * Resolves at a signal or when the parent process is gone. Later signals are ignored, because npm repeats the Ctrl-C
 * that the terminal sent already.
 */
export function untilEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    process.once('disconnect', resolve)
    if (process.connected === false) resolve()
    if (process.env.npm_lifecycle_event === undefined) return
    // npm stops the shell in between and leaves this process alone, so its new parent shows the end.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && resolve(), POLL_MS).unref()
  })
}
