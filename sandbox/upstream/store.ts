import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createWorld, type SimulatedWorld } from './companies.ts'
import type { GdapRecord } from './graph/gdap-record.ts'
import type { SimulatedAnswer } from './http/answer.ts'
import type { TransferRecord } from './partner-center/transfer-record.ts'

/** Change that happens by itself later. `at` in milliseconds. */
export type ScheduledChange = { at: number } & (
  | { kind: 'customer-accepts'; customer: string; partner: string }
  | { kind: 'relationship-visible'; customer: string; partner: string }
  | { kind: 'transfer-starts'; transfer: string }
  | { kind: 'transfer-ends'; transfer: string }
  | { kind: 'transfer-expires'; transfer: string }
  | { kind: 'gdap-active'; relationship: string }
  | { kind: 'assignment-active'; relationship: string; assignment: string }
  | { kind: 'assignment-deleted'; relationship: string; assignment: string }
  | { kind: 'gdap-terminated'; relationship: string }
)

export interface AuditRecord {
  id: string
  partner: string
  customer: string
  operation: string
  at: number
  resourceType: string
  value: unknown
}

export interface StoredRegistration {
  url: string
  events: string[]
  inMsSignature: boolean
}

/** Invitation whose link was fetched. The link names no customer: it is meant for the one looked up last. */
export interface Invitation {
  customer: string | null
  /** The partner, or the reseller and its provider. */
  partners: string[]
  at: number
}

/** Change that a request or a person really made. `key` names the changed thing in business terms. */
export interface RecordedEffect {
  at: number
  operation: string
  key: string
  requestId: string | null
}

export interface SimulationState extends SimulatedWorld {
  transfers: TransferRecord[]
  gdap: GdapRecord[]
  registrations: Record<string, StoredRegistration>
  audit: AuditRecord[]
  due: ScheduledChange[]
  effects: RecordedEffect[]
  /** Tenants looked up by each partner, the newest last. */
  lookups: Record<string, string[]>
  /** Invitations that partners have fetched the link of, the newest last. */
  invitations: Invitation[]
  /** Answers to writes by partner and MS-RequestId. */
  answered: Record<string, SimulatedAnswer>
  /** Roles of people; the default is Admin agent. */
  roles: Record<string, 'admin' | 'sales' | 'none'>
  /** Signing chain, kept so that a restart does not change it. */
  signer: { rootPem: string; intermediatePem: string; leafPem: string; keyPem: string } | null
}

const SAVE_AFTER_MS = 50

const empty = (now: number): SimulationState => ({
  ...createWorld(now),
  transfers: [],
  gdap: [],
  registrations: {},
  audit: [],
  due: [],
  effects: [],
  lookups: {},
  invitations: [],
  answered: {},
  roles: {},
  signer: null,
})

function load(file: string | undefined): Partial<SimulationState> {
  if (file === undefined) return {}
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<SimulationState>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/**
 * Creates the state of the simulated services. A file is written 50 ms after each change and at `close`. `now` in
 * milliseconds. Throws if the file holds no JSON.
 */
export function createStore({ now, file }: { now: () => number; file?: string | undefined }) {
  const state: SimulationState = { ...empty(now()), ...load(file) }
  let timer: NodeJS.Timeout | undefined

  function save(): void {
    clearTimeout(timer)
    timer = undefined
    if (file === undefined) return
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  }

  /** Schedules a save. Call it after every change of `state`. */
  function changed(): void {
    if (file !== undefined) timer ??= setTimeout(save, SAVE_AFTER_MS)
  }

  return {
    state,
    now,
    changed,
    partner: (id: string) => state.partners.find((partner) => partner.id === id.toLowerCase()),
    customer: (id: string) => state.customers.find((customer) => customer.id === id.toLowerCase()),
    /** Records a real change. */
    effect: (operation: string, key: string, requestId: string | null = null): void => {
      state.effects.push({ at: now(), operation, key, requestId })
      changed()
    },
    /** Counts effects by MS-RequestId and by business key, such as `transfer.create CUSTOMER SOURCE`. */
    effects: () => countsOf(state.effects),
    /** Adds an audit record and returns its id. */
    audit: (record: Omit<AuditRecord, 'id' | 'at'>, part = record.operation.replaceAll('_', '')): string => {
      const at = now()
      // .NET counts ticks of 100 ns from the year 1.
      const id = `${record.partner}_${record.customer}_${part}_${BigInt(at) * 10_000n + 621_355_968_000_000_000n}`
      state.audit.push({ ...record, id, at })
      changed()
      return id
    },
    schedule: (change: ScheduledChange): void => {
      state.due.push(change)
      changed()
    },
    /** Removes and returns the changes due by now, the earliest first. */
    takeDue: (): ScheduledChange[] => {
      const at = now()
      const ready = state.due.filter((change) => change.at <= at).sort((a, b) => a.at - b.at)
      if (ready.length === 0) return []
      state.due = state.due.filter((change) => !ready.includes(change))
      changed()
      return ready
    },
    newId: (): string => randomUUID(),
    close: (): void => {
      if (timer !== undefined) save()
    },
  }
}
export type Store = ReturnType<typeof createStore>

function countsOf(log: readonly RecordedEffect[]) {
  const byRequest: Record<string, number> = {}
  const byKey: Record<string, number> = {}
  for (const { operation, key, requestId } of log) {
    const name = `${operation} ${key}`
    byKey[name] = (byKey[name] ?? 0) + 1
    if (requestId !== null) byRequest[requestId] = (byRequest[requestId] ?? 0) + 1
  }
  return { total: log.length, byRequest, byKey, log: [...log] }
}
