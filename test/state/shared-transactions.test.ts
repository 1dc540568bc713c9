import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { moveAction, prepareAction } from '../../state/actions.ts'
import { appendRefusal, appendToRoom } from '../../state/audit/history.ts'
import { verify } from '../../state/audit/verify.ts'
import { DuplicateIdError, insertCase, saveCase } from '../../state/case-store.ts'
import { saveDelivery } from '../../state/deliveries.ts'
import { type Desk, removeDesk, setDesk } from '../../state/desks.ts'
import { markUninstalled, saveConversation, savePerson } from '../../state/directory.ts'
import { ConflictError, type Tx } from '../../state/engine/transaction.ts'
import { saveLink } from '../../state/links.ts'
import { type ClaimedEffect, claimDue, finish, release, retry } from '../../state/outbox-claims.ts'
import { addEffects, dropEffect, redrive, resume } from '../../state/outbox-store.ts'
import { createCode, redeemCode } from '../../state/pairing-codes.ts'
import { type Pairing, pair, unpair } from '../../state/pairings.ts'
import { putPostedCard, removePostedCard, removePostedCards } from '../../state/posted-cards.ts'
import { switchActions, touch } from '../../state/switches.ts'
import { addWatch, removeWatch } from '../../state/watches.ts'
import { onBoth } from './databases.ts'
import { after, answerServices, cancelCase, noon, sample } from './sample-case.ts'

/** Two writes that meet in one transaction. `setup` returns the functions that do them. */
interface Meeting {
  /** Names of the store functions that the meeting covers. */
  covers: readonly string[]
  setup: (tx: Tx) => Promise<readonly [Write, Write]>
}
type Write = (tx: Tx) => Promise<unknown>

const twice = (write: Write) => [write, write] as const

const asAgent = { tenant: 'tenant', id: 'agent' }
const elsewhere = { tenant: 'reseller', room: 'chat' }
const desk = (room: string, kind: Desk['kind'] = 'approvals'): Desk => ({
  tenant: 'tenant',
  kind,
  room,
  conversation: room,
  by: 'admin',
  at: noon,
})
const pairing = (deskRoom: string): Pairing => ({
  reseller: { tenant: 'reseller', room: 'sales', conversation: 'sales' },
  desk: { tenant: 'partner', room: deskRoom, conversation: deskRoom },
  by: asAgent,
  at: noon,
})
const action = {
  id: 'action',
  tenant: 'tenant',
  caseId: 'MC-000000',
  track: 'transfer',
  name: 'create-transfer',
  askedBy: 'agent',
  correlation: 'c',
  createdAt: noon,
}
const prepared = { ...action, state: 'prepared', sends: 0, looks: 0 } as const
const effect = { kind: 'notify', tenant: 'tenant', conversation: 'a:1', payload: { text: 'first' }, key: 'effect' }
const code = { tenant: 'partner', room: 'desk', conversation: 'desk', by: 'admin', at: noon, random: 7 }
const postedCard = { caseId: 'MC-000000', tenant: 'tenant', conversation: 'a:1', message: '1', view: 'case' } as const
const watch = { resource: 'transfer/1', tenant: 'tenant', caseId: 'MC-000000', track: 'transfer' }
const person = { tenant: 'tenant', id: 'agent', name: 'An agent' }
const place = { tenant: 'tenant', conversation: 'a:1', kind: 'personal', reference: {}, installed: true } as const
const roomEntry = { tenant: 'tenant', room: 'a:1', at: noon, by: 'agent', event: 'exported', detail: {} } as const

async function claimOne(tx: Tx): Promise<ClaimedEffect> {
  await addEffects(tx, [effect])
  const [claimed] = await claimDue(tx, { now: new Date(noon), worker: 'w', leaseMs: 1_000, limit: 10 })
  if (!claimed) throw new Error('nothing was claimed')
  return claimed
}

/** Types a code that does not exist. */
const guessWrong: Write = (tx) => redeemCode(tx, '00000000', { by: asAgent, in: elsewhere, at: after(1) })

