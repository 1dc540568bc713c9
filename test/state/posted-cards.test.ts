import { expect, it } from 'vitest'
import { addPostedCard, type PostedCard, postedCardsOf, removePostedCards } from '../../state/posted-cards.ts'
import { onBoth } from './databases.ts'
import { randomCaseId, unique } from './sample-case.ts'

const newCopy = (given: Partial<PostedCard> = {}): PostedCard => ({
  caseId: randomCaseId(),
  tenant: unique('tenant'),
  conversation: '19:approvals@thread.tacv2',
  message: unique('message'),
  view: 'approval',
  ...given,
})

onBoth('copies of a case', (at) => {
  const add = (copy: PostedCard) => at().db.transaction((tx) => addPostedCard(tx, copy))
  const of = (caseId: string) => at().db.transaction((tx) => postedCardsOf(tx, caseId))

  it('are found in every tenant, each once, with what they show', async () => {
    const approval = newCopy({ tenant: unique('a') })
    const shown = newCopy({ caseId: approval.caseId, tenant: unique('b'), view: 'case' })
    for (const copy of [shown, approval, approval]) await add(copy)
    expect(await of(approval.caseId)).toEqual([approval, shown])
    expect(await of(randomCaseId())).toEqual([])
  })

  it('stay what they are: a message never becomes the copy of another case, nor another view', async () => {
    const copy = newCopy()
    const other = { ...copy, caseId: randomCaseId() }
    for (const each of [copy, { ...copy, view: 'case' } as const, other]) await add(each)
    expect(await of(copy.caseId)).toEqual([copy])
    expect(await of(other.caseId)).toEqual([])
  })

  it('of one case are forgotten together, and no other ones', async () => {
    const copy = newCopy()
    const beside = newCopy({ tenant: copy.tenant })
    for (const each of [copy, { ...copy, message: unique('message') }, beside]) await add(each)
    await at().db.transaction((tx) => removePostedCards(tx, copy.caseId))
    expect(await of(copy.caseId)).toEqual([])
    expect(await of(beside.caseId)).toEqual([beside])
  })
})
