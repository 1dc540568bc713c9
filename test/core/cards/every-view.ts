import { draw } from '../../../cards/draw.ts'
import { REQUESTS_PER_PAGE } from '../../../cards/faces/approval-list.ts'
import { shownTrack } from '../../../cards/faces/case.ts'
import { PAGE_SIZE } from '../../../cards/faces/lists.ts'
import { TIMELINE_PAGE_SIZE } from '../../../cards/faces/timeline.ts'
import type { AdaptiveCard } from '../../../cards/render.ts'
import type { Banner } from '../../../cards/text/banners.ts'
import { customerTitle } from '../../../cards/text/case-name.ts'
import { deskKinds } from '../../../cards/text/commands.ts'
import { callNames } from '../../../cards/text/events.ts'
import { type Locale, locales } from '../../../cards/text/text.ts'
import type { ListedCase, ListedRequest, View, ViewerDecision } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import { approvalFaults } from '../../../dialogs/approval.ts'
import { faultKinds, transferStatuses } from '../../../dialogs/calls.ts'
import { type Case, standingOf } from '../../../dialogs/case.ts'
import { noticeKeys, recipients } from '../../../dialogs/events.ts'
import { questionOf } from '../../../dialogs/intake.ts'
import { adminNews, newsKinds } from '../../../dialogs/peer.ts'
import { planIds, plans } from '../../../dialogs/plans/plans.ts'
import { questionsFor } from '../../../dialogs/policy/decide.ts'
import { clouds, editionOf, offeredValues } from '../../../dialogs/policy/policy.ts'
import { type ChoiceQuestion, type QuestionId, roles } from '../../../dialogs/questions.ts'
import { requestNews } from '../../../dialogs/requests.ts'
import { everyRole } from '../../../dialogs/roles.ts'
import { startable, step } from '../../../dialogs/step.ts'
import { type TrackName, trackNames } from '../../../dialogs/track-names.ts'
import { adminSteps } from '../../../dialogs/tracks/delegated-admin/context.ts'
import { invitationSteps } from '../../../dialogs/tracks/invitation/context.ts'
import { nextStepOf } from '../../../dialogs/tracks/plan/context.ts'
import { nameOf } from '../../../dialogs/tracks/registry.ts'
import { relationshipSteps } from '../../../dialogs/tracks/relationship/context.ts'
import { ticketSteps, transferSteps } from '../../../dialogs/tracks/transfer/context.ts'
import { policy } from '../../support/policy.ts'
import {
  contosoTenant,
  everyActionCase,
  ready,
  relationshipCase,
  subscription,
  transferCase,
  transferWith,
} from './action-cases.ts'
import { type CaseSetup, caseWith, type Kept, now, partner, reseller, skip, start, tick } from './cases.ts'
import { askedCase, everyDeskCase, fabrikamPeer, manager } from './desk-cases.ts'
import { everyEditionCase } from './edition-cases.ts'

/** Makes a value on first use. Test files of one worker share it. */
function memoized<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The longest name or reason on a card: each character doubles when written as JSON. */
export const longest = '"\\'.repeat(400)

/** A viewer with every option, in a room full of people with long names. */
export const viewerIn = (locale: Locale): Viewer => ({
  locale,
  sandbox: true,
  names: { [reseller.id]: longest, [partner.id]: longest, [manager.id]: longest },
  userIds: Array.from({ length: 60 }, (_, index) => `29:${String(index).padStart(90, 'x')}`),
  at: now,
})

const entry = (event: Kept['event'], detail: Record<string, unknown> = {}, by = reseller.id): Kept => ({
  at: now,
  by,
  event,
  detail,
  seq: 1,
})

