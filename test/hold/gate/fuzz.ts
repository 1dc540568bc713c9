import fc from 'fast-check'

type Fields = Record<string, unknown>

/** Text that has broken something somewhere before. */
const naughty = [
  ...[
    '',
    ' ',
    '\t\n',
    '\u0000',
    '\u0007\u001b[31m',
    '\u200b',
    '\u202egnirts',
    '\ufeff',
    '\ud800',
    '\udfff\ud800',
    '💩',
    'Z̷̢͑a̴l̶g̷o̸',
    '﷽',
    'İıſK',
  ],
  ...[
    'undefined',
    'null',
    'NaN',
    'true',
    '[object Object]',
    '0',
    '-1',
    '1e999',
    '0x10',
    '9007199254740993',
    'Infinity',
    '1/0',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'then',
    'toJSON',
    'valueOf',
    'length',
    '__defineGetter__',
  ],
  ...[
    "' or 1=1 --",
    '"; drop table cases; --',
    '$(reboot)',
    '`id`',
    '| cat /etc/passwd',
    '../../../etc/passwd',
    'C:\\con\\con',
    '%00',
    '%n%s%x',
  ],
  ...[
    '$\u007b1+1}',
    '{{7*7}}',
    '#{1}',
    '<%= 1 %>',
    '$\u007bcase.id}',
    '@{json("x")}',
    '<script>alert(1)</script>',
    '<at>you</at>',
    '&nbsp;',
    '&#x27;',
    ']]>',
  ],
  ...[
    '[link](https://attacker.example)',
    '![x](https://attacker.example/x.png)',
    '**bold**',
    '* * *',
    '```',
    '\\',
    "\\'",
    '{{DATE(2026-01-01)}}',
  ],
  ...[
    'https://attacker.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'MC-000000',
    'MC-ZZZZZZ',
    'mc-abc123',
  ],
  ...[
    'new',
    'cases',
    'help',
    'export',
    'export csv since 2026-13-45',
    'link',
    'link 000000',
    'desk approvals',
    'role',
    'language xx',
    'case MC-000000',
  ],
  ...[
    'approve',
    'deny',
    'cancel',
    'resume',
    'unlink',
    '123456',
    '٣٢١',
    'مرحبا',
    '顧客',
    'ß',
    'ﬀ',
    'é',
    'e\u0301',
    'x'.repeat(30_000),
    '漢'.repeat(10_000),
  ],
  ...[
    '2026-02-30',
    '0000-00-00',
    '9999-12-31T23:59:60Z',
    '-271821-04-20T00:00:00Z',
    '1970-01-01',
    '20261122',
    '2026-11-22T00:00:00+99:99',
  ],
]

const naughtyKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  'toJSON',
  'valueOf',
  '',
  '0',
  'length',
  'case',
  'verb',
  'data',
  '$ref',
]

const nested = (levels: number): unknown =>
  levels === 0 ? 1 : levels % 2 ? [nested(levels - 1)] : { a: nested(levels - 1) }

const odd: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<unknown>(...naughty) },
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    -0,
    [],
    {},
    [[]],
    [null],
    [{}],
    { id: {} },
    { type: 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.integer(),
  fc.double(),
  fc.array(fc.constantFrom<unknown>(...naughty), { maxLength: 5 }),
  fc.dictionary(fc.constantFrom(...naughtyKeys), fc.constantFrom<unknown>(...naughty), { maxKeys: 4 }),
  fc.constantFrom(3, 30, 59).map(nested),
  fc.constantFrom(1_000, 20_000).map((length) => Array.from({ length }, () => 0)),
)

/** One thing done to an activity somewhere inside: `at` chooses the place among all there are. */
const change = fc.record({
  kind: fc.constantFrom('drop', 'replace', 'replace', 'replace', 'wrap', 'add', 'repeat'),
  at: fc.nat(),
  key: fc.constantFrom(
    ...naughtyKeys,
    'text',
    'value',
    'id',
    'name',
    'tenantId',
    'aadObjectId',
    'role',
    'members',
    'state',
  ),
  value: odd,
})
type Changed = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Every place in a value: the object or list that holds it, and under which key. */
function placesOf(value: unknown): { holder: Fields; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Fields
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])])
}

function apply(whole: Fields, { kind, at, key: added, value }: Changed): void {
  const places = placesOf(whole)
  const place = places[at % places.length]
  if (place === undefined) return
  const { holder, key } = place
  const present = holder[key]
  // Assigned as a parser does it: a key that means something to an object is nothing but a key here.
  const set = (name: string, to: unknown) =>
    Object.defineProperty(holder, name, { value: to, enumerable: true, configurable: true, writable: true })
  if (kind === 'drop') delete holder[key]
  else if (kind === 'replace') set(key, value)
  else if (kind === 'wrap') set(key, [present])
  else if (kind === 'repeat') set(key, typeof present === 'string' ? present.repeat(2) : [present, present])
  else if (!Array.isArray(holder)) set(added, value)
}

