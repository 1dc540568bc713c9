import { describe, expect, it } from 'vitest'
import { draw, MAX_CARD_CHARACTERS } from '../../../cards/draw.ts'
import { type Key, locales, text } from '../../../cards/text/text.ts'
import type { Face } from '../../../cards/view.ts'
import type { Viewer } from '../../../cards/viewer.ts'
import type { Case } from '../../../dialogs/case.ts'
import { planIds, plans } from '../../../dialogs/plans/plans.ts'
import { isOfficial } from '../../../dialogs/policy/policy.ts'
import type { Answers } from '../../../dialogs/questions.ts'
import { MAX_REASON_LENGTH } from '../../../dialogs/tracks/form-fields.ts'
import { policy } from '../../support/policy.ts'
import { now, reseller } from './cases.ts'
import {
  answeredCase,
  caseAt,
  doneCase,
  type Manner,
  nextIn,
  planCase,
  planIdsWithWarning,
  stepped,
  walkOf,
} from './plan-cases.ts'
import { allOf, dataOf, nodesOf, shownTexts } from './walk.ts'

const viewer: Viewer = { locale: 'en', sandbox: false, names: { [reseller.id]: 'A reseller' }, at: now }
const cardOf = (caseRecord: Case, show?: Face, as: Partial<Viewer> = {}) =>
  draw(policy, { kind: 'case', case: caseRecord, show }, { ...viewer, ...as })
const read = (card: unknown) => shownTexts(card).join('\n').replaceAll('\u00a0', ' ')
const titlesOf = (card: unknown, verb: string) =>
  allOf(card, 'Action.Execute').flatMap((button) => (button.verb === verb ? [String(button.title)] : []))
/** The elements below a fold, with its visibility. */
const foldOf = (card: unknown, id: string) =>
  [...nodesOf(card)].find((node) => node.type === 'Container' && node.id === id)
/** Texts that are visible without unfolding. */
const openly = (card: unknown): string =>
  JSON.stringify(card, (_, node) => (node?.isVisible === false ? undefined : node))

/** More is cut off on a card of 440 pixels. */
const MAX_BUTTON_LENGTH = 42

type Reopened = { question: string }

const online: Answers = { role: 'direct', service: 'licence', 'licence-source': 'microsoft-direct', goal: 'take-over' }
const godaddy: Answers = { ...online, 'licence-source': 'syndication' }
const payAsYouGo: Answers = { role: 'direct', service: 'usage', 'usage-source': 'microsoft-direct', tenant: 'same' }
const asReseller = (answers: Answers): Answers => ({ ...answers, role: 'indirect-reseller' })

