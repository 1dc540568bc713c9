import { openDatabase } from '../../../state/engine/database.ts'
import { addEffects, type NewEffect } from '../../../state/outbox-store.ts'
import { SERVICE_URL, TENANT } from '../../support/identity.ts'
import { createTally, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'
import { damagedUrls, hostileUrls } from './hostile-urls.ts'
import { guaranteeOf, type Removal } from './removals.ts'
import { activityFrom, newPartner, type Target, targetAdmin, withTarget } from './target.ts'

const attacker = 'https://attacker.example/'

/** Waits until the condition holds. False after ten seconds. */
async function comes(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (await isSo()) return true
  }
  return false
}

/** Method of a request to a conversation, and its host. */
const spokenIn = ({ internet }: Target, conversation: string) =>
  internet.state.visits.filter(({ path }) => path.includes(`/${encodeURIComponent(conversation)}/`))

/** Hostile URL in activity and token: refused, without any request to it. */
async function sendIn(target: Target, tally: Tally, urls: readonly string[], mustRefuse: boolean) {
  for (const url of urls) {
    const who = newPartner()
    const token = target.identity.mint({ claims: { serviceurl: url } })
    const { status } = await target.say({ ...activityFrom(who), serviceUrl: url }, token)
    const isRefused = status >= 400 && status < 500 && !target.knows(who.conversation)
    tally.expect(isRefused || (!mustRefuse && status === 200), () => `${JSON.stringify(url)} got ${status}`)
  }
}

/** Hostile URL in the database: its messages and updates become dead letters, others go out. */
async function haveStored(target: Target, tally: Tally, urls: readonly string[]) {
  const database = await openDatabase(target.databaseUrl)
  const owners = await Promise.all(
    [...urls, SERVICE_URL].map(async (url) => {
      const who = newPartner()
      await target.say(activityFrom(who))
      return { url, ...who }
    }),
  )
  await comes(() => owners.every(({ conversation }) => spokenIn(target, conversation).length > 0))
  const before = target.internet.state.visits.length
  await database.transaction(async (tx) => {
    for (const { url, conversation } of owners) {
      const reference = JSON.stringify({ serviceUrl: url, bot: { id: '28:bot' } })
      await tx.execute(
        { name: 'hold-lead-astray', sql: 'update conversations set reference = ? where conversation = ?' },
        [reference, conversation],
      )
    }
    await addEffects(tx, owners.flatMap(effectsFor))
  })
  await target.wake()
  const isDone = () =>
    database.transaction(async (tx) => {
      const waiting = await tx.execute(
        { name: 'hold-waiting', sql: 'select id from outbox where ready is not null' },
        [],
      )
      return waiting.rows.length === 0
    })
  tally.expect(await comes(isDone), () => 'messages for stored rows were neither sent nor put aside')
  await database.close()
  const after = target.internet.state.visits.slice(before)
  for (const { url, conversation } of owners) {
    const sent = after.filter(({ path }) => path.includes(`/${encodeURIComponent(conversation)}/`))
    const right = url === SERVICE_URL ? 1 : 0
    tally.expect(sent.length === right, () => `a row with ${JSON.stringify(url)} was sent to ${sent[0]?.host}`)
  }
}

const effectsFor = ({ conversation }: { conversation: string }): NewEffect[] => [
  {
    kind: 'file',
    tenant: TENANT,
    conversation,
    payload: { attachment: { contentType: 'text/plain', content: 'hold' }, summary: 'hold' },
    key: `hold:${conversation}`,
  },
]

/** Redirect by the Connector to a hostile URL: not followed. */
async function redirect(target: Target, tally: Tally) {
  const { internet } = target
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [attacker, 'http://attacker.example/', '//attacker.example/', 'https://127.0.0.1/']) {
      internet.state.redirect = { status, location }
      const who = newPartner()
      await target.say(activityFrom(who))
      const came = await comes(() => spokenIn(target, who.conversation).length > 0)
      const visits = spokenIn(target, who.conversation)
      tally.expect(came && visits.length === 1, () => `${status} to ${location} made ${visits.length} requests`)
    }
  }
  internet.state.redirect = undefined
}

const links = [attacker, 'http://attacker.example/x.png', 'http://169.254.169.254/metadata/', 'file:///etc/passwd']
const hostileStores = [
  ...[
    attacker,
    'https://sharepoint.com.attacker.example/x',
    'https://attacker.example/.sharepoint.com/',
    'https://sharepoint.com/x',
  ],
  ...['http://contoso.sharepoint.com/x', 'https://contoso.sharepoint.com:8443/x', 'https://u@contoso.sharepoint.com/x'],
  ...[
    'https://a.b.sharepoint.com/x',
    'https://contoso.sharepoint.com\\@attacker.example/',
    'https://contoso.sharepoint.com@attacker.example/',
  ],
  ...[
    'http://127.0.0.1:80/x',
    'https://contoso.sharepoint.com.',
    'https://169.254.169.254/x',
    '//attacker.example/x',
    '',
  ],
]

