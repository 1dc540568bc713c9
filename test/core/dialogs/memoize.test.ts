import { describe, expect, it } from 'vitest'
import { memoizePerOwner } from '../../../dialogs/memoize.ts'

/** Something kept, and how often it had to be made. */
function counted<Value>(most: number, value: (key: string) => Value) {
  const kept = memoizePerOwner<object, Value>(most)
  const made: string[] = []
  const get = (owner: object, key: string) =>
    kept(owner, key, () => {
      made.push(key)
      return value(key)
    })
  return { get, made }
}

describe('a memoized value', () => {
  it('is made once for each key, even if it is undefined', () => {
    const owner = {}
    const { get, made } = counted(10, (key) => (key === 'nothing' ? undefined : key.length))
    const asked = ['one', 'nothing', 'three', 'one', 'nothing', 'three']
    expect(asked.map((key) => get(owner, key))).toEqual([3, undefined, 5, 3, undefined, 5])
    expect(made).toEqual(['one', 'nothing', 'three'])
  })

  it('belongs to one owner', () => {
    const [owner, other] = [{}, {}]
    const { get, made } = counted(10, () => ({}))
    expect(get(owner, 'key')).not.toBe(get(other, 'key'))
    expect(get(owner, 'key')).toBe(get(owner, 'key'))
    expect(made).toHaveLength(2)
  })

  it('is evicted if its owner has too many, least recently used first', () => {
    const [owner, other] = [{}, {}]
    const { get, made } = counted(3, (key) => key)
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) get(owner, key)
    get(other, 'a')
    expect(made).toEqual(['a', 'b', 'c', 'a'])
    for (const key of ['d', 'd', 'b', 'c', 'a']) get(owner, key)
    get(other, 'a')
    expect(made).toEqual(['a', 'b', 'c', 'a', 'd', 'a'])
  })
})