const meetings: Record<string, Meeting> = {
  'two openings of a case under one id': {
    covers: ['insertCase'],
    setup: async () => {
      const { case: caseRecord, entry } = sample({ tenant: 'tenant' })
      return twice((tx) => insertCase(tx, caseRecord, 'a:1', entry))
    },
  },
  'two saves of one revision of a case': {
    covers: ['saveCase'],
    setup: async (tx) => {
      const { case: caseRecord, entry } = sample({ tenant: 'tenant' })
      const stored = await insertCase(tx, caseRecord, 'a:1', entry)
      const [answer, cancel] = [answerServices(caseRecord, 'role', 'direct'), cancelCase(caseRecord)]
      return [
        (each) => saveCase(each, stored, answer.case, answer.entry),
        (each) => saveCase(each, stored, cancel.case, cancel.entry),
      ]
    },
  },
  'two answers to one delivery': {
    covers: ['saveDelivery'],
    setup: async () => [(tx) => saveDelivery(tx, 'key', 'a', noon), (tx) => saveDelivery(tx, 'key', 'b', noon)],
  },
  'two preparations of one action': {
    covers: ['prepareAction'],
    setup: async () => twice((tx) => prepareAction(tx, action)),
  },
  'two moves of one action': {
    covers: ['moveAction'],
    setup: async (tx) => {
      await prepareAction(tx, action)
      return [
        (each) => moveAction(each, prepared, { state: 'sending', sends: 1 }, after(1)),
        (each) => moveAction(each, prepared, { state: 'failed' }, after(2)),
      ]
    },
  },
  'a move of an action and the move after it': {
    covers: ['moveAction'],
    setup: async (tx) => {
      await prepareAction(tx, action)
      return [
        (each) => moveAction(each, prepared, { state: 'sending', sends: 1 }, after(1)),
        (each) => moveAction(each, { ...prepared, state: 'sending', sends: 1 }, { state: 'unknown' }, after(2)),
      ]
    },
  },
  'two entries in the history of one room': {
    covers: ['appendToRoom', 'appendRefusal'],
    setup: async () => [
      (tx) => appendToRoom(tx, roomEntry),
      (tx) => appendRefusal(tx, { ...roomEntry, reason: 'not-here' }),
    ],
  },
  'two first approvals desks of one tenant': {
    covers: ['setDesk'],
    setup: async () => [(tx) => setDesk(tx, desk('one')), (tx) => setDesk(tx, desk('two'))],
  },
  'two moves of one approvals desk': {
    covers: ['setDesk'],
    setup: async (tx) => {
      await setDesk(tx, desk('before'))
      return [(each) => setDesk(each, desk('one')), (each) => setDesk(each, desk('two'))]
    },
  },
  'a move of a desk and its removal': {
    covers: ['setDesk', 'removeDesk'],
    setup: async (tx) => {
      await setDesk(tx, desk('before'))
      return [(each) => setDesk(each, desk('one')), (each) => removeDesk(each, desk('before'))]
    },
  },
  'two settings of one direct partner desk': {
    covers: ['setDesk'],
    setup: async () => [
      (tx) => setDesk(tx, desk('one', 'direct-partner')),
      (tx) => setDesk(tx, { ...desk('one', 'direct-partner'), conversation: 'other', at: after(1) }),
    ],
  },
  'a direct partner desk that is set again and removed': {
    covers: ['setDesk', 'removeDesk'],
    setup: async (tx) => {
      await setDesk(tx, desk('one', 'direct-partner'))
      return [
        (each) => setDesk(each, { ...desk('one', 'direct-partner'), at: after(1) }),
        (each) => removeDesk(each, { ...desk('one', 'direct-partner'), at: after(2) }),
      ]
    },
  },
  'two removals of one desk': {
    covers: ['removeDesk'],
    setup: async (tx) => {
      await setDesk(tx, desk('one', 'direct-partner'))
      return twice((each) => removeDesk(each, desk('one', 'direct-partner')))
    },
  },
  'two first pairings of one room': {
    covers: ['pair'],
    setup: async () => [(tx) => pair(tx, pairing('one')), (tx) => pair(tx, pairing('two'))],
  },
  'two new pairings of one room': {
    covers: ['pair'],
    setup: async (tx) => {
      await pair(tx, pairing('before'))
      return [(each) => pair(each, pairing('one')), (each) => pair(each, pairing('two'))]
    },
  },
  'a new pairing and the end of the old one': {
    covers: ['pair', 'unpair'],
    setup: async (tx) => {
      await pair(tx, pairing('before'))
      const end = { by: asAgent, at: after(1) }
      return [(each) => pair(each, pairing('one')), (each) => unpair(each, pairing('before'), end)]
    },
  },
  'two ends of one pairing': {
    covers: ['unpair'],
    setup: async (tx) => {
      await pair(tx, pairing('one'))
      return twice((each) => unpair(each, pairing('one'), { by: asAgent, at: after(1) }))
    },
  },
  'two codes of the same random bits': {
    covers: ['createCode'],
    setup: async () => twice((tx) => createCode(tx, code)),
  },
  'two uses of one code by two people': {
    covers: ['redeemCode'],
    setup: async (tx) => {
      const typed = await createCode(tx, code)
      const use = (id: string) => (each: Tx) =>
        redeemCode(each, typed, { by: { ...asAgent, id }, in: elsewhere, at: after(1) })
      return [use('first'), use('second')]
    },
  },
  'two wrong codes of one person': { covers: ['redeemCode'], setup: async () => twice(guessWrong) },
  'two wrong codes of a person who has one guess left': {
    covers: ['redeemCode'],
    setup: async (tx) => {
      for (let guess = 0; guess < 4; guess += 1) await guessWrong(tx)
      return twice(guessWrong)
    },
  },
  'two effects with one key': {
    covers: ['addEffects'],
    setup: async () => [
      (tx) => addEffects(tx, [effect]),
      (tx) => addEffects(tx, [{ ...effect, payload: { text: 'second' }, replace: true }]),
    ],
  },
  'two claims of one effect': {
    covers: ['claimDue'],
    setup: async (tx) => {
      await addEffects(tx, [effect])
      const claim = (worker: string) => (each: Tx) =>
        claimDue(each, { now: new Date(noon), worker, leaseMs: 1_000, limit: 10 })
      return [claim('first'), claim('second')]
    },
  },
  'an effect that is finished and replaced': {
    covers: ['finish', 'addEffects'],
    setup: async (tx) => {
      const claimed = await claimOne(tx)
      return [
        (each) => finish(each, claimed, { state: 'done' }),
        (each) => addEffects(each, [{ ...effect, payload: { text: 'second' }, replace: true }]),
      ]
    },
  },
  'an effect that is dead-lettered and retried': {
    covers: ['finish', 'retry'],
    setup: async (tx) => {
      const claimed = await claimOne(tx)
      return [
        (each) => finish(each, claimed, { state: 'parked', note: 'closed' }),
        (each) => retry(each, claimed, after(1), 1),
      ]
    },
  },
  'an effect that is released twice': {
    covers: ['release'],
    setup: async (tx) => {
      const claimed = await claimOne(tx)
      return twice((each) => release(each, claimed))
    },
  },
  'a dead letter that is requeued and dropped': {
    covers: ['redrive', 'dropEffect'],
    setup: async (tx) => {
      await finish(tx, await claimOne(tx), { state: 'parked' })
      return [(each) => redrive(each), (each) => dropEffect(each, effect.key)]
    },
  },
  'a dead letter that is resumed and requeued': {
    covers: ['resume', 'redrive'],
    setup: async (tx) => {
      await finish(tx, await claimOne(tx), { state: 'parked', note: 'uninstalled' })
      return [(each) => resume(each, 'tenant', 'a:1'), (each) => redrive(each, { key: effect.key })]
    },
  },
  'two saves of one person': {
    covers: ['savePerson'],
    setup: async () => [
      (tx) => savePerson(tx, person, noon, undefined),
      (tx) => savePerson(tx, { ...person, locale: 'de' }, after(1), undefined),
    ],
  },
  'a conversation that is saved and uninstalled': {
    covers: ['saveConversation', 'markUninstalled'],
    setup: async (tx) => {
      await saveConversation(tx, place, noon, undefined)
      return [
        (each) => saveConversation(each, { ...place, locale: 'de' }, after(1), place),
        (each) => markUninstalled(each, 'tenant', 'a:1', after(2)),
      ]
    },
  },
  'a posted card that is added and removed': {
    covers: ['putPostedCard', 'removePostedCards'],
    setup: async () => [(tx) => putPostedCard(tx, postedCard), (tx) => removePostedCards(tx, postedCard.caseId)],
  },
  'a posted card that shows another case, and is removed': {
    covers: ['removePostedCard'],
    setup: async (tx) => {
      await putPostedCard(tx, postedCard)
      return [
        (tx) => putPostedCard(tx, { ...postedCard, caseId: 'MC-000002' }),
        (tx) => removePostedCard(tx, postedCard),
      ]
    },
  },
  'two invitation links of one tenant': {
    covers: ['saveLink'],
    setup: async () =>
      [1, 2].map(
        (n) => (tx: Tx) => saveLink(tx, { tenant: 'tenant', url: `https://${n}`, by: 'agent', at: after(n) }),
      ) as [Write, Write],
  },
  'a watch that is added and removed': {
    covers: ['addWatch', 'removeWatch'],
    setup: async () => [(tx) => addWatch(tx, watch), (tx) => removeWatch(tx, watch)],
  },
  'the kill switch in both directions': {
    covers: ['switchActions'],
    setup: async () => [(tx) => switchActions(tx, 'off', noon), (tx) => switchActions(tx, 'on', after(1))],
  },
  'two probes of the database': {
    covers: ['touch'],
    setup: async () => [(tx) => touch(tx, noon), (tx) => touch(tx, after(1))],
  },
}

