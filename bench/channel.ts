import { connect } from 'node:net'
import type { Case } from '../dialogs/case.ts'
import { serveParent } from './process.ts'
import { createWalker, type WalkedCase, type WalkedTurn, type Walker } from './walker.ts'
import { createReader, type LoadTarget, requestOf } from './wire.ts'
import type { CaseOwner } from './world.ts'

/** Clients of a channel, and one person in a chat of their own. */
export interface ChannelPlan {
  target: LoadTarget
  stored: WalkedCase
  /** The channel, who is in it, and the request that waits there. The first of them asked for it. */
  desk: string
  members: readonly CaseOwner[]
  request: Pick<Case, 'id' | 'revision'>
}

/** Milliseconds until all of an answer was there, and the answer. */
interface Answered {
  took: number
  bytes: Buffer
}

/** One connection that does one request after the other. */
async function open(port: number) {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let taken: (bytes: Buffer) => void = () => {}
  socket.on(
    'data',
    createReader(({ bytes }) => taken(bytes)),
  )
  return {
    ask: (request: string): Promise<Answered> =>
      new Promise((resolve) => {
        const since = performance.now()
        taken = (bytes) => resolve({ took: performance.now() - since, bytes })
        socket.write(request, 'latin1')
      }),
  }
}
type Connection = Awaited<ReturnType<typeof open>>

let plan: ChannelPlan
let everybody: Connection[] = []
let alone: Connection
let walker: Walker

async function prepare(given: ChannelPlan): Promise<void> {
  plan = given
  const { target, stored, members } = plan
  everybody = await Promise.all(members.map(() => open(target.port)))
  alone = await open(target.port)
  walker = createWalker(stored, 'opened', 0, 32)
}

/** What is thrown away here is collected while nobody waits: it is the server that is measured. */
const collect = () => globalThis.gc?.({ type: 'minor', execution: 'sync' })

/** As many turns alone, one after the other, together. */
async function inTurn(count: number): Promise<number> {
  collect()
  let sum = 0
  for (let one = 0; one < count; one += 1) {
    const turn = walker.next()
    const { took, bytes } = await alone.ask(requestOf(turn, plan.target))
    if (!turn.expected.every((part) => bytes.includes(part))) throw wrong(bytes)
    sum += took
  }
  return sum
}

/** Everybody's client asks at the same moment; how long each waited for its answer. */
async function burst(): Promise<number[]> {
  const requests = plan.members.map(refreshOf)
  collect()
  const answers = await Promise.all(everybody.map((connection, index) => connection.ask(requests[index] ?? '')))
  const unlike = answers.find(({ bytes }, index) => !isRight(bytes, index))
  if (unlike) throw wrong(unlike.bytes)
  return answers.map(({ took }) => took)
}

/** The request's card; whoever asked for it has nothing to press. */
const isRight = (bytes: Buffer, index: number): boolean =>
  bytes.includes(`"fallbackText":"${plan.request.id} `) && bytes.includes('"verb":"approve"') === index > 0

const wrong = (bytes: Buffer) => new Error(`WRONG: ${bytes.toString('utf8').slice(0, 2000)}`)

/** What a client sends by itself when the card comes into somebody's sight. */
function refreshOf(owner: CaseOwner): string {
  const { id: caseId, revision } = plan.request
  const turn = { owner, caseId, revision, press: { verb: 'refresh' }, expected: [] } as unknown as WalkedTurn
  return inChannel(requestOf(turn, plan.target), owner)
}

/** The same request from the thread of the channel's card. */
function inChannel(request: string, { conversation }: CaseOwner): string {
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const there = body
    .replace('"conversationType":"personal"', '"conversationType":"channel"')
    .replace(conversation, `${plan.desk};messageid=1700000000000`)
    .replace('"trigger":"manual"', '"trigger":"automatic"')
  return `${head.replace(/Content-Length: \d+/, `Content-Length: ${there.length}`)}\r\n\r\n${there}`
}

serveParent({ prepare, inTurn, burst })