/** Links in messages, attachments and unfurling are never fetched. Files go to the file store only. */
async function mention(target: Target, tally: Tally) {
  const invoke = (name: string, value: object) => ({ type: 'invoke', name, value })
  const consent = (uploadUrl: string) =>
    invoke('fileConsent/invoke', {
      type: 'fileUpload',
      action: 'accept',
      context: { export: { format: 'jsonl' } },
      uploadInfo: {
        uploadUrl,
        contentUrl: 'https://contoso.sharepoint.com/f',
        name: 'f',
        uniqueId: 'f',
        fileType: 'jsonl',
      },
    })
  const auditor = { ...newPartner(), id: targetAdmin }
  const mentions = links.flatMap((url) => [
    { type: 'message', text: `${url} [x](${url}) <a href="${url}">x</a> <img src="${url}">` },
    { type: 'message', text: 'hello', attachments: [{ contentType: 'image/png', contentUrl: url, thumbnailUrl: url }] },
    {
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.teams.file.download.info', content: { downloadUrl: url } },
      ],
    },
    { type: 'message', text: 'hello', entities: [{ type: 'clientInfo', url }], channelData: { source: { url } } },
    invoke('composeExtension/queryLink', { url }),
    invoke('composeExtension/query', { commandId: 'invitation', parameters: [{ name: 'customer', value: url }] }),
    invoke('adaptiveCard/action', { action: { type: 'Action.Execute', verb: 'show', data: { url } } }),
    invoke('signin/verifyState', { state: url }),
  ])
  for (const what of mentions) {
    const { status } = await target.say(activityFrom(newPartner(), what))
    tally.expect(status < 500, () => `${JSON.stringify(what)} got ${status}`)
  }
  for (const url of hostileStores) {
    const { status } = await target.say(activityFrom(auditor, consent(url)))
    tally.expect(status === 200, () => `a file for ${url} got ${status}`)
  }
  // The file store itself is reached, which shows that the assertion can fail.
  await target.say(activityFrom(auditor, consent('https://contoso.sharepoint.com/upload?key=1')))
  const puts = () => target.internet.state.visits.filter(({ method }) => method === 'PUT')
  await comes(() => puts().length > 0)
  const [put] = puts()
  tally.expect(put?.host === 'contoso.sharepoint.com' && !put.authorized, () => `a file was sent to ${put?.host}`)
}

async function attack(target: Target, { seed, maxTries, budgetMs }: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const end = performance.now() + budgetMs
  await sendIn(target, tally, hostileUrls, true)
  await haveStored(target, tally, hostileUrls)
  await redirect(target, tally)
  await mention(target, tally)
  const rest = damagedUrls(seed, Math.max(0, maxTries - 2 * hostileUrls.length))
  for (let at = 0; at < rest.length && performance.now() < end; at += 100) {
    await sendIn(target, tally, rest.slice(at, at + 100), false)
  }
  await target.told()
  const { internet } = target
  const astray = internet
    .astray()
    .filter(({ host, path }) => `${host}${path}` !== 'contoso.sharepoint.com/upload?key=1')
  for (const { host, authorized } of astray)
    tally.failed(`the bot went to ${host} ${authorized ? 'with' : 'without'} its token`)
  const authorized = internet.messages().filter((message) => message.authorized).length
  tally.expect(authorized > hostileUrls.length, () => 'the Connector itself did not get the token')
  return tally.outcome({ hostile: hostileUrls.length, 'tokens to the Connector': authorized, astray: astray.length })
}

const attempt = (given: TryBudget, changes: readonly SourceChange[] = []) =>
  withTarget({ changes }, (target) => attack(target, given))

/** Safeguards that the control disables. */
export const serviceUrlRemovals: readonly Removal[] = [
  {
    what: 'the list of hosts',
    changes: [
      { file: 'bot/teams/service-urls.ts', from: 'return host !== undefined && allowed.has(host)', to: 'return true' },
    ],
  },
  {
    what: 'looking again at every send',
    changes: [{ file: 'bot/teams/connector.ts', from: 'if (!deps.serviceUrls(serviceUrl))', to: 'if (false)' }],
  },
  {
    what: 'staying where it is sent from',
    changes: [{ file: 'bot/teams/connector.ts', from: "redirect: 'manual'", to: "redirect: 'follow'" }],
  },
  {
    what: 'looking at who stores files',
    changes: [
      {
        file: 'bot/teams/file-store.ts',
        from: 'return domain !== undefined && STORE_DOMAINS[cloud].includes(domain)',
        to: 'return true',
      },
    ],
  },
]
export const serviceUrls = guaranteeOf(
  {
    name: 'service-urls',
    promise: "the bot's token goes to the Connector's own hosts only, and links in messages are never fetched",
    tries: { long: 20_000, short: 1_000 },
  },
  serviceUrlRemovals,
  attempt,
  { long: 0, short: 0 },
)