/** Store functions that only read, and so cannot overwrite anything. */
const reads = [
  ...['casesStoredUnder', 'relationshipWatches'],
  ...['findAction', 'unknownAction', 'actionsOfCase', 'entriesOf', 'accountsOfPerson', 'listCases', 'findCase'],
  'customersBeside',
  ...['conversationOf', 'untouchedCase', 'historyOf', 'findDelivery', 'findDesk', 'deskAt', 'findPerson'],
  ...['findConversation', 'findConversationOf', 'searchInvitations', 'findLink', 'nextDue', 'outboxDepth'],
  ...['countDeadLetters', 'pairingOf', 'pairingsAt', 'postedCardsOf', 'mayAct', 'watchersOf'],
  ...['listApprovalRequests', 'countApprovalRequests'],
]

/** Store functions that run without a key, so that their transactions are never shared; and `append`, covered by its callers. */
const neverShared = ['purgeDeliveries', 'redact', 'forgetPerson', 'eraseTextsOfEnded', 'append']

const tables = [
  ...['cases', 'history', 'heads', 'outbox', 'deliveries', 'conversations', 'people', 'actions', 'watches', 'links'],
  ...['desks', 'codes', 'code_attempts', 'pairings', 'copies', 'switches'],
]

/** Drops random and generated values, which differ between two runs of the same writes. */
const comparable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, each: unknown) =>
      ['id', 'entry', 'before', 'head', 'hash', 'previous', 'salt', 'written_at', 'revision'].includes(key) &&
      typeof each !== 'object'
        ? undefined
        : each,
    ),
  )

