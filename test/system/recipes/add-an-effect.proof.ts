import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createLog } from '../../../bot/ops/log.ts'
import { somebody, startWorld } from '../../support/world.ts'

it('writes the end of a term to the log when it has come', async () => {
  const stream = new PassThrough()
  const notified = new Promise<string>((resolve) => {
    stream.on('data', (chunk) => String(chunk).includes('term ended on') && resolve(String(chunk)))
  })
  const world = await startWorld({}, 'test', { world: { log: createLog('info', stream) } })
  const chat = world.chat(somebody())
  await chat.say('hello')
  await chat.press('answer', { question: 'role', value: 'direct' })
  await chat.press('answer', { value: 'licence' })
  await chat.press('answer', { value: 'csp-partner' })
  const end = `${new Date().getUTCFullYear() + 2}-06-30`
  await chat.press('answer', { question: 'term-end', value: undefined }, { value: end })
  await chat.press('start', { track: 'term' })
  await world.travelTo(`${end}T12:00:00.000Z`)
  expect(await notified).toContain(`term ended on ${end}`)
})
