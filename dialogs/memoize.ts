/**
 * Remembers what `make` gave for a key, for each owner, as long as there is the owner. Past `most` keys all of an owner's
 * are forgotten: for what has few keys by nature, so that nobody can make it grow. `undefined` is remembered too.
 */
export function memoizePerOwner<Owner extends object, Value>(most: number) {
  const all = new WeakMap<Owner, Map<string, { value: Value }>>()

  return (owner: Owner, key: string, make: () => Value): Value => {
    const mine = all.get(owner) ?? new Map<string, { value: Value }>()
    all.set(owner, mine)
    let found = mine.get(key)
    if (!found) {
      if (mine.size >= most) mine.clear()
      found = { value: make() }
      mine.set(key, found)
    }
    return found.value
  }
}
