/** Origin on this machine, as the source of a regular expression. Only the sandbox and tests may talk to one. */
export const LOOPBACK_ORIGIN = String.raw`https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?`

const ADDRESS = new RegExp(`^${LOOPBACK_ORIGIN}/?$`)

/** True for the address of a service on this machine, without a path. */
export const isLoopback = (url: string): boolean => ADDRESS.test(url)
