const pollMs = 500

/**
 * Resolves when this process is to end: at a signal, or when what started it is gone. Signals after the first change
 * nothing: npm sends on the Ctrl-C that the terminal has sent already.
 */
export function untilEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    process.once('disconnect', resolve)
    if (process.connected === false) resolve()
    if (process.env.npm_lifecycle_event === undefined) return
    // npm that is told to stop ends the shell in between and leaves this process alone.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && resolve(), pollMs).unref()
  })
}
