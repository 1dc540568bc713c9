import fc from 'fast-check'
import { activityTypes, channelEvents, eventNames, invokeNames, naughtyKeys, naughtyTexts } from './naughty-texts.ts'

type Fields = Record<string, unknown>

const nested = (levels: number): unknown =>
  levels === 0 ? 1 : levels % 2 ? [nested(levels - 1)] : { a: nested(levels - 1) }

const odd: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<unknown>(...naughtyTexts) },
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
  fc.array(fc.constantFrom<unknown>(...naughtyTexts), { maxLength: 5 }),
  fc.dictionary(fc.constantFrom(...naughtyKeys), fc.constantFrom<unknown>(...naughtyTexts), { maxKeys: 4 }),
  fc.constantFrom(3, 30, 59).map(nested),
  fc.constantFrom(1_000, 20_000).map((length) => Array.from({ length }, () => 0)),
)

/** Mutation of a nested value; `at` chooses its place. */
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

/** Lists every place in a value, as its container and key. */
function placesOf(value: unknown): { holder: Fields; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Fields
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])])
}

function apply(whole: Fields, { kind, at, key: added, value: given }: Changed): void {
  // Values are shared and could otherwise contain themselves.
  const value = structuredClone(given)
  const places = placesOf(whole)
  const place = places[at % places.length]
  if (place === undefined) return
  const { holder, key } = place
  const present = holder[key]
  // Assigns like a parser, so that `__proto__` is a plain key.
  const set = (name: string, to: unknown) =>
    Object.defineProperty(holder, name, { value: to, enumerable: true, configurable: true, writable: true })
  if (kind === 'drop') delete holder[key]
  else if (kind === 'replace') set(key, value)
  else if (kind === 'wrap') set(key, [present])
  else if (kind === 'repeat')
    set(key, typeof present === 'string' ? present.repeat(2) : [present, structuredClone(present)])
  else if (!Array.isArray(holder)) set(added, value)
}

/** Returns an activity of this kind before mutations. `press` is the data of a real button. */
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
    { weight: 3, arbitrary: fc.constantFrom(...naughtyTexts).map((text) => ({ type: 'message', text })) },
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
    fc.tuple(fc.constantFrom(...activityTypes), value).map(([type, make]) => ({ type, value: make(), text: 'hello' })),
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
  /** Fields beyond those of every activity. */
  readonly said: Fields
  readonly changes: readonly Changed[]
}

/** Returns that many mutated activities, the same for the same seed. */
export const fuzzes = (press: () => { verb: string; data: Fields }, seed: number, count: number): Fuzz[] =>
  fc.sample(fc.record({ said: said(press), changes: fc.array(change, { maxLength: 3 }) }), {
    seed,
    numRuns: count,
  })

/** Returns the activity as JSON with its mutations. */
export function spoiled(whole: Fields, { changes }: Pick<Fuzz, 'changes'>): string {
  const own = structuredClone(whole)
  for (const mutation of changes) apply(own, mutation)
  return JSON.stringify(own)
}
