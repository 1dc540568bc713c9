import { text } from '../../../cards/text/text.ts'
import { roleKeyOf } from '../../../dialogs/roles.ts'
import type { WorldCustomer, WorldPartner } from '../companies.ts'
import type { GdapRecord } from '../graph/gdap-record.ts'
import { countdown, type Html, html, htmlButton, htmlDocument, trusted } from './html.ts'
import type { PageDeps } from './page.ts'

const nothing = html``
const REFRESH_SECONDS = 2
const daysIn = (duration: string) => /^P(\d+)D$/.exec(duration)?.[1] ?? duration
const title = 'Microsoft 365 admin center (simulated)'

/** The `hash` of the link by which a customer approves admin rights, which names the part of the page to show. */
export const anchorOf = ({ id }: GdapRecord) => `/partners/invitation/granularAdminRelationships/${id}`

/** An address that was never open before: to one that differs only after the `#`, a browser jumps without loading it. */
const freshAddress = (relationship: GdapRecord, now: number) => `/AdminPortal/Home?at=${now}#${anchorOf(relationship)}`

/** Draws what a customer sees behind the links that partners send. */
export function createAdminCenter({ store, relationships, gdap }: PageDeps) {
  const accepts = (customer: string, partner: string) =>
    store.state.due.find(
      (change) => change.kind === 'customer-accepts' && change.customer === customer && change.partner === partner,
    )

  function invitation(asking: readonly WorldPartner[], query: URLSearchParams): Html {
    const isOpen = ({ id }: WorldCustomer) => asking.some((partner) => !relationships.between(id, partner.id))
    const ids = asking.map(({ id }) => id)
    const invited = store.state.invitations
      .filter(({ partners }) => partners.join() === ids.join())
      .toReversed()
      .map(({ customer }) => store.customer(customer ?? ''))
      .filter((found) => found !== undefined)
    const done = invited.filter((customer) => !isOpen(customer))
    const open = invited.filter(isOpen)
    const others = store.state.customers.filter((customer) => isOpen(customer) && !invited.includes(customer))
    const names = asking.map(({ name }) => name).join(' and ')
    const choice = ({ id, name, domain }: WorldCustomer) =>
      html`<label><input type="radio" name="customer" required value="${id}" ${trusted(
        id === open[0]?.id ? 'checked' : '',
      )}> ${name} <span class="soft">${domain}</span></label>`
    const due = open[0] === undefined ? undefined : accepts(open[0].id, ids[0] ?? '')
    const form = html`<form method="post" action="/do/customer-accepts">
<input type="hidden" name="back" value="/AdminPortal/Home?${query.toString()}">
<p class="soft">You are signed in as administrator of</p>${[...open, ...others].map(choice)}${asking.map(({ id }) => html`<input type="hidden" name="partner" value="${id}">`)}
<div class="do"><button class="main">Accept the agreement and the partner</button></div></form>${
      open[0] === undefined
        ? nothing
        : html`<p>${htmlButton('customer-ignores', 'Ignore the invitation', { customer: open[0].id, back: '/' })}
<span class="soft">Microsoft tells the partner nothing.</span></p>`
    }${due === undefined ? nothing : html`<p class="wait">Accepts by itself in ${countdown(due.at - store.now())}.</p>`}`
    return html`<h2>Partner relationship</h2>${done.map(
      ({ name }) => html`<p class="card inside good">${name} has accepted. ${names} can sell to ${name} now.</p>`,
    )}<div class="card inside"><p><b>${names}</b> would like to be your reseller.</p>
<ul><li>Partner: ${asking.map(({ name, domain, country }) => `${name} (${domain}, ${country})`).join(', ')}</li>
<li>They may order and manage subscriptions for you, under the Microsoft Customer Agreement.</li>
<li>They get no admin rights: those are asked for separately.</li></ul>${form}</div>`
  }

  function scope(relationship: GdapRecord): Html {
    const { roles, duration, autoExtend } = relationship
    const partner = store.partner(relationship.partner)
    return html`<p><b>${partner?.name ?? ''}</b> asks for ${roles.length} ${roles.length === 1 ? 'role' : 'roles'} for ${daysIn(duration)} days${
      autoExtend === 'PT0S' ? '' : ', extended automatically'
    }:</p><ul>${roles.map((id) => {
      const key = roleKeyOf(id)
      return key === undefined
        ? html`<li>${id}</li>`
        : html`<li><b>${text('en', `role.${key}.title`)}</b>: ${text('en', `role.${key}.may`)}</li>`
    })}</ul>`
  }

  function access(relationship: GdapRecord): Html {
    const { id, status, customer } = relationship
    const back = `/AdminPortal/Home#${anchorOf(relationship)}`
    const name = store.customer(customer?.tenantId ?? '')?.name
    const choices = customer === null ? store.state.customers : []
    const asked = html`<form method="post" action="/do/customer-approves-gdap"><input type="hidden" name="relationship" value="${id}">
<input type="hidden" name="back" value="${back}">${
      customer === null
        ? choices.map(
            (found) =>
              html`<label><input type="radio" name="customer" required value="${found.id}"> ${found.name}</label>`,
          )
        : html`<input type="hidden" name="customer" value="${customer.tenantId}">`
    }<div class="do"><button class="main">Approve all</button></div></form>
<p>${htmlButton('customer-ignores-gdap', 'Let the request expire', { relationship: id, back })}
<span class="soft">There is no way to decline: an unanswered request ends after 90 days. This lets them pass.</span></p>`
    const states: Partial<Record<GdapRecord['status'], Html>> = {
      approvalPending: asked,
      activating: html`<p class="wait">Approved. The roles become active in a moment.</p>`,
      active: html`<p class="good">Approved: the roles are active.</p><p>${htmlButton(
        'customer-ends-gdap',
        'Remove the roles',
        { relationship: id, back },
      )}</p>`,
      terminationRequested: html`<p class="wait">Removed. The roles end in a moment.</p>`,
      terminated: html`<p class="bad">The roles have been removed.</p>`,
      expired: html`<p class="bad">The request has expired.</p>`,
    }
    return html`<section class="request" id="${anchorOf(relationship)}"><h2>Request for admin roles</h2><div class="card inside">
<p class="soft">${relationship.displayName}${name === undefined ? '' : `. You are signed in as administrator of ${name}.`}</p>
${scope(relationship)}${states[status] ?? nothing}</div></section>`
  }

  return (query: URLSearchParams): string => {
    const asking = ['partnerId', 'indirectCSPId']
      .map((name) => store.partner(query.get(name) ?? ''))
      .filter((found) => found !== undefined)
    const requests = asking.length > 0 ? [] : gdap.all().filter(({ status }) => status !== 'created')
    const head = html`<h1>${title}</h1><p class="soft">This is what a customer sees. <a href="/">Back to all companies</a></p>`
    const body = html`${head}${asking.length === 0 ? nothing : invitation(asking, query)}${requests.toReversed().map(access)}${
      asking.length === 0 && requests.length === 0 ? html`<p>Nobody asks this customer for anything.</p>` : nothing
    }`
    const moving = requests.findLast(({ status }) => status === 'activating' || status === 'terminationRequested')
    return htmlDocument(title, body, moving && `${REFRESH_SECONDS}; url=${freshAddress(moving, store.now())}`)
  }
}
export type AdminCenter = ReturnType<typeof createAdminCenter>
