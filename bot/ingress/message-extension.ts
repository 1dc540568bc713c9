import { z } from 'zod'
import { insertableStates, invitationItem, invitationMessageCard } from '../../cards/faces/invitation-message.ts'
import type { AdaptiveCard } from '../../cards/render.ts'
import { type Locale, text } from '../../cards/text/text.ts'
import type { Viewer } from '../../cards/viewer.ts'
import type { TenantInfo } from '../../dialogs/calls.ts'
import type { Track } from '../../dialogs/tracks/registry.ts'
import { findPerson } from '../../state/directory.ts'
import type { Database, Tx } from '../../state/engine/transaction.ts'
import { searchInvitations } from '../../state/invitations.ts'
import { findLink } from '../../state/links.ts'
import type { Deployment } from '../deployment.ts'
import type { IncomingActivity } from '../teams/activity.ts'
export interface MessageExtensionDeps {
  database: Database
  deployment: Deployment
  now: () => Date
  /** True if a URL belongs to one of Microsoft's admin centers. */
  isInvitation: (url: string) => boolean
}

/** Search results on one page. There is no second page: a longer query narrows the results. */
const MAX_RESULTS = 10
/** Matching cases that are read; some of them have no link yet. */
const MAX_CASES = 50
const MAX_QUERY_LENGTH = 100
const MAX_URL_LENGTH = 2_000

const querySchema = z.looseObject({
  commandId: z.literal('invitation'),
  parameters: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).default([]),
  queryOptions: z.looseObject({ skip: z.number().default(0) }).default({ skip: 0 }),
})
const linkSchema = z.looseObject({ url: z.string().max(MAX_URL_LENGTH) })

/** An invitation with a link, and its state. */
interface Found {
  customer: TenantInfo
  link: string
  state: (typeof insertableStates)[number]
  since: string
}

const ownStates = { 'link-ready': 'created', 'awaiting-customer': 'with-customer', accepted: 'accepted' } as const

function foundIn({ kind, state, context, since }: Track): Found | undefined {
  if (kind !== 'relationship' && kind !== 'invitation') return undefined
  const { customer, link } = context
  const standing =
    kind === 'invitation'
      ? insertableStates.find((insertable) => insertable === state)
      : Object.hasOwn(ownStates, state)
        ? ownStates[state as keyof typeof ownStates]
        : undefined
  return customer && link !== null && standing ? { customer, link, state: standing, since } : undefined
}

type Preview = { title: string; subtitle?: string }

/** Builds a result list for Teams: each entry has a card to insert and a preview. */
const resultOf = (found: { card: AdaptiveCard; preview: Preview }[]) => ({
  composeExtension: {
    type: 'result',
    attachmentLayout: 'list',
    attachments: found.map(({ card, preview: { title, subtitle } }) => ({
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: card,
      preview: {
        contentType: 'application/vnd.microsoft.card.thumbnail',
        content: { title, ...(subtitle === undefined ? {} : { text: subtitle }) },
      },
    })),
  },
})

/**
 * The message extension: finds a person's own invitations to insert into a chat, and unfurls their links. It may be
 * used where the bot is not: it reads only, and notes neither people nor conversations.
 */
export function createMessageExtension({ database, deployment, now, isInvitation }: MessageExtensionDeps) {
  async function viewerOf(tx: Tx, { place, sender, locale }: IncomingActivity): Promise<Viewer> {
    const known = await findPerson(tx, place.tenant, sender.id)
    const language = (known?.locale as Locale | undefined) ?? locale ?? deployment.defaultLocale
    return { locale: language, sandbox: deployment.sandbox, names: {}, at: now().toISOString() }
  }

  async function ownOf(tx: Tx, { place, sender }: IncomingActivity, text: string): Promise<Found[]> {
    const given = { tenant: place.tenant, person: sender.id, text, limit: MAX_CASES }
    const cases = await searchInvitations(tx, given)
    return cases.flatMap(({ case: caseRecord }) => caseRecord.tracks.flatMap((track) => foundIn(track) ?? []))
  }

  /** The link of the partner itself, or one that was sent to this person. */
  async function isKnownLink(tx: Tx, incoming: IncomingActivity, url: string): Promise<boolean> {
    const own = await findLink(tx, incoming.place.tenant)
    const isSame = (link: string) => URL.canParse(link) && new URL(link).href === new URL(url).href
    if (own && isSame(own.url)) return true
    return (await ownOf(tx, incoming, '')).some(({ link }) => isSame(link))
  }

  return {
    /** Answers `composeExtension/query`: the person's invitations by customer or case, the newest where nothing is typed. */
    search: async (incoming: IncomingActivity, value: unknown): Promise<object> => {
      const query = querySchema.safeParse(value).data
      if (!query || query.queryOptions.skip > 0 || incoming.sender.id === '') return resultOf([])
      const typed = query.parameters.find(({ name }) => name === 'customer')?.value
      const text = typeof typed === 'string' ? typed.slice(0, MAX_QUERY_LENGTH) : ''
      const { viewer, found } = await database.transaction(async (tx) => ({
        viewer: await viewerOf(tx, incoming),
        found: await ownOf(tx, incoming, text),
      }))
      const shown = found.slice(0, MAX_RESULTS).map(({ customer, link, ...standing }) => ({
        card: invitationMessageCard({ customer, link }, viewer),
        preview: invitationItem(viewer.locale, { customer, ...standing }),
      }))
      return resultOf(shown)
    },

    /**
     * Answers `composeExtension/queryLink`. The card names no customer: a partner's link is the same for all of them,
     * and who pastes it has not said whom it is for.
     */
    unfurl: async (incoming: IncomingActivity, value: unknown): Promise<object> => {
      const url = linkSchema.safeParse(value).data?.url
      if (url === undefined || !isInvitation(url) || incoming.sender.id === '') return resultOf([])
      const viewer = await database.transaction(async (tx) =>
        (await isKnownLink(tx, incoming, url)) ? viewerOf(tx, incoming) : undefined,
      )
      if (!viewer) return resultOf([])
      const preview = { title: text(viewer.locale, 'message.heading'), subtitle: text(viewer.locale, 'message.help') }
      return resultOf([{ card: invitationMessageCard({ link: url }, viewer), preview }])
    },
  }
}
export type MessageExtension = ReturnType<typeof createMessageExtension>