describe('the card of a plan', () => {
  it('names, in this order, the plan, who acts next, the progress, the warning and the next step', () => {
    const shown = read(cardOf(caseAt('leave-syndication', 'own-admin', godaddy)))
    const order = [
      'Leave the bundle, seller last',
      'Next: The customer',
      '2 of 16 steps',
      'Cancel the seller last. Cancelling first deletes users and mailboxes.',
      text('en', 'plan-step.own-admin.title'),
      text('en', 'plan-step.own-admin.check'),
    ]
    const places = order.map((words) => shown.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((one, other) => one - other))
  })

  it('names you and the customer together, and the provider only for an indirect reseller', () => {
    const at = (answers: Answers, step: string) => read(cardOf(caseAt('switch-licences', step, answers)))
    expect(at(online, 'order')).toContain('Next: You\n')
    expect(at(asReseller(online), 'order')).toContain('Next: Your provider\n')
    expect(at(online, 'assign')).toContain('Next: You and the customer\n')
  })

  it.each(planIdsWithWarning)('shows the warning of %s at every step', (plan) => {
    const warning = text('en', `plan.warning.${plans[plan].warning}` as Key)
    const open = walkOf(plan, online).slice(0, -1)
    expect(open.length).toBeGreaterThan(2)
    for (const each of open) expect(openly(cardOf(each))).toContain(warning)
  })

  it('warns of a region that is doubtful or wrong, and not of the right one', () => {
    const chosen = (choice: string) =>
      read(
        cardOf(
          stepped(planCase('resource-move', payAsYouGo), {
            type: 'step.ticked',
            track: 'plan/resource-move',
            step: 'region',
            choice,
          }),
        ),
      )
    expect(chosen('no')).toContain(text('en', 'region.no'))
    expect(chosen('unknown')).toContain(text('en', 'region.unknown'))
    expect(chosen('yes')).not.toMatch(/outside your CSP region/)
  })

  it('folds the steps that are done and those that come later', () => {
    const card = cardOf(caseAt('switch-licences', 'order', online))
    expect(foldOf(card, 'settled')).toMatchObject({ isVisible: false })
    expect(foldOf(card, 'later')).toMatchObject({ isVisible: false })
    expect(openly(card)).toContain('5 steps done')
    expect(openly(card)).toContain('7 later steps')
    for (const step of ['inventory', 'end-old'] as const) {
      const title = JSON.stringify(text('en', `plan-step.${step}.title`)).slice(1, -1)
      expect(openly(card).replaceAll(/"title":"[^"]*"/g, '')).not.toContain(title)
      expect(read(card)).toContain(text('en', `plan-step.${step}.title`))
    }
  })

  it('offers a choice as buttons, and no tick beside them', () => {
    const card = cardOf(caseAt('leave-syndication', 'model', godaddy))
    const step = { track: 'plan/leave-syndication', step: 'model' }
    const ticks = (dataOf(card, 'tick') as { step: string }[]).filter((data) => data.step === 'model')
    expect(ticks).toMatchObject([
      { ...step, choice: 'federated' },
      { ...step, choice: 'syndicated' },
    ])
    expect(titlesOf(card, 'tick').slice(0, 2)).toEqual([
      text('en', 'plan-choice.model.federated'),
      text('en', 'plan-choice.model.syndicated'),
    ])
  })

  it('offers to undo a choice only until a later step relies on it', () => {
    const undo = (stepId: string) =>
      (dataOf(cardOf(caseAt('leave-syndication', stepId, godaddy)), 'tick') as { step: string }[]).filter(
        ({ step }) => step === 'model',
      )
    expect(undo('own-admin')).toHaveLength(1)
    expect(undo('passwords')).toEqual([])
  })

  it.each(locales)('has no choice that its button cuts off in %s', (locale) => {
    const titles = planIds.flatMap((plan) =>
      plans[plan].steps.flatMap(({ id, choices = [] }) =>
        choices.map((choice) => text(locale, `plan-choice.${id}.${choice}` as Key)),
      ),
    )
    expect(titles.filter((title) => title.length > MAX_BUTTON_LENGTH)).toEqual([])
  })

  it('offers “There are none” beside the tick where nothing may be there', () => {
    const card = cardOf(caseAt('resource-move', 'classic', payAsYouGo))
    const ticks = (dataOf(card, 'tick') as { step: string }[]).filter((data) => data.step === 'classic')
    expect(ticks).toMatchObject([{ step: 'classic' }, { step: 'classic', choice: 'none' }])
    expect(titlesOf(card, 'tick')).toContain('There are none')
    expect(titlesOf(cardOf(caseAt('resource-move', 'move', payAsYouGo)), 'tick')).not.toContain('There are none')
  })

  it('starts what does the step, and shows it once it is under way', () => {
    const before = caseAt('switch-licences', 'relationship', online)
    const start = cardOf(before)
    expect(dataOf(start, 'start')).toMatchObject([{ track: 'relationship' }])
    expect(titlesOf(start, 'start')).toEqual([text('en', 'start.relationship')])
    const under = cardOf(stepped(before, { type: 'track.started', track: 'relationship' }), 'plan/switch-licences')
    expect(dataOf(under, 'start')).toEqual([])
    const ways = allOf(under, 'Action.Execute').filter(({ style, verb }) => verb === 'show' && style === 'positive')
    expect(ways).toMatchObject([{ data: { view: 'relationship' } }])
  })

  it('hands a step of the provider over only for an indirect reseller', () => {
    const starts = (answers: Answers) => dataOf(cardOf(caseAt('switch-licences', 'order', answers)), 'start')
    expect(starts(asReseller(online))).toMatchObject([{ track: 'invitation/order' }])
    expect(starts(online)).toEqual([])
  })

  it('leads back to the question of the seller when the seller is found', () => {
    const back = (answers: Answers) =>
      (dataOf(cardOf(caseAt('find-seller', 'invoice', { role: 'direct', ...answers })), 'reopen') as Reopened[]).map(
        ({ question }) => question,
      )
    expect(back({ service: 'licence', 'licence-source': 'unknown' })).toEqual(['licence-source'])
    expect(back({ service: 'usage', 'usage-source': 'unknown' })).toEqual(['usage-source'])
    const both = { service: 'both', 'licence-source': 'ea', 'usage-source': 'ea' } as const
    expect(back({ ...both, 'licence-source': 'unknown' })).toEqual(['licence-source'])
    expect(back({ ...both, 'usage-source': 'unknown' })).toEqual(['usage-source'])
  })

  it.each(planIds)(
    'names the page of each step of %s, or on what it rests, and only once with whom to check',
    (plan) => {
      const about = plans[plan].about ?? 'licence'
      const walk = walkOf(plan, { ...(about === 'usage' ? payAsYouGo : online), service: about })
      const edition = policy['2026-11']
      const steps = walk.flatMap((each) => {
        const step = nextIn(each, `plan/${plan}`)
        return step ? [{ step, shown: read(cardOf(each)) }] : []
      })
      expect(steps.length).toBeGreaterThan(0)
      for (const { step, shown } of steps) {
        const level = step.confidence ?? plans[plan].confidence
        const sources = step.facts.flatMap((id) => edition?.facts[id]?.sources ?? [id])
        const page = sources.map((key) => edition?.sources[key]?.page).find((name) => name !== undefined)
        const origins = (['T', 'I', 'R', 'G'] as const).filter((key) =>
          shown.includes(text('en', `plan.origin.${key}`)),
        )
        if (isOfficial(level)) {
          expect(origins).toEqual([])
          expect(shown.match(/Source: Microsoft, “(.*)”/)?.[1]).toBe(page)
        } else {
          expect(origins).toEqual([level])
          expect(shown).not.toContain('Source: Microsoft')
        }
      }
      const unofficial = steps.filter(({ step }) => !isOfficial(step.confidence ?? plans[plan].confidence))
      const told = steps.filter(({ shown }) => shown.includes(text('en', 'plan.check-with')))
      expect(told).toEqual(unofficial.slice(0, 1))
    },
  )

  it('locks a step that protects people until those before it are done', () => {
    const ticked = (dataOf(cardOf(caseAt('switch-licences', 'overlap', online)), 'tick') as { step: string }[]).map(
      ({ step }) => step,
    )
    expect(ticked).toContain('keep-domain')
    expect(ticked).not.toContain('end-old')
    expect(ticked).not.toContain('close')
  })

  it('takes a step back that was done', () => {
    const before = caseAt('switch-licences', 'agreement', online)
    const card = cardOf(before)
    const undo = `Mark as not done: ${text('en', 'plan-step.relationship.title')}`
    expect(titlesOf(card, 'tick')).toContain(undo)
    const undone = stepped(before, { type: 'step.ticked', track: 'plan/switch-licences', step: 'relationship' })
    expect(read(cardOf(undone))).toContain('1 of 13 steps')
    expect(nextIn(undone, 'plan/switch-licences')?.id).toBe('relationship')
  })

  it('skips only steps that may be skipped, with a reason that its row shows', () => {
    const before = caseAt('switch-licences', 'assign', online)
    const form = cardOf(before, 'skip/plan/switch-licences')
    const [choice] = allOf(form, 'Input.ChoiceSet')
    const offered = ((choice?.choices ?? []) as { value: string }[]).map(({ value }) => value)
    expect(offered).toEqual(['assign', 'credit', 'old-rights'])
    expect(choice).toMatchObject({ value: 'assign' })
    expect(dataOf(form, 'skip')).toMatchObject([{ track: 'plan/switch-licences' }])
    const skipped = stepped(before, {
      type: 'step.skipped',
      track: 'plan/switch-licences',
      step: 'assign',
      reason: 'Same product',
    })
    expect(read(cardOf(skipped))).toContain('Skipped: Same product')
    const withoutAny = cardOf(caseAt('work-in-customer-tenant', 'roles', online))
    expect(JSON.stringify(dataOf(withoutAny, 'show'))).not.toContain('skip/')
  })

  it('leads on once it is done', () => {
    const answers: Answers = { ...online, 'licence-source': 'ea' }
    const done = doneCase('channel-transfer', answers)
    const card = cardOf(done)
    expect(read(card)).toContain('Done: Continue the EA licences in CSP')
    expect(dataOf(card, 'tick')).toEqual([])
    expect(dataOf(card, 'start')).toEqual(
      expect.arrayContaining([expect.objectContaining({ track: 'delegated-admin' })]),
    )
  })

  it('leads back from a plan that is done to the one that waits for it', () => {
    const [waiting] = planCase('resource-move', payAsYouGo).tracks
    const done = doneCase('plan-reservations', payAsYouGo)
    const both = { ...done, tracks: [...(waiting ? [waiting] : []), ...done.tracks] }
    const ways = titlesOf(cardOf(both, 'plan/plan-reservations'), 'show')
    expect(ways).toContain('Open: move the Azure resources')
  })

  it('keeps a button on the nearest steps and on every choice where there is no room for all', () => {
    const skipped = walkOf('resource-move', payAsYouGo, { skips: 'x'.repeat(MAX_REASON_LENGTH) })
    const middle = skipped.find((each) => nextIn(each, 'plan/resource-move')?.id === 'billing-data') as Case
    const ticked = (dataOf(cardOf(middle), 'tick') as { step: string }[]).map(({ step }) => step)
    for (const step of ['region', 'quota', 'billing-data', 'validate', 'move']) expect(ticked).toContain(step)
    for (const step of ['agreement', 'support-plan']) expect(ticked).not.toContain(step)
    expect(read(cardOf(middle))).toContain(text('en', 'plan-step.agreement.title'))
    const small = dataOf(cardOf(caseAt('plan-reservations', 'buy-again', payAsYouGo)), 'tick') as { step: string }[]
    expect(small.map(({ step }) => step)).toEqual(expect.arrayContaining(['region', 'list', 'rule', 'keep-or-return']))
  })
})

describe('every step of every plan', () => {
  const long = 'x'.repeat(MAX_REASON_LENGTH)
  const manners: (Manner & Answers)[] = [
    { choice: 'first', 'licence-source': 'microsoft-direct', 'usage-source': 'microsoft-direct' },
    { choice: 'last', 'licence-source': 'ea', 'usage-source': 'ea', skips: long },
  ]
  const topics: Answers[] = [{}, { service: 'something-else', topic: 'leaving-csp' }]
  const cases = planIds.flatMap((plan) =>
    (['direct', 'indirect-reseller'] as const).flatMap((role) =>
      manners.flatMap(({ choice, skips, ...sources }) =>
        (plan === 'resource-move' ? topics : [{}]).flatMap((topic) => {
          const service = plans[plan].about ?? 'licence'
          return walkOf(plan, { role, service, ...sources, ...topic }, { choice, skips } as Manner)
        }),
      ),
    ),
  )

  it.each(locales)('fits a card in %s', (locale) => {
    const as = { locale, sandbox: true, names: { [reseller.id]: 'N'.repeat(100) } }
    const sizes = cases.map(
      (each) => JSON.stringify(cardOf(each, undefined, as)).replace(/"rev":\d+/g, '"rev":9999').length,
    )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_CARD_CHARACTERS)
  })

  it('was drawn as the next one', () => {
    const drawn = new Set(
      cases.flatMap((each) => {
        const [track] = each.tracks
        if (track?.kind !== 'plan') return []
        const next = nextIn(each, `plan/${track.context.plan}`)
        return next ? [`${track.context.plan} ${next.id}`] : []
      }),
    )
    const all = planIds.flatMap((plan) => plans[plan].steps.map(({ id }) => `${plan} ${id}`))
    expect(all.filter((step) => !drawn.has(step))).toEqual([])
  })
})