/** One history entry of every kind, including some that only an older version could have written. */
const everyEntry: Kept[] = [
  entry('case.opened', { edition: '2017-03' }, 'nobody-known'),
  entry('question.answered', { question: 'service', value: 'both' }),
  entry('question.answered', { question: 'term-end', value: '2027-01-31' }),
  entry('question.answered', { question: 'term-end', value: 'unknown' }),
  entry('question.answered', { question: 'term-end', value: 'some day' }),
  entry('question.answered', { question: 'colour', value: 'blue' }),
  entry('question.reopened', { question: 'role' }),
  entry('edition.changed', { edition: '2026-11' }),
  ...trackNames.flatMap((track) => [
    entry('track.started', { track }),
    entry('track.cancelled', { track }),
    entry('timer.fired', { track, timer: 'clock' }, 'timer'),
  ]),
  entry('track.started', { track: 'gone' }),
  ...[
    'follow-up',
    'cancelled-early',
    ...relationshipSteps,
    ...transferSteps,
    ...ticketSteps,
    ...invitationSteps,
    ...adminSteps,
    'inventory',
    'gone',
  ].map((step) => entry('step.ticked', { step })),
  entry('step.skipped', { step: 'list-everything', track: 'plan/manual-migration', reason: longest }),
  entry('customer.named', { named: longest }),
  entry('customer.named', { named: '' }),
  entry('case.cancelled'),
  entry('case.closed'),
  entry('case.reopened'),
  entry('case.kept'),
  entry('case.idle', { closing: '2026-12-01T10:00:00.000Z' }, 'timer'),
  entry('case.idle', {}, 'timer'),
  entry('question.due', {}, 'timer'),
  entry('details.given', { track: 'relationship', fields: ['customer'] }),
  entry('details.given', { track: 'transfer', fields: ['customer', 'source', 'email'] }),
  ...['relationship', 'transfer', 'invitation', 'invitation/order'].map((track) =>
    entry('details.given', { track, fields: ['customer'], named: longest }),
  ),
  entry('call.answered', { track: 'relationship', call: 'find-tenant', found: longest }, 'upstream'),
  entry('details.given', { track: 'transfer', fields: ['side'], side: 'target' }),
  entry('details.given', { track: 'transfer', fields: ['side'], side: longest }),
  entry('transfer.accepted', { transfer: 'id', items: ['one'] }),
  entry('transfer.accepted', { transfer: 'id', items: ['one', 'two'] }),
  entry('transfer.declined', { transfer: 'id' }),
  entry('transfer.declined', { transfer: 'id', reason: longest }),
  entry('details.given', { track: 'invitation', fields: ['customer'] }),
  entry('details.given', { track: 'delegated-admin', fields: ['customer'] }),
  entry('invitation.requested'),
  ...[...recipients, 'gone'].map((to) => entry('invitation.sent', { to })),
  entry('invitation.declined', { reason: longest }),
  entry('peer.linked', { track: 'invitation' }, 'peer'),
  entry('peer.linked', { track: 'invitation', peer: fabrikamPeer }, 'peer'),
  ...[...newsKinds, 'gone'].map((news) => entry('peer.told', { track: 'invitation', news }, 'peer')),
  ...adminNews.map((state) => entry('peer.told', { track: 'invitation', news: 'admin', state }, 'peer')),
  ...[1, 3].map((count) =>
    entry(
      'peer.told',
      { track: 'invitation', news: 'admin', state: 'active', roles: count, until: '2026-12-28' },
      'peer',
    ),
  ),
  entry('peer.told', { track: 'invitation', news: 'accepted', already: true }, 'peer'),
  entry('step.ticked', { step: 'sent' }, 'peer'),
  entry('step.ticked', { step: 'ask-partner', track: 'invitation/order' }),
  entry('details.given', { track: 'invitation/order', fields: ['customer'] }),
  entry('peer.linked', { track: 'invitation/order' }, 'peer'),
  ...newsKinds.map((news) => entry('peer.told', { track: 'invitation/order', news }, 'peer')),
  entry('resource.seen', { track: 'relationship', accepted: false, other: 'tenant' }, 'upstream'),
  entry('edition.withdrawn', { withdrawn: '2025', edition: '2026-11' }, 'timer'),
  entry('approval.given', {}),
  entry('approval.denied', { reason: longest }),
  entry('approval.narrowed', { roles: ['one'], days: 7 }),
  entry('approval.narrowed', { roles: ['one', 'two'], days: 365 }),
  entry('approval.narrowed', { roles: longest, days: longest }),
  entry('approval.narrowed', { roles: [], days: 1, asked: { roles: everyRole.map(({ id }) => id), days: 90 } }),
  entry('approval.narrowed', { roles: [], days: 30, asked: { roles: ['one'], days: 90 } }),
  entry('approval.withdrawn'),
  ...[...callNames, 'gone'].map((call) => entry('call.answered', { track: 'transfer', call }, 'upstream')),
  ...[...faultKinds, 'gone'].map((fault) =>
    entry('call.answered', { track: 'transfer', call: 'create-transfer', fault, code: longest }, 'upstream'),
  ),
  entry('call.delayed', { track: 'transfer', call: 'find-tenant', why: 'busy' }, 'upstream'),
  entry('call.parked', { track: 'transfer', call: 'create-transfer' }, 'upstream'),
  entry('resource.seen', { track: 'relationship', accepted: true }, 'upstream'),
  ...transferStatuses.map((status) =>
    entry('resource.seen', { track: 'transfer', status, done: 1, total: 5 }, 'upstream'),
  ),
  entry('call.answered', { track: 'invitation', call: 'check-agreement', signed: true, isCustomer: true }, 'upstream'),
  entry('resource.seen', { track: 'invitation', accepted: true }, 'upstream'),
  entry('resource.seen', { track: 'delegated-admin', status: 'active' }, 'upstream'),
]

