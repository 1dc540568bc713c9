import { parseArgs } from 'node:util'
import type { Policy } from '../../dialogs/policy/policy.ts'
import { findConversationOf } from '../../state/directory.ts'
import type { Database } from '../../state/engine/transaction.ts'
import { ConfigError, readConfig } from '../config/config.ts'
import { readEditions } from '../config/editions.ts'
import { createSettings, type Env } from '../config/settings.ts'
import { type Connector, createConnector } from '../teams/connector.ts'
import { createConnectorToken, createCredential } from '../teams/connector-token.ts'
import { exactServiceUrls } from '../teams/service-urls.ts'
import { bannerMessage } from '../workers/proactive.ts'
import { type CheckupDeps, checkDatabase, checkMicrosoft, checkPolicy, type Finding, wordsOf } from './doctor-checks.ts'

export interface DoctorDeps extends CheckupDeps {
  policy: Policy
  /** The day of the check, as `YYYY-MM-DD`. */
  today: string
  connector: Connector
  say: (line: string) => void
}

/** Sends a card to the first administrator who has talked to the bot in a personal chat. */
async function sendCard({ config, connector }: DoctorDeps, database: Database): Promise<Finding> {
  const check = 'test card'
  for (const id of config.admins) {
    const found = await database.transaction((tx) => findConversationOf(tx, id))
    if (!found) continue
    const { serviceUrl, conversation, body } = bannerMessage(found, { key: 'test-card' }, config)
    const sent = await connector.post(serviceUrl, conversation, body)
    if (sent.kind === 'confirmed') return { check, note: `sent to ${id}` }
    const why = sent.kind === 'refused' ? `refused with ${sent.status} ${sent.code ?? ''}`.trim() : sent.kind
    return { check, fault: `${why}; check that the administrator has the bot installed, and the token above` }
  }
  const what = 'an administrator first has to install the bot and say something to it in a personal chat'
  return {
    check,
    fault: config.admins.size === 0 ? 'no recipient: set ADMINS' : `no chat with anyone in ADMINS: ${what}`,
  }
}

/**
 * Checks every dependency, prints one line each, and returns the exit code: 1 if a check fails.
 * Changes nothing, except for the card that `send` requests. No line holds a secret.
 */
export async function runDoctor(deps: DoctorDeps, { send }: { send: boolean }): Promise<number> {
  const { config, policy, today } = deps
  const findings: Finding[] = [{ check: 'configuration' }, checkPolicy(policy, config.policyEdition, today)]
  const database = await checkDatabase(config, findings)
  try {
    findings.push(...(await checkMicrosoft(deps)))
    if (send) {
      const unsent = { check: 'test card', fault: 'cannot be sent without the database' }
      findings.push(database ? await sendCard(deps, database) : unsent)
    }
  } finally {
    await database?.close()
  }
  for (const finding of findings) deps.say(lineOf(finding))
  return findings.some(({ fault }) => fault !== undefined) ? 1 : 0
}

function lineOf({ check, fault, warning, note }: Finding): string {
  const level = fault !== undefined ? 'fault' : warning !== undefined ? 'warn ' : 'ok   '
  return [level, check.padEnd(24), fault ?? warning ?? note ?? ''].join('  ').trimEnd()
}

/** Runs all checks with the configuration of the environment; prints its faults if it is incomplete. */
export async function doctor(env: Env, { send, say }: { send: boolean; say: (line: string) => void }): Promise<number> {
  try {
    const policy = readEditions()
    const config = readConfig(env, policy)
    const credential = () => createCredential(config)
    const token = createConnectorToken({ credential, scope: config.botScope, now: Date.now })
    const connector = createConnector({ serviceUrls: exactServiceUrls(config.serviceHosts), token, now: Date.now })
    const webhookUrl = createSettings(env).raw('WEBHOOK_URL')
    const today = new Date().toISOString().slice(0, 10)
    return await runDoctor({ config, policy, today, token, connector, webhookUrl, loopback: false, say }, { send })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const { name, fault } of error.problems) say(lineOf({ check: name, fault }))
    return 1
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { send: { type: 'boolean', default: false } } })
  const say = (line: string) => process.stdout.write(`${line}\n`)
  process.exitCode = await doctor(process.env, { ...values, say }).catch((error: unknown) => {
    process.stderr.write(`${wordsOf(error)}\n`)
    return 1
  })
}
