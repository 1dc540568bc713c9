import {
  directPartnerTenant,
  otherPartnerTenant,
  resellerTenant,
  situations,
  type WorldCustomer,
} from '../companies.ts'
import type { Gdap } from '../graph/gdap.ts'
import type { GdapRecord } from '../graph/gdap-record.ts'
import type { Relationships } from '../partner-center/relationships.ts'
import type { TransferRecord } from '../partner-center/transfer-record.ts'
import type { Transfers } from '../partner-center/transfers.ts'
import type { UpstreamSettings } from '../settings.ts'
import type { Store } from '../store.ts'
import { type Html, html, htmlButton, htmlDocument, trusted } from './html.ts'

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
const day = (at: number) => new Date(at).toISOString().slice(0, 10)

/** Draws the state of the simulated services, with a button for every action of the other side. No script. */
export function createPage({ store, settings, relationships, transfers, gdap }: PageDeps) {
  const nameOf = (tenant: string) => (store.partner(tenant) ?? store.customer(tenant))?.name ?? tenant
  const us = [directPartnerTenant, resellerTenant]

  function serving({ id }: WorldCustomer, partner: string): Html {
    const found = relationships.between(id, partner)
    if (found === undefined) {
      const accept = htmlButton('customer-accepts', `Accepts ${nameOf(partner)}`, { customer: id, partner })
      const waits = store.state.due.some((change) => change.kind === 'customer-accepts' && change.customer === id)
      return html`<div>${accept}${waits ? html` <span class="wait">about to accept by itself</span>` : nothing}</div>`
    }
    const state =
      found.visibleAt <= store.now()
        ? html`<span class="good">customer</span>`
        : html`<span class="wait">shows soon</span>`
    return html`<div>${nameOf(partner)}: ${state} ${htmlButton('customer-leaves', 'Leaves', { customer: id, partner })}</div>`
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
<td><code>${customer.domain}</code><small><code>${customer.id}</code></small></td>
<td>${customer.country}</td>
<td>${sold.map((subscription) => html`<div>${subscription.name} <span class="soft">by ${nameOf(subscription.partner)}</span></div>`)}</td>
<td><div class="do">${us.map((partner) => serving(customer, partner))}${
      canRequest ? htmlButton('partner-asks', `${nameOf(otherPartnerTenant)} asks for it`, ask) : nothing
    }</div></td></tr>`
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
<td><b>${relationship.displayName}</b><small><code>${relationship.id}</code></small></td>
<td>${nameOf(relationship.partner)} for ${relationship.customer === null ? 'any customer' : nameOf(relationship.customer.tenantId)}</td>
<td><span class="${tone(relationship.status)}">${relationship.status}</span></td>
<td>${relationship.roles.length} roles, ${relationship.duration}<small>${relationship.assignments.length} groups</small></td>
<td>${relationship.status === 'approvalPending' ? html`<a href="/AdminPortal/Home">Customer's admin center</a>` : nothing}</td></tr>`

  const table = (heads: readonly string[], rows: readonly Html[], empty: string): Html =>
    rows.length === 0
      ? html`<div class="card inside soft">${empty}</div>`
      : html`<div class="card"><table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`

  return {
    /** Draws the page at `/`. `note` is the error of the last button. */
    overview: (note: string | null): string => {
      const { customers, partners, transfers: all, gdap: access } = store.state
      const wait = settings.acceptAfterMs
      const body = html`<h1>The simulated Partner Center</h1>
<p class="soft">Here you play the other side: the customer who accepts, the partner who hands over. Another customer
than the invited one can accept, too. All companies are invented. ${
        wait === null
          ? ''
          : `After an invitation link was fetched, the customer looked up last accepts by itself within ${Math.round(wait / 1_000)} s.`
      }</p>
${note === null ? nothing : html`<p class="note" role="alert">${note}</p>`}
<h2>Customers</h2>${table(['Customer', 'Domain and tenant', 'Country', 'Has', 'Do'], customers.map(customerRow), 'None.')}
<h2>Transfers</h2>${table(
        ['Customer', 'From and to', 'Status', 'Items', 'Do'],
        all.toReversed().map(transferRow),
        'None yet: ask for one in the bot, or let another partner ask above.',
      )}
<h2>Delegated administration</h2>${table(['Name', 'Partner', 'Status', 'Scope', 'Do'], access.map(gdapRow), 'None yet.')}
<h2>Partners</h2>${table(
        ['Partner', 'Domain', 'Tenant', 'Kind'],
        partners.map(
          (partner) =>
            html`<tr><td><b>${partner.name}</b></td><td><code>${partner.domain}</code></td><td><code>${partner.id}</code></td><td>${partner.kind}</td></tr>`,
        ),
        'None.',
      )}`
      return htmlDocument('The simulated Partner Center', body, note === null ? REFRESH_SECONDS : undefined)
    },

    /** Draws the target of an invitation link: a person chooses a customer and accepts. */
    adminCenter: (query: URLSearchParams): string => {
      const partner = store.partner(query.get('partnerId') ?? '')
      const provider = store.partner(query.get('indirectCSPId') ?? '')
      const asking = [partner, provider].filter((found) => found !== undefined)
      const open = store.state.customers.filter(({ id }) =>
        asking.some((partner) => !relationships.between(id, partner.id)),
      )
      const first = store.state.lookups[partner?.id ?? '']?.at(-1) ?? open[0]?.id
      const invitation = html`<div class="card inside"><p><b>${asking.map(({ name }) => name).join(' and ')}</b>
would like to be your reseller.</p><form method="post" action="/do/customer-accepts">
<p class="soft">You are the administrator of</p>${open.map(
        ({ id, name, domain }) =>
          html`<label><input type="radio" name="customer" required value="${id}" ${trusted(
            id === first ? 'checked' : '',
          )}> ${name} <span class="soft">${domain}</span></label>`,
      )}${asking.map(({ id }) => html`<input type="hidden" name="partner" value="${id}">`)}
<p><button>Accept the agreement and the partner</button></p></form></div>`
      const body = html`<h1>The simulated admin center</h1><p class="soft">What a customer sees behind the link. <a href="/">All of the simulation</a></p>
${asking.length === 0 ? nothing : invitation}${gdap.waiting().map(approval)}
${asking.length === 0 && gdap.waiting().length === 0 ? html`<p>Nothing waits for a customer.</p>` : nothing}`
      return htmlDocument('The simulated admin center', body)
    },
  }

  function approval(relationship: GdapRecord): Html {
    const choices =
      relationship.customer === null ? store.state.customers : [store.customer(relationship.customer.tenantId)]
    return html`<h2>${relationship.displayName}</h2><div class="card inside"><p><b>${nameOf(relationship.partner)}</b> asks for ${relationship.roles.length}
roles for ${relationship.duration}.</p><form method="post" action="/do/customer-approves-gdap"><input type="hidden" name="relationship"
value="${relationship.id}">${choices.map((found, index) =>
      found === undefined
        ? nothing
        : html`<label><input type="radio" name="customer" required value="${found.id}" ${trusted(index === 0 ? 'checked' : '')}> ${found.name}</label>`,
    )}<p><button>Approve all</button></p></form></div>`
  }
}
export type Page = ReturnType<typeof createPage>