/** A banner of every kind with the longest content. */
const everyBanner: Banner[] = [
  ...everyEntry.map((kept): Banner => ({ key: 'changed', entry: kept, who: longest })),
  { key: 'changed', entry: entry('case.cancelled') },
  { key: 'no-date', typed: longest },
  { key: 'no-date', typed: '' },
  { key: 'date-past', typed: '2016-02-29' },
  { key: 'date-far', typed: '2077-01-01' },
  ...adminNews.map((admin): Banner => ({ key: 'admin-news', days: 0, admin })),
  ...requestNews.map((request): Banner => ({ key: 'request-news', days: 0, request })),
  { key: 'no-provider' },
  ...[0, 1, 7, 60].flatMap((days) => noticeKeys.map((key): Banner => ({ key, days }))),
  ...roles.map((role): Banner => ({ key: 'role-saved', role })),
  ...deskKinds.map((desk): Banner => ({ key: 'desk-set', desk })),
  { key: 'request-waits', case: 'MC-7K2P9Q', customer: longest },
  { key: 'request-other', case: 'MC-7K2P9Q/2' },
  ...[1, 10].map((minutes): Banner => ({ key: 'link-code', code: 'K7M2-X9QD', minutes })),
  ...(['linked', 'unlinked'] as const).flatMap((key): Banner[] => [{ key }, { key, company: longest }]),
  ...['', longest].map((replaces): Banner => ({ key: 'linked', company: longest, replaces })),
  ...[0, 1, 40].map((count): Banner => ({ key: 'export-ready', count })),
  ...[1, 40].map((count): Banner => ({ key: 'export-offer', count })),
  { key: 'export-too-large', megabytes: 20 },
  { key: 'happened-anyway', case: 'MC-7K2P9Q' },
  { key: 'effect-failed', case: 'MC-7K2P9Q' },
  { key: 'effect-failed', case: 'none' },
  ...approvalFaults.map((fault): Banner => ({ key: `approval-${fault}` })),
  ...(
    [
      'nothing-to-approve',
      'nothing-waits',
      'approvals-not-allowed',
      'approvals-elsewhere',
      'no-desk',
      'no-pairing',
      'desk-removed',
      'desk-which',
      'desk-not-allowed',
      'desk-needs-channel',
      'link-no-desk',
      'link-unknown',
      'link-expired',
      'link-used',
      'link-slow-down',
      'link-self',
      'not-linked',
      'export-not-allowed',
      'export-which',
      'export-reversed',
      'export-personal-only',
      'export-declined',
      'export-failed',
      'export-sandbox',
      'not-understood',
      'question-waits',
      'reason-missing',
      'not-yours',
      'nothing-there',
      'not-now',
      'language-saved',
      'signed-in',
      'sign-in-failed',
      'nothing-to-cancel',
      'case-unreadable',
      'test-card',
    ] as const
  ).map((key): Banner => ({ key })),
]

/** The longest banner on the card of a case. */
const longBanner: Banner = {
  key: 'changed',
  entry: entry('step.skipped', { step: 'services', reason: longest }),
  who: longest,
}

/** Every case that the questions lead to: all editions, clouds, roles and answers. */
export const everyCase = memoized((): Case[] =>
  (['2017-03', '2026-11'] as const).flatMap((edition) =>
    clouds.flatMap((cloud) => roles.flatMap((role) => followed({ edition, cloud, role, answers: {} }))),
  ),
)

