import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTokenProvider, type TokenResult } from '../../clients/entra-tokens.ts'
import { createHttp, type HttpResult, type RequestIdentity } from '../../clients/http.ts'
import { subjectOf } from '../../clients/webhook.ts'
import {
  createWebhookRegistration,
  type TestDelivery,
  type WebhookRegistration,
} from '../../clients/webhook-registration.ts'
import { readPartner } from '../config/partner.ts'
import { ConfigError, createSettings, type Env } from '../config/settings.ts'

const usage = `npm run -s webhooks -- status     shows the present address and the available events
npm run -s webhooks -- register   subscribes WEBHOOK_URL to the events the bot needs
npm run -s webhooks -- test       sends a test event and reports how it arrived`

const POLL_MS = 5_000
const POLLS = 24

type WebhooksDeps = {
  readonly registration: WebhookRegistration
  readonly token: () => Promise<TokenResult>
  /** WEBHOOK_URL, which `register` needs. */
  readonly url: string | undefined
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
  readonly pause: (ms: number) => Promise<unknown>
}

const subjectNames = { relationship: 'relationship', transfer: 'transfer', admin: 'delegated-admin' } as const

/** Reason to stop, printed as a plain message. */
class Stop extends Error {}

const commands = { status, register, test } as const

/** Runs one command. Returns the exit code: 0 for success, 1 for a failure, 2 for a test event that did not arrive. */
export async function runWebhooks(command: keyof typeof commands, deps: WebhooksDeps): Promise<number> {
  try {
    return await commands[command](deps)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    deps.complain(error.message)
    return 1
  }
}

async function status(deps: WebhooksDeps): Promise<number> {
  const { registration, say } = deps
  const present = await registrationOf(deps)
  const events = valueOrStop(await registration.events(await identify(deps)))
  say(present === undefined ? 'Partner Center sends no events: nothing is registered.' : `Events go to ${present.url}`)
  for (const name of events) {
    const marks = [
      present?.events.includes(name) ? 'registered' : '',
      subjectOf(name) === undefined ? '' : 'used by the bot',
    ]
    say(`  ${[name.padEnd(56), ...marks.filter(Boolean)].join('  ').trimEnd()}`)
  }
  return 0
}

async function register(deps: WebhooksDeps): Promise<number> {
  const { registration, url, say, complain } = deps
  if (url === undefined) throw new Stop('WEBHOOK_URL is missing: the https address of the webhook, seen from outside.')
  const offered = valueOrStop(await registration.events(await identify(deps)))
  const events = offered.filter((name) => subjectOf(name) !== undefined)
  if (events.length === 0) throw new Stop('Partner Center offers none of the events that the bot uses.')
  const present = await registrationOf(deps)
  const caller = await identify(deps)
  const wanted = { url, events }
  const made = valueOrStop(await (present ? registration.replace(caller, wanted) : registration.create(caller, wanted)))
  if (present && present.url !== url) say(`Events went to ${present.url} before.`)
  say(`Events go to ${made.url}: ${made.events.join(', ')}`)
  for (const subject of ['relationship', 'transfer', 'admin'] as const) {
    if (events.some((name) => subjectOf(name) === subject)) continue
    complain(`Partner Center offers no ${subjectNames[subject]} event: the bot polls for changes.`)
  }
  return 0
}

async function test(deps: WebhooksDeps): Promise<number> {
  const { registration, say, complain, pause } = deps
  const id = valueOrStop(await registration.test(await identify(deps)))
  say(`Test event requested: ${id}`)
  let printed = 0
  for (let poll = 0; poll < POLLS; poll += 1) {
    await pause(POLL_MS)
    const { done, attempts } = valueOrStop(await registration.delivery(await identify(deps), id))
    for (const { at, response, message } of attempts.slice(printed)) say(`  ${at}  ${response} ${message}`.trimEnd())
    printed = attempts.length
    if (hasArrived(attempts)) return 0
    if (done) break
  }
  complain(
    printed === 0 ? 'No delivery attempt was reported.' : 'It did not arrive: the responses above are the bot’s.',
  )
  return 2
}

/** True if an attempt succeeded. Its response is an HTTP status, as a number or by its .NET name. */
const hasArrived = (attempts: TestDelivery['attempts']) =>
  attempts.some(({ response }) => /^(2\d\d|OK|Accepted|NoContent)$/i.test(response))

async function identify({ token }: WebhooksDeps): Promise<RequestIdentity> {
  const issued = await token()
  if (issued.kind !== 'token') {
    const cause = issued.kind === 'unavailable' && issued.cause instanceof Error ? `: ${issued.cause.message}` : ''
    throw new Stop(`Entra issued no token${cause}.`)
  }
  return { token: issued.token, requestId: randomUUID(), correlationId: randomUUID() }
}

/** Reads the present registration; undefined if there is none. */
async function registrationOf(deps: WebhooksDeps) {
  const result = await deps.registration.read(await identify(deps))
  return result.kind === 'refused' && result.fault === 'not-found' ? undefined : valueOrStop(result)
}

function valueOrStop<T>(result: HttpResult<T>): T {
  switch (result.kind) {
    case 'ok':
      return result.value
    case 'refused': {
      const { status: code, detail } = result
      throw new Stop(
        `Partner Center refused (${[code, result.code].filter(Boolean).join(', ')})${detail ? `: ${detail}` : '.'}`,
      )
    }
    case 'throttled': {
      const { retryAfterMs: ms } = result
      throw new Stop(
        `Partner Center throttles requests: wait${ms === undefined ? '' : ` ${Math.ceil(ms / 1000)} seconds`}.`,
      )
    }
    case 'not-sent':
      throw new Stop('Partner Center cannot be reached.')
    case 'unknown':
      throw new Stop('Partner Center sent no readable response: check `status` before trying again.')
    default:
      return result satisfies never
  }
}

/** Builds the dependencies from the environment. Throws ConfigError with every fault. */
function createDeps(env: Env): WebhooksDeps {
  const settings = createSettings(env)
  const identity = settings.raw('MicrosoftAppType') === 'UserAssignedMSI' ? settings.raw('MicrosoftAppId') : undefined
  const partner = readPartner(settings, settings.read('CLOUD'), identity)
  const url = settings.read('WEBHOOK_URL')
  if (settings.problems.length > 0 || !partner) throw new ConfigError(settings.problems)
  const { authority, audiences, partnerCenterUrl } = partner
  const tokens = createTokenProvider({ partner: partner.identity, authority, resources: audiences, now: Date.now })
  return {
    registration: createWebhookRegistration(createHttp({ baseUrl: partnerCenterUrl, now: Date.now })),
    token: () => tokens.app('partner-center'),
    url,
    say: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
    pause: sleep,
  }
}

async function main(command: string | undefined): Promise<number> {
  if (command === undefined || !Object.hasOwn(commands, command)) throw new Error(usage)
  return runWebhooks(command as keyof typeof commands, createDeps(process.env))
}

if (import.meta.main) {
  process.exitCode = await main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  })
}
