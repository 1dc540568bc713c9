import { expect, it } from 'vitest'
import { eraseTextsOfEnded } from '../../state/audit/retention.ts'
import { saveCase } from '../../state/case-store.ts'
import {
  type PostedCard,
  postedCardsOf,
  putPostedCard,
  removePostedCard,
  removePostedCards,
} from '../../state/posted-cards.ts'
import { onBoth } from './databases.ts'
import { cancelCase, noon, randomCaseId, stored, unique } from './sample-case.ts'

const newCopy = (given: Partial<PostedCard> = {}): PostedCard => ({
  caseId: randomCaseId(),
  tenant: unique('tenant'),
  conversation: '19:approvals@thread.tacv2',
  message: unique('message'),
  view: 'approval',
  ...given,
})

onBoth('posted cards', (at) => {
  const add = (copy: PostedCard) => at().db.transaction((tx) => putPostedCard(tx, copy))
  const of = (caseId: string) => at().db.transaction((tx) => postedCardsOf(tx, caseId))

  it('are listed once each, across tenants, with their view', async () => {
    const approval = newCopy({ tenant: unique('a') })
    const shown = newCopy({ caseId: approval.caseId, tenant: unique('b'), view: 'case' })
    for (const copy of [shown, approval, approval]) await add(copy)
    expect(await of(approval.caseId)).toEqual([approval, shown])
    expect(await of(randomCaseId())).toEqual([])
  })

  it('show what the message was turned into last', async () => {
    const copy = newCopy()
    const other = { ...copy, caseId: randomCaseId(), view: 'case' } as const
    for (const each of [copy, other]) await add(each)
    expect(await of(copy.caseId)).toEqual([])
    expect(await of(other.caseId)).toEqual([other])
  })

  it('are removed one by one', async () => {
    const copy = newCopy()
    const beside = { ...copy, message: unique('message') }
    for (const each of [copy, beside]) await add(each)
    await at().db.transaction((tx) => removePostedCard(tx, copy))
    expect(await of(copy.caseId)).toEqual([beside])
  })

  it('of a case are removed together, without those of other cases', async () => {
    const copy = newCopy()
    const beside = newCopy({ tenant: copy.tenant })
    for (const each of [copy, { ...copy, message: unique('message') }, beside]) await add(each)
    await at().db.transaction((tx) => removePostedCards(tx, copy.caseId))
    expect(await of(copy.caseId)).toEqual([])
    expect(await of(beside.caseId)).toEqual([beside])
  })

  it('go with the texts of a case that ended long ago, while those of an open case stay', async () => {
    const { db } = at()
    // Earlier than the cases of any other test.
    const [opened, ended] = ['2001-02-03T10:00:00.000Z', '2001-02-03T11:00:00.000Z']
    const gone = await stored(db, { at: opened })
    const open = await stored(db, { at: opened })
    const end = cancelCase(gone.case, ended)
    await db.transaction((tx) => saveCase(tx, gone, end.case, end.entry))
    const [shown, beside] = [newCopy({ caseId: gone.case.id }), newCopy({ caseId: open.case.id })]
    for (const each of [shown, { ...shown, message: unique('message') }, beside]) await add(each)
    const erase = (before: string) => db.transaction((tx) => eraseTextsOfEnded(tx, before, noon))
    expect(await erase(ended)).toBe(0)
    expect(await of(gone.case.id)).toHaveLength(2)
    expect(await erase('2001-03-01T00:00:00.000Z')).toBe(1)
    expect(await of(gone.case.id)).toEqual([])
    expect(await of(open.case.id)).toEqual([beside])
  })
})