/** The given case and all cases that answers to its open questions lead to. */
function followed(given: CaseSetup): Case[] {
  const caseRecord = caseWith(given).case
  const question = questionOf(caseRecord.intake)
  const next = (question: QuestionId, value: string) => ({ ...given, answers: { ...given.answers, [question]: value } })
  if (question !== undefined) {
    return [caseRecord, ...choicesOf(question, caseRecord).flatMap((value) => followed(next(question, value)))]
  }
  const beside = openBeside(caseRecord)
  const oneByOne = beside.flatMap((question) =>
    valuesBeside(question, caseRecord).map((value) => caseWith(next(question, value)).case),
  )
  return [caseRecord, ...oneByOne, ...(['first', 'last'] as const).map((which) => allAnswered(given, which))]
}

/** The case with an answer to each question beside its answer: the first value of each, or the last. */
function allAnswered(given: CaseSetup, which: 'first' | 'last'): Case {
  const caseRecord = caseWith(given).case
  const [question] = openBeside(caseRecord)
  const value = question && valuesBeside(question, caseRecord).at(which === 'first' ? 0 : -1)
  if (question === undefined || value === undefined) return caseRecord
  return allAnswered({ ...given, answers: { ...given.answers, [question]: value } }, which)
}

/** Three sellers suffice with both services, as all sellers are tried with one service. */
const choicesOf = (question: ChoiceQuestion, { answers, edition }: Case): readonly string[] => {
  const offered = offeredValues(editionOf(policy, edition), question)
  const few = ['microsoft-direct', 'ea', 'csp-partner']
  return answers.service === 'both' && question.endsWith('-source')
    ? offered.filter((value) => few.includes(value))
    : offered
}

const valuesBeside = (question: QuestionId, { edition }: Case): readonly string[] =>
  question === 'term-end' ? ['unknown', '2027-01-31'] : offeredValues(editionOf(policy, edition), question)

const openBeside = (caseRecord: Case): QuestionId[] =>
  questionsFor(policy, caseRecord).flatMap(({ question, when }) =>
    when === 'alongside' && caseRecord.answers[question] === undefined ? [question] : [],
  )

const azure = { role: 'direct', answers: { service: 'usage', 'usage-source': 'ea' } } as const
const licences = { role: 'direct', answers: { service: 'licence', 'licence-source': 'csp-partner' } } as const
const both = {
  role: 'indirect-reseller',
  answers: { service: 'both', 'licence-source': 'csp-partner', 'usage-source': 'open', 'term-end': '2027-01-31' },
} as const
/** The answer with the most words, with every track under way. */
const mostSaid = {
  edition: '2026-11',
  role: 'direct',
  answers: {
    service: 'both',
    'licence-source': 'csp-partner',
    'usage-source': 'ea',
    commerce: 'new-commerce',
    'term-end': '2027-01-31',
  },
} as const
const migration = 'plan/manual-migration'
const migrationSteps = plans['manual-migration'].steps.map(({ id }) => id)
const skippable = migrationSteps.filter((step) => step !== 'close')
const ticked = (step: string) => tick(step, migration)

/** Every plan that an answer starts: begun, and with each of its steps done in turn. */
function everyPlanCase(): Case[] {
  const starting = new Map<string, Case>()
  for (const caseRecord of everyCase()) {
    for (const name of startable(policy, caseRecord)) {
      if (name.startsWith('plan/') && !starting.has(name)) starting.set(name, caseRecord)
    }
  }
  return [...starting].flatMap(([name, caseRecord]) => walkPlan(caseRecord, name as TrackName))
}

/** The plan after each of its steps, as far as ticks alone lead. */
function walkPlan(caseRecord: Case, track: TrackName): Case[] {
  const take = (before: Case, said: object) =>
    step(policy, before, { ...said, at: now, by: { kind: 'person', person: reseller } } as never)
  const begun = take(caseRecord, { type: 'track.started', track })
  if (!begun.ok) throw new Error(`${track} was refused: ${begun.reason}`)
  const cases = [begun.value.case]
  for (;;) {
    const before = cases.at(-1) as Case
    const plan = before.tracks.find((each) => each.kind === 'plan' && `plan/${each.context.plan}` === track)
    const next = plan?.kind === 'plan' ? nextStepOf(plan.context) : undefined
    if (!next) return cases
    const after = take(before, { type: 'step.ticked', track, step: next.id, choice: next.choices?.[0] })
    if (!after.ok) return cases
    cases.push(after.value.case)
  }
}

