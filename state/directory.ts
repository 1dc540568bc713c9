import type { Role } from '../dialogs/questions.ts'
import { prepared } from './engine/prepared.ts'
import type { ConversationRow, PersonRow } from './engine/tables.ts'
import type { Tx } from './engine/transaction.ts'

/** A person as the bot last met them. */
export interface PersonRecord {
  tenant: string
  id: string
  name: string
  role?: Role
  locale?: string
  /** Account id in the channel (`29:…`), to address automatic card refreshes. */
  account?: string
}

const findPersonRow = prepared<{ tenant: string; id: string }>()((db, given) =>
  db
    .selectFrom('people')
    .select(['name', 'role', 'locale', 'account'])
    .where('tenant', '=', given.tenant)
    .where('id', '=', given.id),
)

export async function findPerson(tx: Tx, tenant: string, id: string): Promise<PersonRecord | undefined> {
  const row = await findPersonRow.first(tx, { tenant, id })
  if (!row) return undefined
  return {
    tenant,
    id,
    name: row.name,
    ...(row.role === null ? {} : { role: row.role as Role }),
    ...(row.locale === null ? {} : { locale: row.locale }),
    ...(row.account === null ? {} : { account: row.account }),
  }
}

const upsertPerson = prepared<PersonRow>()((db, given) =>
  db
    .insertInto('people')
    .values({
      tenant: given.tenant,
      id: given.id,
      name: given.name,
      role: given.role,
      locale: given.locale,
      account: given.account,
      updated_at: given.updated_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'id']).doUpdateSet((eb) => ({
        name: eb.ref('excluded.name'),
        role: eb.ref('excluded.role'),
        locale: eb.ref('excluded.locale'),
        account: eb.ref('excluded.account'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    ),
)

/** Stores a person at `at` (ISO time). Skips the write if nothing differs from `known`. */
export async function savePerson(
  tx: Tx,
  person: PersonRecord,
  at: string,
  known: PersonRecord | undefined,
): Promise<void> {
  const { tenant, id, name, role = null, locale = null, account = null } = person
  const isSame = known && known.name === name && (known.role ?? null) === role && (known.locale ?? null) === locale
  if (isSame && (known.account ?? null) === account) return
  await upsertPerson.run(tx, { tenant, id, name, role, locale, account, updated_at: at })
}

/** A conversation that the bot can post to. */
export interface Conversation {
  tenant: string
  conversation: string
  kind: 'personal' | 'group' | 'channel'
  /** Reference that the channel requires for posting; JSON, stored unchanged. */
  reference: unknown
  locale?: string
  installed: boolean
}

const findConversationRow = prepared<{ tenant: string; conversation: string }>()((db, given) =>
  db
    .selectFrom('conversations')
    .select(['kind', 'reference', 'locale', 'installed'])
    .where('tenant', '=', given.tenant)
    .where('conversation', '=', given.conversation),
)

export async function findConversation(
  tx: Tx,
  tenant: string,
  conversation: string,
): Promise<Conversation | undefined> {
  const row = await findConversationRow.first(tx, { tenant, conversation })
  if (!row) return undefined
  return {
    tenant,
    conversation,
    kind: row.kind,
    reference: JSON.parse(row.reference) as unknown,
    installed: row.installed === 1,
    ...(row.locale === null ? {} : { locale: row.locale }),
  }
}

const findPersonalRow = prepared<{ id: string }>()((db, given) =>
  db
    .selectFrom('people')
    .innerJoin('conversations', 'conversations.tenant', 'people.tenant')
    .select(['conversations.tenant', 'conversation', 'reference', 'conversations.locale', 'account'])
    .where('people.id', '=', given.id)
    .where('kind', '=', 'personal')
    .where('installed', '=', 1)
    .where('account', 'is not', null)
    .orderBy('conversations.updated_at', 'desc'),
)

/** Finds the personal chat of a person by object id; the most recent if there are several. */
export async function findConversationOf(tx: Tx, id: string): Promise<Conversation | undefined> {
  for (const { account, reference, locale, ...row } of await findPersonalRow.all(tx, { id })) {
    const parsed = JSON.parse(reference) as { user?: string }
    if (parsed.user !== account) continue
    return { ...row, kind: 'personal', reference: parsed, installed: true, ...(locale === null ? {} : { locale }) }
  }
  return undefined
}

const upsertConversation = prepared<ConversationRow>()((db, given) =>
  db
    .insertInto('conversations')
    .values({
      tenant: given.tenant,
      conversation: given.conversation,
      kind: given.kind,
      reference: given.reference,
      locale: given.locale,
      installed: given.installed,
      updated_at: given.updated_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'conversation']).doUpdateSet((eb) => ({
        kind: eb.ref('excluded.kind'),
        reference: eb.ref('excluded.reference'),
        locale: eb.ref('excluded.locale'),
        installed: eb.ref('excluded.installed'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    ),
)

const rowOf = ({ tenant, conversation, kind, reference, locale, installed }: Conversation) => ({
  tenant,
  conversation,
  kind,
  reference: JSON.stringify(reference),
  locale: locale ?? null,
  installed: Number(installed),
})

/** Stores a conversation at `at` (ISO time). Skips the write if nothing differs from `known`. */
export async function saveConversation(
  tx: Tx,
  conversation: Conversation,
  at: string,
  known: Conversation | undefined,
): Promise<void> {
  const row = rowOf(conversation)
  if (known && JSON.stringify(rowOf(known)) === JSON.stringify(row)) return
  await upsertConversation.run(tx, { ...row, updated_at: at })
}

const uninstall = prepared<{ tenant: string; conversation: string; at: string }>()((db, given) =>
  db
    .updateTable('conversations')
    .set({ installed: 0, updated_at: given.at })
    .where('tenant', '=', given.tenant)
    .where('conversation', '=', given.conversation),
)

/** Marks a conversation as unreachable until the next activity from it: the bot was removed or blocked. */
export async function markUninstalled(tx: Tx, tenant: string, conversation: string, at: string): Promise<void> {
  await uninstall.run(tx, { tenant, conversation, at })
}
