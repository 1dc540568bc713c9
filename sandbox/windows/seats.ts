/** Person at a chat window. Ids are fixed, so that their cases are found again after a restart. */
export interface SandboxSeat {
  slug: string
  /** Name of the window in the terminal and in the documents. */
  desk: string
  name: string
  company: string
  tenant: string
  /** Object id, by which approvers and administrators are named. */
  person: string
  /** Channel of the person's team. */
  channel: string
  /** Seat whose team the person is in too. */
  team?: string
  /** Offset from the bot's port. */
  offset: number
}

const resellers = 'aaaaaaaa-0000-4000-8000-000000000000'
const partners = 'bbbbbbbb-0000-4000-8000-000000000000'

/** Seats of the sandbox. The reseller belongs to another company than the rest. */
export const seats: readonly SandboxSeat[] = [
  {
    slug: 'reseller',
    desk: 'Reseller',
    name: 'Alex Wilber',
    company: 'Wingtip Services',
    tenant: resellers,
    person: 'aaaaaaaa-0000-4000-8000-000000000001',
    channel: 'Customers',
    offset: 3,
  },
  {
    slug: 'direct-partner',
    desk: 'Direct partner',
    name: 'Megan Bowen',
    company: 'First Up Consultants',
    tenant: partners,
    person: 'bbbbbbbb-0000-4000-8000-000000000001',
    channel: 'Invitations',
    offset: 4,
  },
  {
    slug: 'manager',
    desk: 'Manager',
    name: 'Nestor Wilke',
    company: 'First Up Consultants',
    tenant: partners,
    person: 'bbbbbbbb-0000-4000-8000-000000000002',
    channel: 'Approvals',
    offset: 5,
  },
  {
    slug: 'approver',
    desk: 'Second approver',
    name: 'Miriam Graham',
    company: 'First Up Consultants',
    tenant: partners,
    person: 'bbbbbbbb-0000-4000-8000-000000000011',
    channel: 'Approvals',
    team: 'manager',
    // The next one is that of the simulated Microsoft.
    offset: 7,
  },
]

const user = (id: string, name: string, person: string) => ({
  id: `29:${id}`,
  name,
  // The Playground spells it like this.
  userPrincipleName: `${id}@sandbox.example`,
  email: `${id}@sandbox.example`,
  aadObjectId: person,
  givenName: name.split(' ')[0] ?? '',
  surname: name.split(' ')[1] ?? '',
})

const colleagues = [
  'Miriam Graham',
  'Grady Archie',
  'Lidia Holloway',
  'Diego Siciliani',
  'Patti Fernandez',
  'Isaiah Langer',
]

/** Returns the Playground's configuration for a seat. It requires exactly five more people. */
export function playgroundConfigOf({ slug, name, tenant, person, channel, team = slug }: SandboxSeat) {
  const others = colleagues
    .map((name, index) => user(`${slug}-colleague-${index + 1}`, name, `${person.slice(0, -2)}1${index + 1}`))
    .filter(({ aadObjectId }) => aadObjectId !== person)
  return {
    version: '0.1.1',
    tenantId: tenant,
    bot: { id: '28:multicanal', name: 'Multicanal' },
    currentUser: user(slug, name, person),
    users: others.slice(0, 5),
    personalChat: { id: `a:${slug}-personal` },
    groupChat: { id: `19:${slug}-group@thread.v2`, name: 'Group chat' },
    team: {
      id: `19:${team}-general@thread.tacv2`,
      name: 'Team',
      aadGroupId: `${person.slice(0, -3)}100`,
      channels: [{ id: `19:${team}-channel@thread.tacv2`, name: channel }],
    },
  }
}
