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

describe('what is kept', () => {
  it('is made once for each key, also where there is nothing to it', () => {
    const owner = {}
    const { get, made } = counted(10, (key) => (key === 'nothing' ? undefined : key.length))
    const asked = ['one', 'nothing', 'three', 'one', 'nothing', 'three']
    expect(asked.map((key) => get(owner, key))).toEqual([3, undefined, 5, 3, undefined, 5])
    expect(made).toEqual(['one', 'nothing', 'three'])
  })

  it('is kept for each owner apart', () => {
    const [one, other] = [{}, {}]
    const { get, made } = counted(10, () => ({}))
    expect(get(one, 'key')).not.toBe(get(other, 'key'))
    expect(get(one, 'key')).toBe(get(one, 'key'))
    expect(made).toHaveLength(2)
  })

  it('is evicted when its owner has too many, least recently used first', () => {
    const [one, other] = [{}, {}]
    const { get, made } = counted(3, (key) => key)
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) get(one, key)
    get(other, 'a')
    expect(made).toEqual(['a', 'b', 'c', 'a'])
    for (const key of ['d', 'd', 'b', 'c', 'a']) get(one, key)
    get(other, 'a')
    expect(made).toEqual(['a', 'b', 'c', 'a', 'd', 'a'])
  })
})
