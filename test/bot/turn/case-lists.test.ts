import { expect, it, onTestFinished } from 'vitest'
import { renderSource } from '../../../bot/present.ts'
import { answerWithList } from '../../../bot/turn/answers.ts'
import type { Turn } from '../../../bot/turn/turn.ts'
import { PAGE_SIZE } from '../../../cards/faces/lists.ts'
import { openDatabase } from '../../../state/engine/database.ts'
import { after, noon, stored, unique } from '../../state/sample-case.ts'
import { settingOf } from '../../support/setting.ts'

it('fills each page of a list as far as its card can show, and lists every case once', async () => {
  const database = await openDatabase('sqlite::memory:')
  onTestFinished(() => database.close())
  const [tenant, room] = [unique('tenant'), 'a:conversation']
  const ids: string[] = []
  for (let minute = 0; minute <= PAGE_SIZE; minute += 1) {
    ids.unshift((await stored(database, { tenant, conversation: room, at: after(minute) })).case.id)
  }
  const deployment = settingOf()
  const idsOn = (page: number) =>
    database.transaction(async (tx) => {
      const turn = { tx, deployment, incoming: { place: { tenant, room } }, locale: 'en', at: noon } as Turn
      const answer = await answerWithList(turn, { list: 'all', page })
      if (!answer || !('view' in answer)) throw new Error('a list is a card')
      const text = JSON.stringify(renderSource(deployment, answer).card)
      return ids.filter((id) => text.includes(`"case":"${id}"`))
    })
  expect(await idsOn(1)).toEqual(ids.slice(0, PAGE_SIZE))
  expect(await idsOn(2)).toEqual(ids.slice(PAGE_SIZE))
})
