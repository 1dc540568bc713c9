import { Session } from 'node:inspector/promises'

/** Share of a step in the time in which the process was not idle. */
export interface ProfileShare {
  step: string
  percent: number
}

type Frame = { functionName: string; url: string }
type ProfileNode = { id: number; callFrame: Frame; children?: number[] | undefined }
type Rule = readonly [step: string, url: RegExp, functions?: RegExp]

/** Rules that assign a sample to a step. The first match wins, from the innermost function outwards. */
const rules: readonly Rule[] = [
  ['garbage collection', /^$/, /garbage collector/],
  ['kernel and native code outside of functions', /^$/, /^\(program\)$/],
  ['database: commit (disk)', /\/state\/engine\/sqlite\//, /^runBatch$/],
  ['database: queries', /\/state\/engine\//],
  ['history: hash chain', /\/state\/audit\//, /^(seal|hashOf)$/],
  ['stored cases: read and write (JSON, schema)', /\/dialogs\/versions\.ts$|\/state\//],
  ['step: questions and policy (xstate)', /\/dialogs\//],
  ['drawing the card', /\/cards\//],
  ['turn: card actions, effects', /\/bot\/(turn|effects|present)(\/|\.ts$)/],
  ['outbox: looking for due effects', /\/bot\/workers\//],
  ['incoming activity: reading it (zod)', /\/bot\/teams\/activity\.ts$/],
  ['gate: token, tenant, service URL', /\/bot\/(ingress\/(connector-jwt|signing-keys)|teams\/service-urls)\.ts$/],
  ['gate: token, tenant, service URL', /\/bot\/ingress\/gate\.ts$/, /^(?!answer$)/],
  ['SDK: turn context and handler', /\/bot\/ingress\/(gate|handler|reply)\.ts$|\/node_modules\/bot(builder|framework)/],
  ['HTTP: body (read, checked, parsed)', /\/bot\/ingress\/body\.ts$/],
  ['HTTP: answer written (JSON)', /\/bot\/ingress\/server\.ts$/, /^(write|end|answer)$/],
  ['HTTP: node and restify', /\/bot\/ingress\/server\.ts$|\/node_modules\/(restify|find-my-way)|^node:/],
]

function stepOf({ functionName, url }: Frame): string | undefined {
  return rules.find(([, urls, functions]) => urls.test(url) && (functions?.test(functionName) ?? true))?.[0]
}

/** Starts sampling this process. */
export async function startProfile() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  return {
    end: async (): Promise<ProfileShare[]> => {
      const { profile } = await session.post('Profiler.stop')
      session.disconnect()
      return sharesOf(profile.nodes, profile.samples ?? [], profile.timeDeltas ?? [])
    },
  }
}

function sharesOf(
  nodes: readonly ProfileNode[],
  samples: readonly number[],
  deltas: readonly number[],
): ProfileShare[] {
  const steps = stepsOf(nodes)
  const times = new Map<string, number>()
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const step = steps.get(id)
    if (step === undefined) continue
    const time = deltas[index] ?? 0
    busy += time
    times.set(step, (times.get(step) ?? 0) + time)
  }
  return [...times]
    .map(([step, time]) => ({ step, percent: (100 * time) / busy }))
    .sort((share, other) => other.percent - share.percent)
}

/** Maps each node of the call tree to its step. Idle nodes have none, and internals of Node count for their caller. */
function stepsOf(nodes: readonly ProfileNode[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const steps = new Map<number, string>()
  function visit(node: ProfileNode, above: string): void {
    const { functionName, url } = node.callFrame
    if (functionName === '(idle)' || url === 'node:inspector') return
    const isInternal = url.startsWith('node:')
    const step = isInternal && above !== 'rest' ? above : (stepOf(node.callFrame) ?? above)
    steps.set(node.id, step)
    for (const child of node.children ?? []) visit(byId.get(child) as ProfileNode, step)
  }
  const [root] = nodes
  if (root) visit(root, 'rest')
  return steps
}
