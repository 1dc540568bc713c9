import { describe, expect, it } from 'vitest'
import { createLog } from '../../../bot/ops/log.ts'
import { directPartnerTenant } from '../../../sandbox/upstream/companies.ts'
import { startLedgerWorld } from '../../support/ledger-world.ts'

function logged() {
  const lines: Record<string, unknown>[] = []
  const log = createLog('trace', { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  return { lines, log }
}

describe('the log', () => {
  it('drops every field that is not on its list', () => {
    const { lines, log } = logged()
    const error = Object.assign(new Error('no'), { request: { headers: { authorization: 'Bearer canary' } } })
    log.warn({ case: 'MC-000000', text: 'canary', headers: { cookie: 'canary' }, err: error }, 'said')
    log.info({ payload: 'canary', host: 'graph.microsoft.com' }, 'said')
    expect(() => log.child({ name: 'canary' })).toThrow('list of fields')
    expect(lines[0]).toEqual({
      level: 40,
      time: expect.any(Number),
      case: 'MC-000000',
      err: { name: 'Error', message: 'no', stack: expect.any(String) },
      msg: 'said',
    })
    expect(JSON.stringify(lines)).not.toContain('canary')
  })

  it('follows a press to what is asked of Microsoft by one id', async () => {
    const { lines, log } = logged()
    const world = await startLedgerWorld({ world: { log } })
    const ready = await world.prepare('request')
    await world.press(ready)
    await expect.poll(async () => (await world.actions())[0]?.state).toBe('confirmed')
    const turn = lines.find((line) => line.turn === 'press')
    expect(turn).toMatchObject({ outcome: 'done', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    const requests = lines.filter(
      ({ msg, correlationId }) => msg === 'upstream request' && correlationId === turn?.correlationId,
    )
    expect(requests.map(({ method }) => method)).toContain('POST')
    expect(JSON.stringify(lines)).not.toContain(directPartnerTenant)
  })
})