/** Cases with tracks under way or over. */
export const everyTrackCase = memoized((): Case[] => {
  const term = (end: string) => ({
    ...licences,
    answers: { ...licences.answers, 'term-end': end },
    events: [start('term')],
  })
  const ended = caseWith(term('2026-11-24')).case
  const unskipped = skippable.slice(1)
  const cases = [
    ...migrationSteps.map((_, index) =>
      caseWith({ ...azure, events: [start(migration), ...migrationSteps.slice(0, index).map(ticked)] }),
    ),
    caseWith({ ...azure, events: [start(migration), ...skippable.map((step) => skip(step, longest))] }),
    caseWith({
      ...azure,
      events: [start(migration), ...skippable.map((step) => skip(step, longest)), ticked('close')],
    }),
    caseWith({ ...azure, events: [start(migration), ...migrationSteps.map(ticked)] }),
    caseWith({
      ...azure,
      events: [start(migration), skip('relationship', 'x'), ...unskipped.map(ticked), ticked('close')],
    }),
    caseWith({
      ...azure,
      events: [start(migration), ticked('relationship'), ...unskipped.map((step) => skip(step, 'x')), ticked('close')],
    }),
    caseWith({ ...azure, events: [start(migration), { type: 'case.cancelled' }] }),
    caseWith(term('2027-06-30')),
    caseWith(term('2026-12-24')),
    caseWith({ ...term('2027-06-30'), events: [start('term'), tick('cancelled-early')] }),
    caseWith({ ...both, events: [start(migration), start('term')] }),
    caseWith({
      ...mostSaid,
      events: [start('plan/billing-ownership'), start('plan/plan-reservations'), start('term')],
    }),
    ...everyPlanCase(),
    caseWith({ ...both, events: [start(migration), { type: 'question.reopened', question: 'usage-source' }] }),
    caseWith({ ...licences, events: [{ type: 'case.cancelled' }] }),
    // The end of the term is asked for again.
    { ...caseWith({ ...licences, answers: { ...licences.answers, 'term-end': 'unknown' } }).case, askAgain: undefined },
    ...[licences, mostSaid].flatMap((given) =>
      [{ closed: now }, { closing: now }, { askAgain: now }].map((end): Case => ({ ...caseWith(given).case, ...end })),
    ),
    { ...relationshipCase('accepted', { customer: contosoTenant, isCustomer: true }), next: 'transfer' as const },
  ].map((made) => ('case' in made ? made.case : made))
  const after = (['ended', 'followed-up', 'cancelled'] as const).map(
    (state): Case => ({
      ...ended,
      tracks: ended.tracks.map((track) => ({ ...track, state }) as typeof track),
    }),
  )
  const ends = ['2026-11-19', '2026-11-21', '2026-11-22', '2026-11-23'].map(
    (end): Case => ({
      ...ended,
      tracks: ended.tracks.map((track) =>
        track.kind === 'term' ? { ...track, context: { ...track.context, end } } : track,
      ),
    }),
  )
  return [...cases, ...after, ...ends, ...everyActionCase(longest), ...everyDeskCase(longest)]
})

/** Every face a view can request. Undefined is the current one; a form to skip a step shows its plan otherwise. */
export const everyShow = [
  undefined,
  'outcome',
  ...trackNames,
  ...planIds.map((id) => `skip/plan/${id}` as const),
] as const

/** The banners that are drawn with every track. A rejected date picks the face itself, whatever is requested. */
export const trackBanners: Banner[] = [longBanner, { key: 'no-date', typed: longest }]

/** Views of every face that differs from the current one. Requests for other faces are in faces.test.ts. */
function trackViews(caseRecord: Case): View[] {
  const shown = trackBanners.flatMap((banner) => {
    const differing = everyShow.filter((show, index) => {
      const track = shownTrack(caseRecord, show, banner)
      const isForm = track !== undefined && show === `skip/${nameOf(track)}`
      return isForm || everyShow.findIndex((other) => shownTrack(caseRecord, other, banner) === track) === index
    })
    return differing.map((show): View => ({ kind: 'case', case: caseRecord, banner, ...(show ? { show } : {}) }))
  })
  return shown
}

