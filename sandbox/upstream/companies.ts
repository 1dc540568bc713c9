import { seats } from '../windows/seats.ts'

/** A partner of the programme. `reseller` is an indirect one and goes through its provider; `provider` also sells itself. */
export interface WorldPartner {
  id: string
  name: string
  domain: string
  kind: 'direct' | 'provider' | 'reseller'
  mpnId: string
  country: string
  /** Tenants of the providers an indirect reseller buys from. */
  providers: string[]
  signedAgreement: boolean
  /** Partner of a national cloud, where nothing can be transferred. */
  nationalCloud: boolean
}

export interface WorldCustomer {
  id: string
  name: string
  domain: string
  country: string
  underReview: boolean
}

/** Subscription that a partner sold. An Azure plan is the parent of Azure subscriptions. */
export interface WorldSubscription {
  id: string
  customer: string
  partner: string
  product: 'azure-plan' | 'azure' | 'azure-legacy' | 'licence'
  name: string
  quantity: number
  createdAt: number
  plan?: string
  /** Reason why it never moves to another partner. */
  stays?: string
}

/** Relationship of a customer and a partner. Lists show it from `visibleAt` on, in milliseconds. */
export interface Relationship {
  customer: string
  partner: string
  visibleAt: number
}

export interface SimulatedWorld {
  partners: WorldPartner[]
  customers: WorldCustomer[]
  relationships: Relationship[]
  subscriptions: WorldSubscription[]
}

const tenantOf = (slug: string): string => seats.find((seat) => seat.slug === slug)?.tenant ?? ''
const customerId = (number: number) => `c0000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const subscriptionId = (number: number) => `5ab50000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** Tenant of the direct partner and the manager, for which the bot of the sandbox is registered. */
export const directPartnerTenant = tenantOf('direct-partner')
export const resellerTenant = tenantOf('reseller')
export const otherPartnerTenant = 'dddddddd-0000-4000-8000-000000000000'

const partner = (
  own: Pick<WorldPartner, 'id' | 'name' | 'domain' | 'kind' | 'mpnId'> & Partial<WorldPartner>,
): WorldPartner => ({
  country: 'US',
  providers: [],
  signedAgreement: true,
  nationalCloud: false,
  ...own,
})

const partners: WorldPartner[] = [
  partner({
    id: directPartnerTenant,
    name: 'First Up Consultants',
    domain: 'firstup.example',
    kind: 'provider',
    mpnId: '1000001',
  }),
  partner({
    id: resellerTenant,
    name: 'Wingtip Services',
    domain: 'wingtip.example',
    kind: 'reseller',
    mpnId: '1000002',
    providers: [directPartnerTenant],
  }),
  partner({
    id: 'bbbbbbbb-1111-4000-8000-000000000000',
    name: 'Southridge Services',
    domain: 'southridge.example',
    kind: 'reseller',
    mpnId: '1000003',
    providers: [directPartnerTenant],
    signedAgreement: false,
  }),
  partner({ id: otherPartnerTenant, name: 'Litware', domain: 'litware.example', kind: 'direct', mpnId: '1000004' }),
]

/** Situation of each customer, printed by the sandbox with the domains. */
export const situations = [
  { name: 'Fabrikam', domain: 'fabrikam.example', situation: 'no relationship yet: win this customer' },
  { name: 'Coho Vineyard', domain: 'coho.example', situation: 'no relationship yet: the customer of the story' },
  {
    name: 'Contoso',
    domain: 'contoso.example',
    situation: 'customer of First Up Consultants with an Azure plan; Litware has the rest',
  },
  {
    name: 'Northwind Traders',
    domain: 'northwind.example',
    situation: 'customer of First Up Consultants without an Azure plan',
  },
  {
    name: 'Tailspin Toys',
    domain: 'tailspin.example',
    situation: 'customer of First Up Consultants; Litware has Azure of the old kind',
  },
  {
    name: 'Adventure Works',
    domain: 'adventure-works.example',
    situation: 'customer of First Up Consultants in another country',
  },
  {
    name: 'Humongous Insurance',
    domain: 'humongous.example',
    situation: 'customer of First Up Consultants, its account under review',
  },
  {
    name: 'Woodgrove Bank',
    domain: 'woodgrove.example',
    situation: 'First Up Consultants is the current partner; Litware wants it',
  },
  { name: 'Proseware', domain: 'proseware.example', situation: 'no relationship yet: Azure bought from Microsoft' },
] as const

