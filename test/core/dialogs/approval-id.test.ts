import { describe, expect, it } from 'vitest'
import { approvalIdOf, isPresentRequest, readApprovalId } from '../../../dialogs/approval-id.ts'
import type { Case } from '../../../dialogs/case.ts'
import { adminContextOf, requestedAdmin } from './admin-scenes.ts'

const { track } = requestedAdmin()
const caseWith = (number: number): Pick<Case, 'id' | 'tracks'> => ({
  id: 'MC-7K2P9Q',
  tracks: [{ ...track, context: { ...adminContextOf({ track, effects: [] }), number } } as Case['tracks'][number]],
})

describe('the id of a request for approval', () => {
  it('is that of its case, and has a number from the second one on', () => {
    expect([1, 2, 12].map((number) => approvalIdOf(caseWith(number)))).toEqual([
      'MC-7K2P9Q',
      'MC-7K2P9Q/2',
      'MC-7K2P9Q/12',
    ])
  })

  it.each([
    ['MC-7K2P9Q', 1],
    ['mc-7k2p9q/1', 1],
    ['7K2P9Q/2', 2],
    ['MC-7K2P9Q/02', 2],
  ])('is read from “%s”', (typed, number) => {
    expect(readApprovalId(typed)).toEqual({ case: 'MC-7K2P9Q', number })
    expect(isPresentRequest(caseWith(number), { case: 'MC-7K2P9Q', number })).toBe(true)
    expect(isPresentRequest(caseWith(number + 1), { case: 'MC-7K2P9Q', number })).toBe(false)
  })

  it.each(['', 'MC-7K2P9Q/', 'MC-7K2P9Q/x', 'MC-7K2P9Q/1/2', 'MC-7K2P9Q/2000', '/2', 'MC-7K2P/2'])(
    'is not read from “%s”',
    (typed) => {
      expect(readApprovalId(typed)).toBeUndefined()
    },
  )
})
