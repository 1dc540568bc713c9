import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { createTally, type PromiseOutcome, type Tally, type TryBudget } from '../promise.ts'
import type { SourceChange } from './attacked-bot.ts'
import { brokenText, invalidValues, notThisText, validValues } from './json-corpus.ts'
import { badRequests } from './raw-requests.ts'
import { guaranteeOf, MAX_FAILURES_PER_RUN, type Removal } from './removals.ts'
import { exchange } from './sockets.ts'
import { activityFrom, bearer, newPartner, type Target, withTarget } from './target.ts'

const megabyte = 1024 * 1024
const mostMemory = 50 * megabyte
/** Bad requests between two good ones. */
const between = 20
/** The limit of ten seconds is too long for a test, so the bot under attack has two. */
const requestMs = 2_000
const hurried: SourceChange = {
  file: 'bot/ingress/server.ts',
  from: 'requestMs: 10_000',
  to: `requestMs: ${requestMs}`,
}

type Sent = { body: string | Buffer; headers?: readonly string[]; expected: readonly number[] }

/** Returns a good activity as text, with an additional unknown field. */
const withExtra = (conversation: string, extra: string) =>
  `${JSON.stringify(activityFrom({ ...newPartner(), conversation })).slice(0, -1)},"extra":${extra}}`

function corpus(conversation: string, seed: number): Sent[] {
  const whole = withExtra(conversation, '1')
  const [before = '', after = ''] = withExtra(conversation, '"?"').split('?')
  const random = fc
    .sample(fc.json({ maxDepth: 8 }), { seed, numRuns: 100 })
    .filter((text) => !text.includes('__proto__'))
  const deep = (levels: number) => withExtra(conversation, `${'['.repeat(levels)}${']'.repeat(levels)}`)
  return [
    ...[...validValues, ...random].map((text) => ({ body: withExtra(conversation, text), expected: [200] })),
    ...invalidValues.map((text) => ({ body: withExtra(conversation, text), expected: [400] })),
    ...brokenText.map((code) => ({
      body: Buffer.concat([Buffer.from(before), code, Buffer.from(after)]),
      expected: [400],
    })),
    ...notThisText(whole).map((body) => ({ body, expected: [400] })),
    // The beginning of a JSON object is never JSON itself.
    ...Array.from({ length: whole.length }, (_, end) => ({ body: whole.slice(0, end), expected: [400] })),
    ...[64, 65, 1_000, 100_000].map((levels) => ({ body: deep(levels), expected: [400] })),
    ...[1_000, 100_000].map((levels) => ({ body: withExtra(conversation, '['.repeat(levels)), expected: [400] })),
    { body: withExtra(conversation, '{"a":'.repeat(30_000)), expected: [400] },
    { body: withExtra(conversation, `"${'x'.repeat(33_000)}"`), expected: [400] },
    { body: withExtra(conversation, `{"${'x'.repeat(33_000)}":1}`), expected: [400] },
    { body: withExtra(conversation, '{"__proto__":{"admin":true}}'), expected: [400] },
    { body: withExtra(conversation, '[{"a":{"\\u005f_proto__":1}}]'), expected: [400] },
    ...['null', '1', '"text"', '[]', '{}', '{"type":1}', '{"type":""}', '[{"type":"message"}]', 'true', '""'].map(
      (body) => ({
        body,
        expected: [400],
      }),
    ),
  ]
}

/** Connections at the same time. */
const atOnce = 200
const json = ['Content-Type', 'application/json']