/** The second step of a hand-over, with as many subscriptions as a card takes and more. */
function handOverViews(): View[] {
  const items = Array.from({ length: 20 }, (_, index) => subscription(index, { name: longest }))
  const offered = [
    transferWith({ items, target: { name: longest } }),
    transferWith({ id: 'one', items: items.slice(0, 1) }),
  ]
  const caseRecord = transferCase('collecting', { ...ready, side: 'source', offered })
  return offered.flatMap(({ id: transfer, items }): View[] => [
    { kind: 'confirm-hand-over', case: caseRecord, transfer, items: items.map((each) => each.subscription) },
    { kind: 'confirm-hand-over', case: caseRecord, transfer },
    { kind: 'confirm-hand-over', case: caseRecord, transfer, banner: { key: 'hand-over-reason' } },
  ])
}

/** Every view with the most content. */
export const everyView = memoized((): View[] => {
  const timeline = caseWith(azure).case
  const reasons = Array.from({ length: TIMELINE_PAGE_SIZE }, () =>
    entry('step.skipped', { step: 'list-everything', track: 'plan/manual-migration', reason: longest }),
  )
  return [
    ...everyCase().map((caseRecord): View => ({ kind: 'case', case: caseRecord, banner: longBanner })),
    // A banner takes nothing from the rest of the card; without it there is a refresh.
    ...everyCase()
      .filter((_, index) => index % 5 === 0)
      .map((caseRecord): View => ({ kind: 'case', case: caseRecord })),
    { kind: 'case', case: caseWith({}).case },
    { kind: 'stub', case: caseWith({}).case },
    ...everyTrackCase().flatMap(trackViews),
    ...everyBanner.map((banner): View => ({ kind: 'case', case: caseWith(licences).case, banner })),
    ...everyDeskCase(longest).flatMap((caseRecord) => deskViews(caseRecord)),
    ...everyEditionCase().map((caseRecord): View => ({ kind: 'case', case: caseRecord })),
    { kind: 'timeline', case: timeline, entries: reasons, page: 2, pages: 4, total: 40, banner: longBanner },
    ...everyEntry.map(
      (kept): View => ({ kind: 'timeline', case: timeline, entries: [kept], page: 1, pages: 1, total: 1 }),
    ),
    ...[true, false].flatMap((open): View[] => [
      { kind: 'list', cases: listed(PAGE_SIZE), page: 2, pages: 3, total: 25, open, banner: { key: 'nothing-there' } },
      { kind: 'list', cases: [], page: 1, pages: 1, total: 0, open },
    ]),
    { kind: 'list', cases: listed(PAGE_SIZE), page: 1, pages: 3, total: 25, open: true, toCancel: true },
    { kind: 'case', case: timeline, from: { list: 'all', page: 2 } },
    {
      kind: 'timeline',
      case: timeline,
      entries: reasons,
      page: 2,
      pages: 4,
      total: 40,
      from: { list: 'all', page: 2 },
    },
    { kind: 'approvals', requests: waitingRequests(), page: 2, pages: 3, total: 25 },
    { kind: 'approvals', requests: [], page: 1, pages: 1, total: 0 },
    // They show nothing of a case but its name and its id.
    ...distinctBy([timeline, ...everyTrackCase()], customerTitle).flatMap((caseRecord): View[] => [
      { kind: 'line', case: caseRecord, banner: longBanner },
      { kind: 'stub', case: caseRecord },
    ]),
    { kind: 'line', case: timeline, banner: { key: 'approval-waits' } },
    { kind: 'line', case: timeline, banner: { key: 'term-end-due', days: 0 } },
    { kind: 'confirm-cancel', case: timeline },
    { kind: 'customer', case: timeline },
    { kind: 'customer', case: timeline, customers: [longest, 'Contoso', 'Fabrikam', 'Wingtip Toys'] },
    { kind: 'customer', case: { ...timeline, named: { name: longest, domain: null, tenant: null } } },
    ...[0, 1, 2].flatMap((waiting): View[] => [
      { kind: 'welcome-approver', waiting },
      { kind: 'desk', desk: 'approvals', waiting },
    ]),
    ...[true, false].map((isOurs): View => ({ kind: 'welcome-room', isOurs, isChannel: true })),
    ...deskKinds.flatMap((desk): View[] => [
      { kind: 'desk', desk },
      { kind: 'desk', desk, isNew: true },
      { kind: 'confirm-desk', desk },
    ]),
    ...handOverViews(),
    ...[undefined, ...roles].map((role): View => (role ? { kind: 'role', role } : { kind: 'role' })),
    ...locales.map((locale): View => ({ kind: 'language', locale })),
    { kind: 'help' },
    { kind: 'help', isShared: true },
    ...everyBanner.map((banner): View => ({ kind: 'message', banner })),
  ]
})

