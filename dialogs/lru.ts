/** Map of up to `max` entries that evicts the least recently used one: the eviction policy of every cache here. */
export function createLru<Key, Value>(max: number) {
  const entries = new Map<Key, Value>()

  function set(key: Key, value: Value): void {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size <= max) return
    for (const oldest of entries.keys()) {
      entries.delete(oldest)
      return
    }
  }

  return {
    /** Returns the value and marks it as used. */
    get: (key: Key): Value | undefined => {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    delete: (key: Key): boolean => entries.delete(key),
    clear: (): void => entries.clear(),
  }
}
