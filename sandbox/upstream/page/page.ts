import {
  directPartnerTenant,
  otherPartnerTenant,
  resellerTenant,
  situations,
  type WorldCustomer,
  type WorldPartner,
} from '../companies.ts'
import type { Gdap } from '../graph/gdap.ts'
import type { GdapRecord } from '../graph/gdap-record.ts'
import type { Relationships } from '../partner-center/relationships.ts'
import type { TransferRecord } from '../partner-center/transfer-record.ts'
import type { Transfers } from '../partner-center/transfers.ts'
import type { UpstreamSettings } from '../settings.ts'
import type { Invitation, Store } from '../store.ts'
import { anchorOf, createAdminCenter } from './admin-center.ts'
import { countdown, type Html, html, htmlButton, htmlDocument } from './html.ts'

export interface PageDeps {
  store: Store
  settings: UpstreamSettings
  relationships: Relationships
  transfers: Transfers
  gdap: Gdap
}

const nothing = html``
const REFRESH_SECONDS = 10
const tones: Record<string, string> = {
  Active: 'wait',
  InProgress: 'wait',
  Complete: 'good',
  PartiallyComplete: 'wait',
  approvalPending: 'wait',
  active: 'good',
}
const tone = (status: string) => tones[status] ?? 'bad'
const accessWords: Record<GdapRecord['status'], string> = {
  created: 'draft',
  approvalPending: 'waits for the customer',
  activating: 'approved',
  active: 'active',
  terminationRequested: 'being removed',
  terminated: 'removed',
  expired: 'expired',
}
const day = (at: number) => new Date(at).toISOString().slice(0, 10)

