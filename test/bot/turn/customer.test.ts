import { describe, expect, it } from 'vitest'
import { allOf } from '../../core/cards/walk.ts'
import { somebody, startWorld } from '../../support/world.ts'

const end = `${new Date().getUTCFullYear() + 2}-06-30`

describe('the customer of a case', () => {
  it('is named where a term begins, whatever another form of the card holds', async () => {
    const world = await startWorld({}, 'test')
    const chat = world.chat(somebody())
    await chat.say('new')
    await chat.press('answer', { question: 'role', value: 'direct' })
    for (const value of ['licence', 'csp-partner']) await chat.press('answer', { value })
    await chat.press('answer', { question: 'term-end', value: undefined }, { value: end })
    await chat.press('start', { track: 'term' })
    expect(allOf(chat.card(), 'Input.Text').map(({ id }) => id)).toEqual(['named'])
    const typed = { named: 'https://portal.fabrikam.example/', value: '2031-01-01' }
    expect((await chat.press('customer', { view: 'term' }, typed)).text).toMatch(
      /^portal.fabrikam.example\n(?:.*\n)*Waiting for the end of the term/,
    )
    expect(allOf(chat.card(), 'Input.Text')).toEqual([])
    const [only] = await world.cases()
    expect(JSON.stringify(only)).toContain('"domain":"portal.fabrikam.example"')
    expect(JSON.stringify(only)).toContain(`"term-end":"${end}"`)
  })
})
