import { createLru } from './lru.ts'

/**
 * Memoizes `make` for each owner and key, as long as the owner lives. An owner's least recently used key goes once it has
 * `max`: meant for keys that are few by nature. `undefined` is memoized too.
 */
export function memoizePerOwner<Owner extends object, Value>(max: number) {
  const all = new WeakMap<Owner, ReturnType<typeof createLru<string, { value: Value }>>>()

  return (owner: Owner, key: string, make: () => Value): Value => {
    const mine = all.get(owner) ?? createLru<string, { value: Value }>(max)
    all.set(owner, mine)
    let found = mine.get(key)
    if (!found) {
      found = { value: make() }
      mine.set(key, found)
    }
    return found.value
  }
}
