import { connect } from 'node:net'
import type { Case } from '../dialogs/case.ts'
import { serveParent } from './process.ts'
import { createWalker, type WalkedCase, type WalkedTurn, type Walker } from './walker.ts'
import { createReader, type LoadTarget, requestOf } from './wire.ts'
import type { CaseOwner } from './world.ts'

/** Clients of a channel, and one person in a personal chat. */
export interface ChannelPlan {
  target: LoadTarget
  stored: WalkedCase
  /** Channel, its members and the request that waits there. The first member made the request. */
  desk: string
  members: readonly CaseOwner[]
  request: Pick<Case, 'id' | 'revision'>
}

/** Response, and the milliseconds until it was complete. */
interface Answered {
  took: number
  bytes: Buffer
}

/** Opens a connection that carries one request at a time. */
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

async function prepare(newPlan: ChannelPlan): Promise<void> {
  plan = newPlan
  const { target, stored, members } = plan
  everybody = await Promise.all(members.map(() => open(target.port)))
  alone = await open(target.port)
  walker = createWalker(stored, 'opened', 0, 32)
}

/** Collects garbage of this client between measurements, because the server is what is measured. */
const collect = () => globalThis.gc?.({ type: 'minor', execution: 'sync' })

/** Runs that many turns one after the other and returns their total time. */
async function inTurn(count: number): Promise<number> {
  collect()
  let sum = 0
  for (let turnNumber = 0; turnNumber < count; turnNumber += 1) {
    const turn = walker.next()
    const { took, bytes } = await alone.ask(requestOf(turn, plan.target))
    if (!turn.expected.every((part) => bytes.includes(part))) throw wrong(bytes)
    sum += took
  }
  return sum
}

/** Sends the refreshes of all clients at once and returns the time of each. */
async function burst(): Promise<number[]> {
  const requests = plan.members.map(refreshOf)
  collect()
  const answers = await Promise.all(everybody.map((connection, index) => connection.ask(requests[index] ?? '')))
  const unlike = answers.find(({ bytes }, index) => !isRight(bytes, index))
  if (unlike) throw wrong(unlike.bytes)
  return answers.map(({ took }) => took)
}

/** True if the response is the request's card, with buttons for everyone but the requester. */
const isRight = (bytes: Buffer, index: number): boolean =>
  bytes.includes(`${plan.request.id} · `) && bytes.includes('"verb":"approve"') === index > 0

const wrong = (bytes: Buffer) => new Error(`WRONG: ${bytes.toString('utf8').slice(0, 2000)}`)

/** Builds the refresh that a client sends by itself when the card comes into view. */
function refreshOf(owner: CaseOwner): string {
  const { id: caseId, revision } = plan.request
  const turn = { owner, caseId, revision, press: { verb: 'refresh' }, expected: [] } as unknown as WalkedTurn
  return inChannel(requestOf(turn, plan.target), owner)
}

/** Moves a request into the thread of the channel's card. */
function inChannel(request: string, { conversation }: CaseOwner): string {
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const there = body
    .replace('"conversationType":"personal"', '"conversationType":"channel"')
    .replace(conversation, `${plan.desk};messageid=1700000000000`)
    .replace('"trigger":"manual"', '"trigger":"automatic"')
  return `${head.replace(/Content-Length: \d+/, `Content-Length: ${there.length}`)}\r\n\r\n${there}`
}

serveParent({ prepare, inTurn, burst })
