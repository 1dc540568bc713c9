import { appendFileSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { Calls } from '../../bot/microsoft/calls.ts'
import { partnerAt } from '../../sandbox/partner.ts'
import { startBot } from '../support/bot.ts'

/**
 * Bot process whose look-ups at Microsoft throw, hang or kill it, by the first word of the typed text, while the file
 * POISON lists that word. Each attempt is first written to the file ATTEMPTS.
 */
const { DATABASE_URL = '', UPSTREAM = '', POISON = '', ATTEMPTS = '', PORT = '0' } = process.env

const poison = (calls: Calls): Calls => ({
  ...calls,
  attempt: (call, request) => {
    const [how = ''] = call.name === 'find-tenant' ? call.text.split('.') : []
    if (!readFileSync(POISON, 'utf8').split(' ').includes(how)) return calls.attempt(call, request)
    appendFileSync(ATTEMPTS, `${how}\n`)
    if (how === 'throws') throw new Error('poison')
    if (how === 'kills') process.kill(process.pid, 'SIGKILL')
    return new Promise(() => {})
  },
})

const { partner, vouch } = await partnerAt(UPSTREAM)
const bot = await startBot({ DATABASE_URL, PORT }, { vouch, calls: poison, leaseMs: 1_500, pollMs: 3_600_000 }, partner)
// A killed process leaves no compile cache, and the next start would be as slow as the first.
flushCompileCache()
process.stdout.write(`${bot.url}\n`)
