import { describe, expect, it } from 'vitest'
import { createApprovers } from '../../../bot/microsoft/approvers.ts'
import type { TokenResult } from '../../../clients/entra-tokens.ts'
import type { HttpResult } from '../../../clients/http.ts'
import { type DirectoryId, directoryId } from '../../../dialogs/directory-id.ts'
import { approversGroup, managerId } from '../../../sandbox/upstream/graph/groups.ts'

const NAMED = directoryId('11111111-2222-4333-8444-555555555555')
const somebody = directoryId('11111111-2222-4333-8444-666666666666')
const manager = directoryId(managerId)

type Members = HttpResult<ReadonlySet<DirectoryId>>
const members = (...people: DirectoryId[]): Members => ({ kind: 'ok', value: new Set(people) })

/** Approvers whose group is read by hand: each read waits until it is given its answer. */
function scene({ list = [], group = approversGroup }: { list?: DirectoryId[]; group?: string | undefined } = {}) {
  let time = 0
  let issued: TokenResult = { kind: 'token', token: 't' }
  const reads: ((answer: Members) => void)[] = []
  const unreadable: unknown[] = []
  const approvers = createApprovers({
    list: new Set(list),
    group,
    groups: {
      members: () => new Promise((resolve) => reads.push(resolve)),
      get: async () => ({ kind: 'ok', value: { id: approversGroup, name: 'Approvers' } }),
      find: async () => ({ kind: 'ok', value: [] }),
    },
    token: async () => issued,
    now: () => time,
    onUnreadable: (cause) => unreadable.push(cause),
  })
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    ...approvers,
    reads,
    unreadable,
    pass: (ms: number) => {
      time += ms
    },
    issue: (result: TokenResult) => {
      issued = result
    },
    /** Lets what was asked go out. */
    tick,
    /** Asks, and answers the read that follows. */
    ask: async (person: DirectoryId, answer: Members, fresh = false) => {
      const before = reads.length
      const asked = approvers.isApprover(person, { fresh })
      await tick()
      expect(reads.length).toBe(before + 1)
      reads.at(-1)?.(answer)
      return asked
    },
  }
}

describe('an approver', () => {
  it('is nobody where nobody is named', async () => {
    const nobody = createApprovers({
      list: new Set(),
      group: undefined,
      groups: { members: () => Promise.reject(), get: () => Promise.reject(), find: () => Promise.reject() },
      token: () => Promise.reject(),
      now: () => 0,
    })
    expect(await nobody.isApprover(somebody)).toBe(false)
    expect(await nobody.isApprover(directoryId(''), { fresh: true })).toBe(false)
    await nobody.look()
    expect(nobody.asked()).toEqual({ people: [], group: undefined, members: [] })
  })

  it('is who is named in the list, in any spelling, without asking anybody', async () => {
    const { isApprover, reads } = scene({ list: [NAMED] })
    expect(await isApprover(directoryId(NAMED.toUpperCase()), { fresh: true })).toBe(true)
    expect(reads).toEqual([])
  })

  it('is who is in the group', async () => {
    const { ask } = scene({ list: [NAMED] })
    expect(await ask(somebody, members(somebody), true)).toBe(true)
    expect(await ask(somebody, members(manager), true)).toBe(false)
  })

  it('is known for a minute, unless it matters', async () => {
    const { ask, isApprover, pass, reads } = scene()
    expect(await ask(somebody, members(somebody))).toBe(true)
    pass(59_999)
    expect(await isApprover(somebody)).toBe(true)
    expect(reads.length).toBe(1)
    expect(await ask(somebody, members(), true)).toBe(false)
    expect(await isApprover(somebody)).toBe(false)
    pass(60_000)
    expect(await ask(somebody, members(somebody))).toBe(true)
  })

  it('is known from when the read began, not from when it ended', async () => {
    const { isApprover, pass, reads, tick } = scene()
    const first = isApprover(somebody)
    await tick()
    pass(50_000)
    reads[0]?.(members(somebody))
    await first
    pass(10_000)
    const second = isApprover(somebody)
    await tick()
    reads[1]?.(members())
    expect(await second).toBe(false)
  })

  it.each<[string, Members]>([
    ['is throttled', { kind: 'throttled', retryAfterMs: 1 }],
    ['is down', { kind: 'unknown', cause: 'down' }],
    ['cannot be reached', { kind: 'not-sent', cause: 'away' }],
    ['refuses', { kind: 'refused', status: 403, code: 'x', fault: 'access-denied', detail: undefined }],
  ])('of the group cannot be told while Graph %s, even if it was known before', async (_, answer) => {
    const { ask, unreadable } = scene({ list: [NAMED] })
    expect(await ask(somebody, members(somebody))).toBe(true)
    expect(await ask(somebody, answer, true)).toBeUndefined()
    expect(await ask(somebody, answer)).toBeUndefined()
    expect(unreadable.length).toBe(2)
  })

  it('of the group cannot be told without a token; those of the list still can', async () => {
    const { issue, isApprover, reads } = scene({ list: [NAMED] })
    issue({ kind: 'unavailable', cause: new Error('no token') })
    expect(await isApprover(somebody, { fresh: true })).toBeUndefined()
    expect(await isApprover(NAMED, { fresh: true })).toBe(true)
    expect(reads).toEqual([])
  })

  it('is looked up once for all who ask at the same time', async () => {
    const { isApprover, reads, tick } = scene()
    const asked = [manager, somebody, manager].map((person) => isApprover(person, { fresh: true }))
    await tick()
    reads[0]?.(members(manager))
    const [first] = await Promise.all([asked[0], tick()])
    expect(first).toBe(true)
    await tick()
    reads[1]?.(members(manager))
    expect(await Promise.all(asked)).toEqual([true, false, true])
    expect(reads.length).toBe(2)
  })

  it('is looked up once also for those who only want to know', async () => {
    const { isApprover, reads, tick } = scene()
    const asked = [manager, somebody, manager].map((person) => isApprover(person))
    await tick()
    expect(reads.length).toBe(1)
    reads[0]?.(members(manager))
    expect(await Promise.all(asked)).toEqual([true, false, true])
  })

  it('is not judged by a read that began before', async () => {
    const { isApprover, reads, tick } = scene()
    const before = isApprover(somebody)
    await tick()
    const decision = isApprover(somebody, { fresh: true })
    await tick()
    reads[0]?.(members(somebody))
    expect(await before).toBe(true)
    await tick()
    reads[1]?.(members())
    expect(await decision).toBe(false)
  })
})

describe('who would be asked', () => {
  it('are the people of the list and the group by its name, with those who are in it', async () => {
    const { look, asked, reads, tick } = scene({ list: [NAMED] })
    const looked = look()
    await tick()
    reads[0]?.(members(manager))
    await looked
    expect(asked()).toEqual({ people: [NAMED], group: 'Approvers', members: [managerId] })
  })

  it('is told by the id of the group until it can be read', async () => {
    const { look, asked, issue } = scene()
    expect(asked()).toEqual({ people: [], group: approversGroup, members: [] })
    issue({ kind: 'unavailable', cause: undefined })
    await look()
    expect(asked()).toEqual({ people: [], group: approversGroup, members: [] })
  })

  it('does not forget the members whom it saw when the group cannot be read again', async () => {
    const { ask, asked } = scene()
    await ask(somebody, members(manager), true)
    await ask(somebody, { kind: 'unknown', cause: undefined }, true)
    expect(asked().members).toEqual([managerId])
  })
})