const abroad = new Set(['adventure-works.example'])
const reviewed = new Set(['humongous.example'])
const prospects = new Set(['fabrikam.example', 'coho.example', 'proseware.example'])
const ourPlans = new Set(['contoso.example', 'tailspin.example', 'adventure-works.example', 'woodgrove.example'])

/**
 * Subscriptions sold by Litware, or by the direct partner to Woodgrove Bank. `stays` is the reason why one never moves.
 */
const sold: [domain: string, product: WorldSubscription['product'], name: string, stays?: string][] = [
  ['fabrikam.example', 'licence', 'Microsoft 365 Business Premium'],
  ['contoso.example', 'azure', 'Contoso production'],
  ['contoso.example', 'azure', 'Contoso test'],
  ['contoso.example', 'licence', 'Microsoft 365 E3'],
  ['northwind.example', 'azure', 'Northwind web shop'],
  ['northwind.example', 'licence', 'Microsoft 365 Business Basic'],
  ['tailspin.example', 'azure-legacy', 'Tailspin warehouse'],
  ['adventure-works.example', 'azure', 'Adventure Works bookings'],
  ['humongous.example', 'azure', 'Humongous claims'],
  ['woodgrove.example', 'azure', 'Woodgrove branches'],
  ['woodgrove.example', 'azure', 'Woodgrove back-up', 'Third-party marketplace products do not move.'],
  ['woodgrove.example', 'licence', 'Microsoft 365 E5'],
]

/** Creates the invented companies of a new simulation. `now` in milliseconds. */
export function createWorld(now: number): SimulatedWorld {
  const customers = situations.map(({ name, domain }, index) => ({
    id: customerId(index + 1),
    name,
    domain,
    country: abroad.has(domain) ? 'AU' : 'US',
    underReview: reviewed.has(domain),
  }))
  const idOf = (domain: string) => customers.find((customer) => customer.domain === domain)?.id ?? ''
  const sellerOf = (domain: string) => (domain === 'woodgrove.example' ? directPartnerTenant : otherPartnerTenant)
  let count = 0
  const sell = (
    customer: string,
    seller: string,
    more: Pick<WorldSubscription, 'product' | 'name'>,
  ): WorldSubscription => {
    count += 1
    return { id: subscriptionId(count), customer, partner: seller, quantity: 10 + count, createdAt: now, ...more }
  }
  const plan = { product: 'azure-plan', name: 'Azure plan' } as const
  const plans = [
    ...[...ourPlans].map((domain) => sell(idOf(domain), directPartnerTenant, plan)),
    ...[
      'contoso.example',
      'northwind.example',
      'adventure-works.example',
      'humongous.example',
      'woodgrove.example',
    ].map((domain) => sell(idOf(domain), otherPartnerTenant, plan)),
  ]
  const subscriptions = sold.map(([domain, product, name, stays]) => {
    const subscription = sell(idOf(domain), sellerOf(domain), { product, name })
    const frame = plans.find(
      (other) => other.customer === subscription.customer && other.partner === subscription.partner,
    )
    return {
      ...subscription,
      ...(product === 'azure' && frame !== undefined ? { plan: frame.id } : {}),
      ...(stays === undefined ? {} : { stays }),
    }
  })
  return {
    partners: structuredClone(partners),
    customers,
    relationships: customers.flatMap(({ id, domain }) => [
      { customer: id, partner: otherPartnerTenant, visibleAt: now },
      ...(prospects.has(domain) ? [] : [{ customer: id, partner: directPartnerTenant, visibleAt: now }]),
    ]),
    subscriptions: [...plans, ...subscriptions],
  }
}
