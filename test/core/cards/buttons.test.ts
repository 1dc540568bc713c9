import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { button, readCardAction } from '../../../cards/buttons.ts'
import { adminRoles } from '../../../dialogs/roles.ts'
import { MAX_ITEMS } from '../../../dialogs/tracks/form-fields.ts'

const drawn = { case: 'MC-7K2P9Q', rev: 3 }

/** Every verb with all its arguments. */
const good: [string, Record<string, unknown>][] = [
  ['answer', { ...drawn, question: 'service', value: 'licence' }],
  ['answer', { ...drawn, question: 'term-end', value: '2027-01-31' }],
  ['answer', { question: 'role', value: 'direct' }],
  ['customer', { ...drawn, named: 'Contoso', view: 'term' }],
  ['reopen', { ...drawn, question: 'service' }],
  ['start', { ...drawn, track: 'term' }],
  ['tick', { ...drawn, step: 'follow-up' }],
  ['skip', { ...drawn, track: 'plan/manual-migration', step: 'list-everything', reason: 'not needed' }],
  ['edition', { ...drawn, edition: '2026-11' }],
  ['cancel', drawn],
  ['cancel', { ...drawn, sure: true }],
  ['cancel', { ...drawn, sure: true, track: 'plan/switch-licences' }],
  ['tick', { ...drawn, step: 'confirm-customer' }],
  ['tick', { ...drawn, step: 'call-again' }],
  ['tick', { ...drawn, step: 'agreement' }],
  ['set', { language: 'fr' }],
  ['set', { ...drawn, track: 'relationship', customer: 'contoso.com' }],
  ['set', { ...drawn, track: 'transfer', side: 'source' }],
  [
    'set',
    { ...drawn, track: 'transfer', customer: 'contoso.com', source: 'fabrikam.example', email: 'it@contoso.com' },
  ],
  ['decline', { ...drawn, transfer: 'd4f4c1de' }],
  ['decline', { ...drawn, reason: 'no contract' }],
  ['create-invitation', drawn],
  ['send', { ...drawn, to: 'reseller' }],
  ['forward', drawn],
  ['approve', drawn],
  ['deny', { ...drawn, reason: 'too much' }],
  ['withdraw', drawn],
  ['tick', { ...drawn, step: 'ask-partner' }],
  ['tick', { ...drawn, step: 'without-group' }],
  ['tick', { ...drawn, track: 'plan/manual-migration', step: 'list-everything' }],
  ['tick', { ...drawn, track: 'plan/leave-syndication', step: 'model', choice: 'federated' }],
  ['start', { ...drawn, track: 'delegated-admin' }],
  ['set', { ...drawn, track: 'invitation', customer: 'contoso.com', note: 'please' }],
  [
    'set',
    {
      ...drawn,
      track: 'delegated-admin',
      customer: 'contoso.com',
      presets: 'helpdesk,licensing',
      days: '90',
      autoExtend: 'true',
      justification: 'tickets',
      group: 'Helpdesk',
    },
  ],
  ['show', drawn],
  ['show', { ...drawn, view: 'history' }],
  ['show', { list: 'open', page: 2 }],
  ['refresh', drawn],
]
/** Buttons of cards that the release before plans posted, each with its reading today. */
const posted: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['tick', { step: 'inventory' }, { track: 'plan/manual-migration', step: 'list-everything' }],
  ['tick', { step: 'move' }, { track: 'plan/manual-migration', step: 'move-by-hand' }],
  ['tick', { step: 'cancel-old' }, { track: 'plan/manual-migration', step: 'cancel-services' }],
  ...['relationship', 'services', 'create-subscription', 'billing-data', 'verify', 'close'].map(
    (step): [string, Record<string, unknown>, Record<string, unknown>] => [
      'tick',
      { step },
      { track: 'plan/manual-migration', step },
    ],
  ),
  [
    'skip',
    { step: 'inventory', reason: 'not needed' },
    { track: 'plan/manual-migration', step: 'list-everything', reason: 'not needed' },
  ],
  ['skip', { step: 'services', reason: '' }, { track: 'plan/manual-migration', step: 'services', reason: '' }],
  ['start', { track: 'migration' }, { track: 'plan/manual-migration' }],
  ['show', { view: 'migration' }, { view: 'plan/manual-migration' }],
  ['show', { view: 'skip' }, { view: 'skip/plan/manual-migration' }],
]
const optional = [
  'cancel sure',
  'cancel track',
  'tick track',
  'tick choice',
  'show view',
  'customer view',
  // Clients may leave out an empty input field.
  'customer named',
  'answer value term-end',
  'skip reason',
  // Without the argument, it is an empty form.
  'set side transfer',
  'set customer relationship',
  'set customer transfer',
  'set source transfer',
  'set email transfer',
  'deny reason',
  'set customer invitation',
  'set note invitation',
  ...['customer', 'presets', 'days', 'autoExtend', 'justification', 'group'].map(
    (field) => `set ${field} delegated-admin`,
  ),
]
/** Input fields may hold any text, or none. */
const typed = ['named', 'reason', 'customer', 'source', 'email', 'note', 'justification', 'group', 'presets']