/** Returns the additions to a request that was opened from the list in a personal chat. */
const elsewhere = (mine: ViewerDecision | undefined) =>
  mine === 'elsewhere'
    ? ({
        from: { list: 'approvals', page: 1 },
        link: 'https://teams.microsoft.com/l/message/19%3Aa/1?tenantId=t',
      } as const)
    : {}

const viewers = [undefined, 'can', 'own-request', 'not-approver', 'decided', 'elsewhere'] as const

const distinctBy = <T>(all: readonly T[], keyOf: (each: T) => string): T[] => [
  ...new Map(all.map((each) => [keyOf(each), each])).values(),
]

/** Views of a request with few and many approvers, and for each kind of viewer. */
function deskViews(caseRecord: Case): View[] {
  const everybody = Array.from({ length: 30 }, () => longest)
  if (!caseRecord.tracks.some((track) => track.kind === 'delegated-admin' && track.context.requestedAt !== null))
    return [[], everybody].map((approvers): View => ({ kind: 'case', case: caseRecord, approvers }))
  const banners: (Banner | undefined)[] = [
    undefined,
    { key: 'approval-no-reason' },
    { key: 'approval-not-less' },
    longBanner,
  ]
  // Once it is decided, everyone sees the same.
  const isOpen = caseRecord.tracks.some(({ state }) => state === 'awaiting-approval')
  return [
    ...[[], ['Approvers'], everybody].map((approvers): View => ({ kind: 'case', case: caseRecord, approvers })),
    ...(isOpen ? viewers : ([undefined, 'elsewhere'] as const)).flatMap((mine) =>
      banners.map((banner): View => ({ kind: 'approval', case: caseRecord, mine, banner, ...elsewhere(mine) })),
    ),
    ...[
      [],
      [{ account: '29:1', name: longest }],
      Array.from({ length: 5 }, () => ({ account: '29:1', name: 'x'.repeat(200) })),
    ].map((asked): View => ({ kind: 'approval', case: caseRecord, asked })),
  ]
}

const listed = (count: number): ListedCase[] => {
  const [full, fresh] = [caseWith(both).case, caseWith({}).case]
  const { id, updatedAt } = fresh
  const unreadable: ListedCase = { id, updatedAt, standing: { state: 'answered' } }
  const others = Array.from({ length: count - 2 }, () => full)
  return [unreadable, ...[...others, fresh].map((caseRecord) => ({ ...caseRecord, standing: standingOf(caseRecord) }))]
}

/** Rows with as much and as little as a request can have. */
const waitingRequests = (): ListedRequest[] => {
  const short = new Date(Date.parse(now) + 30 * 60_000).toISOString()
  const { requestedBy, requestedAt, days, customer } = askedCase
  const fullest: ListedRequest = {
    id: 'MC-7K2P9Q',
    customer: { ...customer, name: longest },
    forCompany: longest,
    requestedBy,
    requestedAt,
    roles: everyRole.map(({ id }) => id),
    days,
    required: 3,
    approvals: 1,
    due: short,
  }
  const inHours = { ...fullest, due: new Date(Date.parse(now) + 30 * 3_600_000).toISOString() }
  const inAnHour = { ...fullest, due: new Date(Date.parse(now) + 90 * 60_000).toISOString() }
  const inDays = { ...fullest, due: new Date(Date.parse(now) + 60 * 3_600_000).toISOString() }
  const least = { ...fullest, customer: null, forCompany: null, requestedBy: null, due: null }
  return [inDays, inHours, inAnHour, ...Array.from({ length: REQUESTS_PER_PAGE - 4 }, () => fullest), least]
}

const drawnIn = Object.fromEntries(
  locales.map((locale) => [
    locale,
    memoized(() => everyView().map((view) => ({ view, card: draw(policy, view, viewerIn(locale)) }))),
  ]),
)

/** Draws every view in a language for the most demanding viewer, once per test worker. */
export const everyCard = (locale: Locale): readonly { view: View; card: AdaptiveCard }[] => drawnIn[locale]?.() ?? []

const distinctIn = Object.fromEntries(
  locales.map((locale) => [locale, memoized(() => distinctBy(everyCard(locale), ({ card }) => JSON.stringify(card)))]),
)

/** The cards of all views in a language, each once, with a view that draws it. */
export const distinctCards = (locale: Locale): ReturnType<typeof everyCard> => distinctIn[locale]?.() ?? []