async function contentsOf(tx: Tx): Promise<unknown> {
  const contents: Record<string, string[]> = {}
  for (const table of tables) {
    const { rows } = await tx.execute({ name: '', sql: `select * from ${table}` }, [])
    contents[table] = rows.map((row) => JSON.stringify(comparable(row))).toSorted()
  }
  return contents
}

class Undo extends Error {}

/** Runs `work` in a transaction that is rolled back. */
async function undone<T>(db: Parameters<typeof verify>[0], work: (tx: Tx) => Promise<T>): Promise<T> {
  let value: T | undefined
  await db
    .transaction(async (tx) => {
      value = await work(tx)
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
  return value as T
}

type Ending = { results: unknown[]; contents: unknown } | { errors: unknown[] }

/** Runs `first` and, after so many of its queries, all of `second`. Returns the number of queries of `first`, too. */
async function meet(
  db: Parameters<typeof verify>[0],
  { setup }: Meeting,
  { swapped, afterQueries }: { swapped: boolean; afterQueries: number },
): Promise<{ ending: Ending; queries: number }> {
  return undone(db, async (tx) => {
    const writes = await setup(tx)
    const [first, second] = swapped ? (writes.toReversed() as [Write, Write]) : writes
    let queries = 0
    let other: Promise<PromiseSettledResult<unknown>> | undefined
    const runOther = async () => {
      other ??= Promise.allSettled([second(tx)]).then(([settled]) => settled)
      return other
    }
    const interrupted: Tx = {
      ...tx,
      execute: async (statement, parameters) => {
        if (queries === afterQueries) await runOther()
        queries += 1
        return tx.execute(statement, parameters)
      },
    }
    const [mine] = await Promise.allSettled([first(interrupted)])
    const settled = [mine, await runOther()]
    const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
    if (errors.length > 0) return { ending: { errors }, queries }
    const results = settled.map((each) => comparable(each.status === 'fulfilled' && each.value))
    const ordered = swapped ? results.toReversed() : results
    expect((await verify({ ...db, transaction: (work) => work(tx) })).faults).toEqual([])
    return { ending: { results: ordered, contents: await contentsOf(tx) }, queries }
  })
}

const isConflict = (error: unknown) => error instanceof ConflictError || error instanceof DuplicateIdError

onBoth('writes that share a transaction', (at) => {
  it.each(Object.entries(meetings))('conflict, or end as if run in turn: %s', async (_, meeting) => {
    const { db } = at()
    const inTurn = { afterQueries: Number.POSITIVE_INFINITY }
    const turns = [
      await meet(db, meeting, { ...inTurn, swapped: false }),
      await meet(db, meeting, { ...inTurn, swapped: true }),
    ]
    const endings = turns.map(({ ending }) => ending)
    const expected = endings.flatMap((ending) => ('errors' in ending ? ending.errors.map(String) : []))
    for (const [index, { queries }] of turns.entries()) {
      for (let afterQueries = 0; afterQueries < queries; afterQueries += 1) {
        const { ending } = await meet(db, meeting, { swapped: index === 1, afterQueries })
        if (!('errors' in ending)) expect(endings).toContainEqual(ending)
        else if (!ending.errors.some((error) => isConflict(error) || expected.includes(String(error))))
          throw ending.errors[0]
      }
    }
  })
})

const root = resolve(import.meta.dirname, '..', '..')
const sources = readdirSync(join(root, 'state'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8')

describe('the sources of the store', () => {
  it('export no function that takes a transaction and has no test here', () => {
    const declared = sources
      .filter((file) => !file.startsWith('state/engine/'))
      .flatMap((file) => [
        ...sourceOf(file).matchAll(/^export (?:async )?(?:function )?(?:const )?(\w+)(?: = )?\(\s*tx: Tx/gm),
      ])
      .map(([, name]) => name)
    const known = [...Object.values(meetings).flatMap(({ covers }) => covers), ...reads, ...neverShared]
    expect(declared.length).toBeGreaterThan(40)
    expect(declared.filter((name) => !known.includes(name as string))).toEqual([])
    expect(known.filter((name) => !declared.includes(name))).toEqual([])
  })

  it('take no lock outside the claim of the outbox and the shared transactions', () => {
    const lock =
      /for\s+(no\s+key\s+)?update|for(NoKey)?Update\b|for\s+(key\s+)?share|for(Key)?Share\b|lock\s+table|advisory/i
    const withLocks = sources.filter((file) => {
      const code = sourceOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const withoutClaim = code.replace(/\.forUpdate\('waiting'\)\.skipLocked\(\)/, '')
      return lock.test(file === 'state/outbox-claims.ts' ? withoutClaim : code)
    })
    expect(withLocks).toEqual(['state/engine/postgres/shared-transactions.ts'])
  })
})