function wrapped(conversation: string): Sent[] {
  const body = withExtra(conversation, '1')
  const large = (bytes: number) => body.padEnd(bytes)
  const bomb = gzipSync(Buffer.alloc(100 * megabyte, ' '))
  const encoded: [string, string | Buffer][] = [
    ['gzip', 'abc'],
    ['gzip', gzipSync(body)],
    ['gzip', bomb],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['deflate', deflateRawSync(body)],
    ['br', brotliCompressSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['gzip, gzip', gzipSync(gzipSync(body))],
    ['GZIP', 'abc'],
    ['compress', 'abc'],
    ['identity', body],
    ['', body],
    ['nonsense', body],
  ]
  const types = [
    ...[
      'text/csv',
      'text/plain',
      'text/json',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
    ],
    ...[
      'multipart/form-data; boundary=x',
      'application/json-seq',
      'application/problem+json',
      'application/json; charset=utf-16',
    ],
    ...[
      'application/json; charset=latin1',
      'application/jsonx',
      'json',
      '*/*',
      '',
      ';',
      'application/json, text/csv',
      'text/html',
    ],
  ]
  return [
    ...encoded.map(([encoding, sent]) => ({
      body: sent,
      headers: [...json, 'Content-Encoding', encoding],
      expected: [415],
    })),
    ...types.map((type) => ({ body, headers: ['Content-Type', type], expected: [415] })),
    { body: large(256 * 1024), expected: [200] },
    ...[256 * 1024 + 1, megabyte, 10 * megabyte].map((bytes) => ({ body: large(bytes), expected: [413] })),
    { body: large(megabyte), headers: [...json, 'Transfer-Encoding', 'chunked'], expected: [413] },
  ]
}

/** Starts a bot that gets good requests between the bad ones. */
function createScene(target: Target, tally: Tally) {
  let count = 0

  async function serve() {
    const who = newPartner()
    const { status, text } = await target.say(activityFrom(who))
    tally.expect(status === 200 && target.knows(who.conversation), () => `a good request got ${status} ${text}`)
  }

  return {
    serve,
    post: async ({ body, headers = json, expected }: Sent, conversation: string) => {
      const sent = { headers: [...headers, ...bearer(target.identity.mint())], body }
      const { status, text } = await target.send(sent)
      tally.expect(expected.includes(status), () => `${body.toString().slice(-60)} got ${status} ${text.slice(0, 60)}`)
      const isKnown = target.knows(conversation)
      if (isKnown && !expected.includes(200)) tally.failed(`${body.toString().slice(-60)} was written down`)
      count += 1
      if (count % between === 0) await serve()
      if (tally.outcome().failed >= MAX_FAILURES_PER_RUN) throw new Error('too much has failed to go on')
    },
  }
}

async function speakRaw({ port, identity, knows }: Target, tally: Tally) {
  const ours = [newPartner(), newPartner(), newPartner()] as const
  const [{ conversation }, ...served] = ours
  const [body = '', ...good] = ours.map((who) => JSON.stringify(activityFrom(who)))
  const lines = [
    'POST /api/messages HTTP/1.1',
    'Host: bot',
    'Content-Type: application/json',
    `Authorization: Bearer ${identity.mint()}`,
    '',
  ]
  const all = badRequests({ head: lines.join('\r\n'), body })
  const patience = requestMs * 3
  const ways = [
    ...all.map(([name, text]) => ({ name, text, half: false })),
    ...all.map(([name, text]) => ({ name, text, half: true })),
  ]
  for (let at = 0; at < ways.length; at += atOnce) {
    await Promise.all(
      ways.slice(at, at + atOnce).map(async ({ name, text, half }) => {
        const heard = await exchange(port, text, { half, patience })
        const answers = heard.text.split(/(?=HTTP\/1\.1 \d\d\d )/).map((answer) => answer.slice(9, 12))
        const isFine = answers.every((status) => status === '' || /^4\d\d$/.test(status) || status === '100')
        tally.expect(heard.closed || isFine, () => `${name}${half ? ', half closed' : ''} went unanswered`)
        if (!isFine) tally.failed(`${name}${half ? ', half closed' : ''} got ${answers.join()}`)
      }),
    )
  }
  tally.expect(!knows(conversation), () => 'a smuggled activity was written down')
  // Sends two good requests in one segment, which shows that the assertions can fail. `Connection: close` still gets
  // its answers, and a half-closed connection gets none.
  const [first = '', second = ''] = good.map((body) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  const head = lines.join('\r\n')
  const both = `${head}${first}${head}Connection: close\r\n${second}`
  const heard = await exchange(port, both, { patience })
  const statuses = [...heard.text.matchAll(/HTTP\/1\.1 (\d\d\d) /g)].map(([, status]) => status).join()
  tally.expect(statuses === '200,200', () => `two good requests in one go got ${statuses}`)
  tally.expect(
    served.every((who) => knows(who.conversation)),
    () => 'one of two good requests in one go was lost',
  )
}

/** Opens many connections that never finish a request. */
async function dawdle({ port, identity }: Target, tally: Tally) {
  const start = 'POST /api/messages HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n'
  const ready = `${start}Authorization: Bearer ${identity.mint()}\r\nContent-Length: 10000\r\n\r\n`
  const slow: [string, string, string | undefined][] = [
    ['says nothing', '', undefined],
    ['stops within the headers', start, undefined],
    ['goes on with headers', start, 'X: y\r\n'],
    ['goes on with one header', `${start}X: `, 'y'],
    ['stops before the body', ready, undefined],
    ['goes on with the body', `${ready}{`, ' '],
    ['goes on with chunks', `${start}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    ['goes on with line ends', '', '\r\n'],
  ]
  const many = Array.from({ length: 10 }, () => slow).flat()
  await Promise.all(
    many.map(async ([name, text, more]) => {
      const drip = more === undefined ? {} : { drip: { text: more, everyMs: 100 } }
      const { closed, took } = await exchange(port, text, { ...drip, patience: requestMs * 3 })
      tally.expect(closed, () => `a connection that ${name} was still open after ${Math.round(took)} ms`)
    }),
  )
}

async function attack(target: Target, { seed, maxTries, budgetMs }: TryBudget): Promise<PromiseOutcome> {
  const tally = createTally()
  const end = performance.now() + budgetMs
  const scene = createScene(target, tally)
  let base: number | undefined
  let grown = 0
  try {
    for (let round = 0; round === 0 || tally.outcome().tried < maxTries; round += 1) {
      if (performance.now() > end || tally.outcome().failed > 0) break
      const slow = dawdle(target, tally)
      for (const make of [corpus, wrapped]) {
        for (const expected of [200, 0]) {
          const { conversation } = newPartner()
          const all = make(conversation, seed + round).filter(
            (sent) => sent.expected.includes(200) === (expected === 200),
          )
          for (const sent of all) await scene.post(sent, conversation)
        }
        base ??= await target.memory()
      }
      await speakRaw(target, tally)
      await slow
      grown = (await target.memory()) - (base ?? 0)
    }
    tally.expect(grown < mostMemory, () => `memory grew by ${Math.round(grown / megabyte)} MB`)
    for (const [what, times] of Object.entries(await target.told())) {
      if (what.startsWith('turn failed')) tally.failed(`${times} times: ${what}`)
    }
  } catch (error) {
    tally.failed(String(error))
  }
  return tally.outcome({ 'MB grown': Math.round(grown / megabyte) })
}

const attempt = (given: TryBudget, changes: readonly SourceChange[] = []) =>
  withTarget(
    { changes: changes.some(({ from }) => from === hurried.from) ? changes : [hurried, ...changes] },
    (target) => attack(target, given),
  )

const body = 'bot/ingress/body.ts'
const server = 'bot/ingress/server.ts'
/** Safeguards that the control disables. */
export const bodyRemovals: readonly Removal[] = [
  { what: 'a limit of bytes', changes: [{ file: body, from: 'bytes: 256 * 1024', to: 'bytes: 1e9' }] },
  { what: 'a limit of depth', changes: [{ file: body, from: 'depth: 64', to: 'depth: 1e9' }] },
  { what: 'looking at the encoding', changes: [{ file: body, from: 'isUtf8(bytes) ?', to: 'true ?' }] },
  {
    what: 'refusing what is compressed',
    changes: [{ file: body, from: "if (request.headers['content-encoding'] !== undefined) return false", to: '' }],
  },
  {
    what: "a reader of its own (restify's in front of it)",
    changes: [
      { file: server, from: 'pathOf(request) !== MESSAGES) return true', to: 'true) return true' },
      {
        file: server,
        from: "  // Restify's own answers to a wrong path",
        to: `  server.use(restify.plugins.bodyParser())
  server.post(MESSAGES, async (request, response) => {
    await serveMessage(request, response, { handler, onError, limits, answer })
  })
  //`,
      },
    ],
  },
  { what: 'a limit of time', changes: [{ ...hurried, to: 'requestMs: 3_600_000' }] },
]
export const bodies = guaranteeOf(
  {
    name: 'bodies',
    promise: 'malformed requests get a 4xx or a closed connection, while valid ones are served',
    tries: { long: 100_000, short: 1 },
  },
  bodyRemovals,
  attempt,
  { long: 1, short: 1 },
)
