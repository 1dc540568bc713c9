import type { Locale } from '../cards/text/text.ts'
import type { DirectoryId } from '../dialogs/directory-id.ts'
import type { Cloud, Policy } from '../dialogs/policy/policy.ts'

/** The people who are asked for an approval, as far as they are known so far. */
export interface ApproverRoster {
  /** Object ids of the people who are named in the configuration. */
  people: readonly string[]
  /** Name of the group; its id until the name has been read. */
  group: string | undefined
  /** Members of the group when it was last read: good for drawing cards, never for deciding who may approve. */
  members: readonly string[]
}

/** The facts of this installation: they are the same for every turn and every effect. */
export interface Deployment {
  policy: Policy
  /** Policy edition for new cases. */
  edition: string
  cloud: Cloud
  /** Language of everything that more than one person reads. */
  defaultLocale: Locale
  sandbox: boolean
  /** Days without a change after which an idle case closes; undefined keeps it open. */
  closeAfterDays?: number | undefined
  /** The company that the bot acts for, and the rights it gives to its people (object ids). */
  partner: {
    tenant: string
    admins: ReadonlySet<DirectoryId>
    auditors: ReadonlySet<DirectoryId>
    approvalsRequired: number
    approvers: () => ApproverRoster
  }
}
