import { describe, expect, it } from 'vitest'
import { createLru } from '../../../dialogs/lru.ts'

function filled(...keys: string[]) {
  const lru = createLru<string, number>(3)
  for (const [index, key] of keys.entries()) lru.set(key, index)
  const has = (...asked: string[]) => asked.map((key) => lru.get(key) !== undefined)
  return { lru, has }
}

describe('an LRU map', () => {
  it('evicts the entry that was set first when none was used', () => {
    expect(filled('a', 'b', 'c', 'd').has('a', 'b', 'c', 'd')).toEqual([false, true, true, true])
  })

  it('keeps an entry that was used', () => {
    const { lru, has } = filled('a', 'b', 'c')
    lru.get('a')
    lru.set('d', 3)
    expect(has('a', 'b', 'c', 'd')).toEqual([true, false, true, true])
  })

  it('replaces a value without evicting another', () => {
    const { lru, has } = filled('a', 'b', 'c', 'a')
    expect(has('a', 'b', 'c')).toEqual([true, true, true])
    expect(lru.get('a')).toBe(3)
  })

  it('forgets a deleted entry, and all when it is cleared', () => {
    const { lru, has } = filled('a', 'b', 'c')
    expect([lru.delete('a'), lru.delete('a')]).toEqual([true, false])
    expect(has('a', 'b')).toEqual([false, true])
    lru.clear()
    expect(has('b', 'c')).toEqual([false, false])
  })
})