const invokeNames = [
  ...[
    'adaptiveCard/action',
    'fileConsent/invoke',
    'composeExtension/query',
    'composeExtension/queryLink',
    'signin/tokenExchange',
  ],
  ...[
    'signin/verifyState',
    'signin/failure',
    'signin/',
    'task/fetch',
    'task/submit',
    'composeExtension/submitAction',
    'config/fetch',
  ],
  ...[
    'composeExtension/fetchTask',
    'composeExtension/selectItem',
    'composeExtension/anonymousQueryLink',
    'tab/fetch',
    'tab/submit',
  ],
  ...[
    'composeExtension/onCardButtonClicked',
    'composeExtension/querySettingUrl',
    'composeExtension/setting',
    'actionableMessage/executeAction',
  ],
  ...[
    'application/search',
    'message/submitAction',
    'message/fetchTask',
    'handoff/action',
    'something/new',
    '',
    '__proto__',
    'constructor',
  ],
]
const types = [
  ...[
    'message',
    'messageUpdate',
    'messageDelete',
    'messageReaction',
    'conversationUpdate',
    'installationUpdate',
    'event',
    'typing',
    'trace',
  ],
  ...[
    'endOfConversation',
    'handoff',
    'command',
    'commandResult',
    'contactRelationUpdate',
    'deleteUserData',
    'suggestion',
    'invokeResponse',
  ],
  ...['somethingNew', '__proto__', 'constructor', 'MESSAGE', 'message/', 'delay'],
]
const eventNames = [
  'application/vnd.microsoft.meetingStart',
  'application/vnd.microsoft.meetingEnd',
  'application/vnd.microsoft.readReceipt',
  'x',
]
const channelEvents = [
  'channelCreated',
  'channelDeleted',
  'teamRenamed',
  'teamDeleted',
  'teamMemberAdded',
  'editMessage',
  'undeleteMessage',
  'x',
]

/** What an activity of some kind says, before anything is done to it. `press` is what a real button sends. */
const said = (press: () => { verb: string; data: Fields }): fc.Arbitrary<Fields> => {
  const value = fc.constantFrom<() => unknown>(
    () => ({ action: { type: 'Action.Execute', ...press() } }),
    () => ({
      action: 'accept',
      type: 'fileUpload',
      context: { export: { format: 'csv' } },
      uploadInfo: { uploadUrl: 'x' },
    }),
    () => ({
      commandId: 'invitation',
      parameters: [{ name: 'customer', value: 'a' }],
      queryOptions: { skip: 0, count: 25 },
    }),
    () => ({ url: 'https://admin.microsoft.com/x', state: '123456' }),
    () => ({ id: '1', connectionName: 'entra', token: 'a.b.c' }),
    () => press().data,
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...naughty).map((text) => ({ type: 'message', text })) },
    {
      weight: 3,
      arbitrary: fc.constant(0).map(() => ({
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: 'card-1',
        value: { action: { type: 'Action.Execute', ...press() } },
      })),
    },
    fc.constant(0).map(() => {
      const { verb, data } = press()
      return { type: 'message', replyToId: 'card-1', value: { verb, ...data } }
    }),
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...invokeNames), value)
        .map(([name, make]) => ({ type: 'invoke', name, value: make() })),
    },
    fc.tuple(fc.constantFrom(...types), value).map(([type, make]) => ({ type, value: make(), text: 'hello' })),
    fc.constantFrom(...eventNames).map((name) => ({ type: 'event', name, value: { id: 'x', title: 'x' } })),
    fc.constantFrom(...channelEvents).map((eventType) => ({
      type: eventType.endsWith('Message') ? 'messageUpdate' : 'conversationUpdate',
      membersAdded: [{ id: '28:bot' }],
      membersRemoved: [{ id: '29:x' }],
      channelData: { eventType, team: { id: '19:x' }, channel: { id: '19:y' }, tenant: { id: 'x' } },
    })),
    fc
      .constantFrom('add', 'add-upgrade', 'remove', 'remove-upgrade', 'x')
      .map((action) => ({ type: 'installationUpdate', action })),
  )
}

export interface Fuzz {
  /** What the activity says, over what every activity has. */
  readonly said: Fields
  readonly changes: readonly Changed[]
}

/** So many things to say wrongly; the same for the same seed. */
export const fuzzes = (press: () => { verb: string; data: Fields }, seed: number, count: number): Fuzz[] =>
  fc.sample(fc.record({ said: said(press), changes: fc.array(change, { maxLength: 3 }) }), {
    seed,
    numRuns: count,
  })

/** The activity as JSON, with everything done to it. */
export function spoiled(whole: Fields, { changes }: Pick<Fuzz, 'changes'>): string {
  const own = structuredClone(whole)
  for (const one of changes) apply(own, one)
  return JSON.stringify(own)
}