/** Draws the state of the simulated services, with a button for every action of the other side. No script. */
export function createPage({ store, settings, relationships, transfers, gdap }: PageDeps) {
  const nameOf = (tenant: string) => (store.partner(tenant) ?? store.customer(tenant))?.name ?? tenant
  const kinds: Record<WorldPartner['kind'], string> = {
    direct: 'direct-bill partner',
    provider: 'direct-bill partner, and indirect provider of resellers',
    reseller: 'indirect reseller',
  }
  const kindOf = ({ kind, providers }: WorldPartner) =>
    [kinds[kind], ...(providers.length === 0 ? [] : [`of ${providers.map(nameOf).join(', ')}`])].join(' ')
  const us = [directPartnerTenant, resellerTenant]

  function serving({ id }: WorldCustomer, partner: string): Html {
    const found = relationships.between(id, partner)
    if (found === undefined) return nothing
    const state =
      found.visibleAt <= store.now()
        ? html`<span class="good">customer</span>`
        : html`<span class="wait">shows soon</span>`
    const remove = htmlButton('customer-leaves', `Remove ${nameOf(partner)}`, { customer: id, partner })
    return html`<div>${nameOf(partner)}: ${state} ${remove}</div>`
  }

  function customerRow(customer: WorldCustomer): Html {
    const sold = store.state.subscriptions.filter((subscription) => subscription.customer === customer.id)
    const hint = situations.find(({ domain }) => domain === customer.domain)?.situation ?? ''
    const canRequest = sold.some(
      (subscription) =>
        subscription.partner === directPartnerTenant && transfers.productTypeOf(subscription) !== undefined,
    )
    const ask = { customer: customer.id, source: directPartnerTenant, target: otherPartnerTenant }
    return html`<tr><td><b>${customer.name}</b><small>${hint}</small></td>
<td><code>${customer.domain}</code></td>
<td>${customer.country}</td>
<td>${sold.map((subscription) => html`<div>${subscription.name} <span class="soft">by ${nameOf(subscription.partner)}</span></div>`)}</td>
<td><div class="do">${us.map((partner) => serving(customer, partner))}${
      canRequest ? htmlButton('partner-asks', `${nameOf(otherPartnerTenant)} asks for it`, ask) : nothing
    }${htmlButton('customer-starts-over', 'Start over', { customer: customer.id })}</div></td></tr>`
  }

  function invitationRow({ customer, partners }: Invitation): Html {
    const due = store.state.due.find((change) => change.kind === 'customer-accepts' && change.customer === customer)
    const [partner = '', provider] = partners
    const link = `/AdminPortal/Home?partnerId=${partner}${provider === undefined ? '' : `&indirectCSPId=${provider}`}`
    return html`<tr><td><b>${customer === null ? 'Whoever has the link' : nameOf(customer)}</b></td><td>${partners.map(nameOf).join(' and ')}</td>
<td>${due === undefined ? html`<span class="wait">waits</span>` : html`<span class="wait">accepts by itself in ${countdown(due.at - store.now())}</span>`}</td>
<td><a href="${link}">See the invitation</a></td></tr>`
  }

  function transferButtons({ id, status, accepted }: TransferRecord): Html {
    if (status !== 'Active' || accepted) return nothing
    const accept = (label: string, failing: string) => htmlButton('source-accepts', label, { transfer: id, failing })
    return html`<div class="do">${accept('Source accepts', 'none')}${accept('Accepts, some items fail', 'some')}${htmlButton(
      'source-declines',
      'Source declines',
      { transfer: id },
    )}${htmlButton('target-cancels', 'Target cancels', { transfer: id })}${htmlButton('transfer-expires', 'Let it expire', { transfer: id })}</div>`
  }

  const transferRow = (transfer: TransferRecord): Html => html`<tr>
<td><b>${nameOf(transfer.customer)}</b><small><code>${transfer.id}</code></small></td>
<td>${nameOf(transfer.source)} → ${nameOf(transfer.target)}<small>${transfer.products?.join(', ') ?? 'everything'}</small></td>
<td><span class="${tone(transfer.status)}">${transfer.status}${transfer.accepted && transfer.status === 'Active' ? ', accepted' : ''}</span>
<small>until ${day(transfer.expiresAt)}</small></td>
<td>${transfer.lines.map(
    (line) =>
      html`<div>${line.name}: <span class="${tone(line.status)}">${line.status}</span><small>${line.error ?? ''}</small></div>`,
  )}</td>
<td>${transferButtons(transfer)}</td></tr>`

  const gdapRow = (relationship: GdapRecord): Html => html`<tr>
<td><b>${relationship.displayName}</b></td>
<td>${nameOf(relationship.partner)} for ${relationship.customer === null ? 'any customer' : nameOf(relationship.customer.tenantId)}</td>
<td><span class="${tone(relationship.status)}">${accessWords[relationship.status]}</span></td>
<td><a href="/AdminPortal/Home#${anchorOf(relationship)}">See the request</a></td></tr>`

  const table = (heads: readonly string[], rows: readonly Html[], empty: string): Html =>
    rows.length === 0
      ? html`<div class="card inside soft">${empty}</div>`
      : html`<div class="card"><table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`

  const automatic = (): Html =>
    settings.acceptAfterMs === null
      ? html`<p>Customers wait for you. ${htmlButton('customers-accept', 'Let them accept by themselves', { by: 'themselves' })}</p>`
      : html`<p>Customers accept an invitation by themselves, ${Math.round(settings.acceptAfterMs / 1_000)} seconds after its link was made. ${htmlButton(
          'customers-accept',
          'Let them wait for me',
          { by: 'hand' },
        )}</p>`

  return {
    /** Draws the page at `/`. `note` is the error of the last button. */
    overview: (note: string | null): string => {
      const { customers, partners, transfers: all } = store.state
      const asked = gdap.all().filter(({ status }) => status !== 'created')
      const body = html`<h1>The other side</h1>
<p class="soft">Here you play everybody but the people in the chat windows: customers, and the other partner, Litware. All
companies are invented.</p>${automatic()}
${note === null ? nothing : html`<p class="note" role="alert">${note}</p>`}
<h2>Invitations</h2>${table(['Customer', 'Invited by', 'State', 'Do'], relationships.openInvitations().map(invitationRow), 'None: a customer can accept once a partner has invited it.')}
<h2>Transfers</h2>${table(
        ['Customer', 'From and to', 'Status', 'Items', 'Do'],
        all.toReversed().map(transferRow),
        'None yet: ask for one in the bot, or let Litware ask below.',
      )}
<h2>Admin rights (GDAP)</h2>${table(['Request', 'Partner', 'Status', 'Do'], asked.toReversed().map(gdapRow), 'None yet.')}
<h2>Customers</h2><p class="soft">Start over gives a customer its first situation again, to play its walk-through once more.</p>
${table(['Customer', 'Domain', 'Country', 'Has', 'Do'], customers.map(customerRow), 'None.')}
<h2>Partners</h2>${table(
        ['Partner', 'Domain', 'Kind'],
        partners.map(
          (partner) =>
            html`<tr><td><b>${partner.name}</b></td><td><code>${partner.domain}</code></td><td>${kindOf(partner)}</td></tr>`,
        ),
        'None.',
      )}`
      return htmlDocument('The other side', body, note === null ? REFRESH_SECONDS : undefined)
    },
    /** Draws the target of the links that customers get. */
    adminCenter: createAdminCenter({ store, settings, relationships, transfers, gdap }),
  }
}
export type Page = ReturnType<typeof createPage>