describe('the card of a term', () => {
  const answers: Answers = {
    role: 'direct',
    service: 'licence',
    'licence-source': 'csp-partner',
    commerce: 'new-commerce',
  }
  /** The card of a term that ends in so many days. */
  function termCard(days: number, edition = '2026-11') {
    const end = new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10)
    const known = { ...answeredCase({ ...answers, 'term-end': end }), edition }
    return read(cardOf(stepped(known, { type: 'track.started', track: 'term' })))
  }
  const ends = [
    'Decide how this term ends',
    'Cancel at the end:',
    'Renew:',
    'Paid extension:',
    'Microsoft’s “Extended service terms”',
  ]

  it('names the three ends of a term from 60 days before it', () => {
    expect(termCard(61)).not.toContain('Decide how this term ends')
    for (const words of ends) expect(termCard(60)).toContain(words)
    expect(termCard(60)).not.toContain('The new seats should be in place before')
  })

  it('asks for the new seats from 30 days before it, before the ends', () => {
    expect(termCard(31)).not.toContain('The new seats should be in place before')
    const shown = termCard(30)
    expect(shown).toContain('The new seats should be in place before')
    expect(shown.indexOf('The new seats should')).toBeLessThan(shown.indexOf('Decide how this term ends'))
  })

  it('says nothing of them by the edition of 2017', () => {
    expect(termCard(30, '2017-03')).not.toMatch(/Decide how this term ends|The new seats should be in place/)
  })
})
