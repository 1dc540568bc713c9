import type { Gdap } from './gdap.ts'
import type { GdapRelationship } from './gdap-record.ts'
import { button, document, type Html, html, trusted } from './html.ts'
import type { Relationships } from './relationships.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'
import type { TransferRecord } from './transfer-record.ts'
import type { Transfers } from './transfers.ts'
import { type Customer, directPartner, otherPartner, reseller, situations } from './world.ts'

export interface PageDeps {
  store: Store
  settings: Settings
  relationships: Relationships
  transfers: Transfers
  gdap: Gdap
}

const nothing = html``
const refreshSeconds = 10
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

/** What the simulated services know, with a button for everything that the other side can do. No script. */
export function createPage({ store, settings, relationships, transfers, gdap }: PageDeps) {
  const nameOf = (tenant: string) => (store.partner(tenant) ?? store.customer(tenant))?.name ?? tenant
  const us = [directPartner, reseller]

  function serving({ id }: Customer, partner: string): Html {
    const found = relationships.between(id, partner)
    if (found === undefined) {
      const accept = button('customer-accepts', `Accepts ${nameOf(partner)}`, { customer: id, partner })
      const waits = store.state.due.some((one) => one.kind === 'customer-accepts' && one.customer === id)
      return html`<div>${accept}${waits ? html` <span class="wait">about to accept by itself</span>` : nothing}</div>`
    }
    const state =
      found.visibleAt <= store.now()
        ? html`<span class="good">customer</span>`
        : html`<span class="wait">shows soon</span>`
    return html`<div>${nameOf(partner)}: ${state} ${button('customer-leaves', 'Leaves', { customer: id, partner })}</div>`
  }

  function customerRow(customer: Customer): Html {
    const sold = store.state.subscriptions.filter((one) => one.customer === customer.id)
    const hint = situations.find(({ domain }) => domain === customer.domain)?.situation ?? ''
    const asks = sold.some((one) => one.partner === directPartner && transfers.productTypeOf(one) !== undefined)
    const ask = { customer: customer.id, source: directPartner, target: otherPartner }
    return html`<tr><td><b>${customer.name}</b><small>${hint}</small></td>
<td><code>${customer.domain}</code><small><code>${customer.id}</code></small></td>
<td>${customer.country}</td>
<td>${sold.map((one) => html`<div>${one.name} <span class="soft">by ${nameOf(one.partner)}</span></div>`)}</td>
<td><div class="do">${us.map((partner) => serving(customer, partner))}${
      asks ? button('partner-asks', `${nameOf(otherPartner)} asks for it`, ask) : nothing
    }</div></td></tr>`
  }

  function transferButtons({ id, status, accepted }: TransferRecord): Html {
    if (status !== 'Active' || accepted) return nothing
    const accept = (label: string, failing: string) => button('source-accepts', label, { transfer: id, failing })
    return html`<div class="do">${accept('Source accepts', 'none')}${accept('Accepts, some items fail', 'some')}${button(
      'source-declines',
      'Source declines',
      { transfer: id },
    )}${button('target-cancels', 'Target cancels', { transfer: id })}${button('transfer-expires', 'Let it expire', { transfer: id })}</div>`
  }

  const transferRow = (one: TransferRecord): Html => html`<tr>
<td><b>${nameOf(one.customer)}</b><small><code>${one.id}</code></small></td>
<td>${nameOf(one.source)} → ${nameOf(one.target)}<small>${one.products?.join(', ') ?? 'everything'}</small></td>
<td><span class="${tone(one.status)}">${one.status}${one.accepted && one.status === 'Active' ? ', accepted' : ''}</span>
<small>until ${day(one.expiresAt)}</small></td>
<td>${one.lines.map(
    (line) =>
      html`<div>${line.name}: <span class="${tone(line.status)}">${line.status}</span><small>${line.error ?? ''}</small></div>`,
  )}</td>
<td>${transferButtons(one)}</td></tr>`

  const gdapRow = (one: GdapRelationship): Html => html`<tr>
<td><b>${one.displayName}</b><small><code>${one.id}</code></small></td>
<td>${nameOf(one.partner)} for ${one.customer === null ? 'any customer' : nameOf(one.customer.tenantId)}</td>
<td><span class="${tone(one.status)}">${one.status}</span></td>
<td>${one.roles.length} roles, ${one.duration}<small>${one.assignments.length} groups</small></td>
<td>${one.status === 'approvalPending' ? html`<a href="/AdminPortal/Home">Customer's admin center</a>` : nothing}</td></tr>`

  const table = (heads: readonly string[], rows: readonly Html[], empty: string): Html =>
    rows.length === 0
      ? html`<div class="card inside soft">${empty}</div>`
      : html`<div class="card"><table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`

  return {
    /** The page at `/`; `note` says what went wrong with the button before. */
    overview: (note: string | null): string => {
      const { customers, partners, transfers: all, gdap: access } = store.state
      const wait = settings.acceptAfterMs
      const body = html`<h1>The simulated Partner Center</h1>
<p class="soft">Here you play the other side: the customer who accepts, the partner who hands over. All companies are
invented. ${
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
          (one) =>
            html`<tr><td><b>${one.name}</b></td><td><code>${one.domain}</code></td><td><code>${one.id}</code></td><td>${one.kind}</td></tr>`,
        ),
        'None.',
      )}`
      return document('The simulated Partner Center', body, note === null ? refreshSeconds : undefined)
    },

    /** Where an invitation link leads: a person chooses whose administrator they are, and accepts. */
    adminCenter: (query: URLSearchParams): string => {
      const partner = store.partner(query.get('partnerId') ?? '')
      const provider = store.partner(query.get('indirectCSPId') ?? '')
      const asking = [partner, provider].filter((one) => one !== undefined)
      const open = store.state.customers.filter(({ id }) => asking.some((one) => !relationships.between(id, one.id)))
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
      return document('The simulated admin center', body)
    },
  }

  function approval(one: GdapRelationship): Html {
    const choices = one.customer === null ? store.state.customers : [store.customer(one.customer.tenantId)]
    return html`<h2>${one.displayName}</h2><div class="card inside"><p><b>${nameOf(one.partner)}</b> asks for ${one.roles.length}
roles for ${one.duration}.</p><form method="post" action="/do/customer-approves-gdap"><input type="hidden" name="relationship"
value="${one.id}">${choices.map((found, index) =>
      found === undefined
        ? nothing
        : html`<label><input type="radio" name="customer" required value="${found.id}" ${trusted(index === 0 ? 'checked' : '')}> ${found.name}</label>`,
    )}<p><button>Approve all</button></p></form></div>`
  }
}
export type Page = ReturnType<typeof createPage>