describe('reading a button', () => {
  it.each(good)('takes %s with all its fields', (verb, data) => {
    expect(readCardAction(verb, data)).toEqual({ verb, ...data })
  })

  it.each(good)('refuses %s with any field missing', (verb, data) => {
    for (const field of Object.keys(data)) {
      const { [field]: _left, ...others } = data
      const isOptional = optional.some(
        (name) => name === `${verb} ${field}` || name === `${verb} ${field} ${data.question ?? data.track}`,
      )
      expect(readCardAction(verb, others) !== undefined, field).toBe(isOptional)
    }
  })

  it.each(good)('refuses %s with a field too many', (verb, data) => {
    for (const extra of ['verb', 'tenant', 'at', 'by', 'toString', 'constructor', 'action']) {
      expect(readCardAction(verb, { ...data, [extra]: 'direct' }), extra).toBeUndefined()
    }
    expect(
      readCardAction(verb, JSON.parse(`{"__proto__":{"admin":true},${JSON.stringify(data).slice(1)}`)),
    ).toBeUndefined()
  })

  it.each(good)('refuses %s with a field of another type', (verb, data) => {
    for (const [field, value] of Object.entries(data)) {
      for (const wrong of [null, [value], { value }, typeof value === 'string' ? 7 : 'seven', '', -1, 1.5]) {
        const read = readCardAction(verb, { ...data, [field]: wrong })
        const isEmptyInput = wrong === '' && (typed.includes(field) || (field === 'value' && 'case' in data))
        expect(read !== undefined, `${field} ${JSON.stringify(wrong)}`).toBe(isEmptyInput)
      }
    }
  })

  it.each(posted)('completes %s of a card from before plans: %o', (verb, data, completed) => {
    expect(readCardAction(verb, { ...drawn, ...data })).toEqual({ verb, ...drawn, ...completed })
  })

  it.each(posted)('refuses %s of a card from before plans with a field too many: %o', (verb, data) => {
    const whole = { ...drawn, ...data }
    expect(readCardAction(verb, { ...whole, tenant: 'direct' })).toBeUndefined()
    expect(
      readCardAction(verb, JSON.parse(`{"__proto__":{"admin":true},${JSON.stringify(whole).slice(1)}`)),
    ).toBeUndefined()
  })

  it('completes no step that names its plan or belongs to another track', () => {
    const named = { ...drawn, track: 'plan/switch-licences', step: 'relationship' }
    expect(readCardAction('tick', named)).toEqual({ verb: 'tick', ...named })
    const renamed = { ...drawn, track: 'plan/resource-move', step: 'inventory' }
    expect(readCardAction('tick', renamed)).toEqual({ verb: 'tick', ...renamed })
    expect(readCardAction('tick', { ...drawn, step: 'agreement' })).not.toHaveProperty('track')
    expect(readCardAction('skip', { ...drawn, step: 'list-everything' })).toBeUndefined()
  })

  it('refuses unknown verbs', () => {
    const verbs = [
      '',
      'Answer',
      'grant',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      null,
      7,
      {},
      ['cancel'],
    ]
    for (const verb of verbs) expect(readCardAction(verb, drawn), String(verb)).toBeUndefined()
  })

  it('refuses data that is no object', () => {
    for (const data of [undefined, null, '', 'MC-7K2P9Q', 7, true, [], [drawn]]) {
      expect(readCardAction('refresh', data)).toBeUndefined()
    }
  })

  it('refuses case ids, revisions and texts that no card contains', () => {
    for (const id of ['MC-7K2P9', 'mc-7k2p9q', 'MC-7K2P9QX', 'MC-7K2P9U', ' MC-7K2P9Q', 'MC-7K2P9Q\n']) {
      expect(readCardAction('refresh', { case: id, rev: 1 }), id).toBeUndefined()
    }
    for (const rev of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(readCardAction('refresh', { ...drawn, rev })).toBeUndefined()
    }
    expect(readCardAction('skip', { ...drawn, step: 'inventory', reason: 'x'.repeat(301) })).toBeUndefined()
    expect(readCardAction('answer', { ...drawn, question: 'term-end', value: 'x'.repeat(101) })).toBeUndefined()
    expect(readCardAction('answer', { ...drawn, question: 'service', value: 'x'.repeat(41) })).toBeUndefined()
  })

  it('parses the choices of a list as a list', () => {
    const press = { ...drawn, track: 'transfer', transfer: 'd4f4c1de' }
    const itemsOf = (items: string) =>
      (readCardAction('set', { ...press, items }) as { items: string[] } | undefined)?.items
    expect(itemsOf('one,two')).toEqual(['one', 'two'])
    expect(itemsOf(' one , ,two,')).toEqual(['one', 'two'])
    expect(itemsOf('')).toEqual([])
    expect(readCardAction('set', { ...press, items: undefined })).toEqual({ verb: 'set', ...press, items: [] })
    expect(readCardAction('set', { ...press, items: ['one'] })).toBeUndefined()
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`).join()
    expect(itemsOf(ids(MAX_ITEMS))).toHaveLength(MAX_ITEMS)
    expect(itemsOf(ids(MAX_ITEMS + 1))).toBeUndefined()
  })

  it('tells the forms of a verb apart', () => {
    const transfer = { ...drawn, track: 'transfer' }
    for (const mixed of [
      { ...transfer, side: 'target', customer: 'a' },
      { ...transfer, side: 'both' },
      { ...drawn, track: 'relationship', customer: 'a', source: 'b' },
      { ...drawn, track: 'relationship', side: 'target' },
      { ...drawn, track: 'migration', customer: 'a' },
      { ...transfer, language: 'fr' },
      { ...transfer, transfer: 'id', items: 'a', email: 'b' },
      { ...transfer, transfer: '', items: 'a' },
    ]) {
      expect(readCardAction('set', mixed), JSON.stringify(mixed)).toBeUndefined()
    }
  })

  it('refuses a field above its limit', () => {
    const transfer = { ...drawn, track: 'transfer' }
    for (const [field, max] of [
      ['customer', 253],
      ['source', 253],
      ['email', 254],
    ] as const) {
      expect(readCardAction('set', { ...transfer, [field]: 'x'.repeat(max) }), field).toBeDefined()
      expect(readCardAction('set', { ...transfer, [field]: 'x'.repeat(max + 1) }), field).toBeUndefined()
    }
    expect(readCardAction('set', { ...drawn, track: 'relationship', customer: 'x'.repeat(254) })).toBeUndefined()
    expect(readCardAction('decline', { ...drawn, transfer: 'x'.repeat(81) })).toBeUndefined()
    for (const [data, field, max] of [
      [{ ...drawn, track: 'invitation' }, 'note', 500],
      [{ ...drawn, track: 'delegated-admin' }, 'justification', 500],
      [{ ...drawn, track: 'delegated-admin' }, 'group', 256],
    ] as const) {
      expect(readCardAction('set', { ...data, [field]: 'x'.repeat(max) }), field).toBeDefined()
      expect(readCardAction('set', { ...data, [field]: 'x'.repeat(max + 1) }), field).toBeUndefined()
    }
    for (const verb of ['deny', 'decline']) {
      expect(readCardAction(verb, { ...drawn, reason: 'x'.repeat(300) }), verb).toBeDefined()
      expect(readCardAction(verb, { ...drawn, reason: 'x'.repeat(301) }), verb).toBeUndefined()
    }
  })

  it('parses the narrowed request and refuses anything that cannot be requested', () => {
    const [first, second] = [adminRoles['directory-readers'], adminRoles['global-reader']]
    const press = { ...drawn, roles: `${first},${second}`, days: '30' }
    expect(readCardAction('narrow', press)).toEqual({ verb: 'narrow', ...drawn, roles: [first, second], days: 30 })
    expect(readCardAction('narrow', { ...press, roles: '' })).toMatchObject({ roles: [] })
    for (const days of ['0', '-1', '1.5', '731', '1e2', ' 7', '', '٧', 7, null]) {
      expect(readCardAction('narrow', { ...press, days }), String(days)).toBeUndefined()
    }
    expect(readCardAction('narrow', { ...press, roles: [first] })).toBeUndefined()
    expect(readCardAction('narrow', { ...press, roles: Array(40).fill(first).join() })).toBeUndefined()
    expect(readCardAction('narrow', { ...drawn, roles: first })).toBeUndefined()
    for (const presets of ['everything', 'helpdesk,owner', 'constructor']) {
      expect(readCardAction('set', { ...drawn, track: 'delegated-admin', presets }), presets).toBeUndefined()
    }
    expect(readCardAction('send', { ...drawn, to: 'everybody' })).toBeUndefined()
  })

  it('joins the lists of the form for rights, and reads the one list of older cards', () => {
    const press = { ...drawn, track: 'delegated-admin' }
    const lists = { presetsToRead: 'global-reader', presetsToChange: 'helpdesk,teams', presetsToDoEverything: '' }
    expect(readCardAction('set', { ...press, ...lists })).toMatchObject({ presets: 'global-reader,helpdesk,teams' })
    expect(readCardAction('set', { ...press, presetsToChange: 'teams' })).toMatchObject({ presets: 'teams' })
    expect(readCardAction('set', { ...press, presets: 'helpdesk,exchange' })).toMatchObject({
      presets: 'helpdesk,exchange',
    })
    expect(readCardAction('set', press)).toMatchObject({ presets: '' })
    for (const wrong of [{ presetsToRead: 'owner' }, { presetsToRead: 1 }, { ...lists, presets: 'teams' }])
      expect(readCardAction('set', { ...press, ...wrong }), JSON.stringify(wrong)).toBeUndefined()
  })

  it('ignores the fields of the other form on an approval card', () => {
    const fields = { reason: 'too much', roles: adminRoles['directory-readers'], days: '30' }
    expect(readCardAction('deny', { ...drawn, ...fields })).toEqual({ verb: 'deny', ...drawn, reason: 'too much' })
    const narrowed = { roles: [adminRoles['directory-readers']], days: 30 }
    expect(readCardAction('narrow', { ...drawn, ...fields })).toEqual({ verb: 'narrow', ...drawn, ...narrowed })
    expect(readCardAction('approve', { ...drawn, ...fields })).toBeUndefined()
    expect(readCardAction('deny', { ...drawn, ...fields, by: 'somebody' })).toBeUndefined()
    expect(readCardAction('deny', { ...drawn, ...fields, days: 30 })).toBeUndefined()
  })

  it('trims a reason', () => {
    expect(readCardAction('skip', { ...drawn, step: 'inventory', reason: '  \n ' })).toMatchObject({ reason: '' })
  })

  it('never throws and accepts exact actions only', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...good, ['other', {}] as const),
        fc.anything(),
        fc.string(),
        ([verb, data], value, field) => {
          const read = readCardAction(verb, value)
          if (read) expect(read).toMatchObject({ verb })
          if (!Object.hasOwn(data, field)) expect(readCardAction(verb, { ...data, [field]: value })).toBeUndefined()
        },
      ),
    )
  })
})

describe('writing a button', () => {
  it('gives old clients an equal submit action with the verb in its data', () => {
    const { data, fallback, verb } = button('tick', { ...drawn, step: 'move' }, { title: 'Done' })
    expect({ verb, data }).toEqual({ verb: 'tick', data: { ...drawn, step: 'move' } })
    expect(fallback).toEqual({ type: 'Action.Submit', data: { ...drawn, step: 'move', verb: 'tick' } })
  })

  it('labels the fallback if the title is shown', () => {
    const { fallback } = button('cancel', drawn, { title: 'Cancel', labelled: true, style: 'destructive' })
    expect(fallback).toMatchObject({ title: 'Cancel' })
  })
})
