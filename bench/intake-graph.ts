import { readEditions } from '../bot/config/editions.ts'
import type { Case } from '../dialogs/case.ts'
import type { CaseEvent, HistoryEntry } from '../dialogs/events.ts'
import { questionOf } from '../dialogs/intake.ts'
import { choices } from '../dialogs/questions.ts'
import { openCase, step } from '../dialogs/step.ts'

/** Button press without its case and revision. */
export interface GraphPress {
  verb: 'answer' | 'reopen'
  question: string
  value?: string
}

/** Button press with the step that the bot's own core takes for it. */
export interface Edge {
  press: GraphPress
  event: HistoryEntry['event']
  detail: HistoryEntry['detail']
  to: Node
}

/** Set of answers, and the presses that lead on from it. */
export interface Node {
  /** Case with these answers. Its owner and revision mean nothing. */
  example: Case
  edges: () => readonly Edge[]
}

export const benchPolicy = readEditions()
const at = '2017-06-01T09:00:00.000Z'
const by = { tenant: 'tenant', id: 'person' }

const nodes = new Map<string, Node>()

function nodeOf(example: Case): Node {
  const key = JSON.stringify([example.edition, example.intake, example.answers])
  const known = nodes.get(key)
  if (known) return known
  let edges: readonly Edge[] | undefined
  const node: Node = {
    example,
    edges: () => {
      edges ??= pressesOf(example).flatMap((press) => edgeOf(example, press))
      return edges
    },
  }
  nodes.set(key, node)
  return node
}

/** Lists every choice of the present question, or the way back from a finished case. */
function pressesOf({ intake }: Case): GraphPress[] {
  const question = questionOf(intake)
  if (question === undefined) return [{ verb: 'reopen', question: 'service' }]
  return choices[question].map((value) => ({ verb: 'answer', question, value }))
}

function edgeOf(example: Case, { verb, ...args }: GraphPress): Edge[] {
  const type = verb === 'answer' ? 'question.answered' : 'question.reopened'
  const event = { type, ...args, at, by: { kind: 'person', person: by } } as CaseEvent
  const stepped = step(benchPolicy, example, event)
  if (!stepped.ok) return []
  const { entry } = stepped.value
  return [{ press: { verb, ...args }, event: entry.event, detail: entry.detail, to: nodeOf(stepped.value.case) }]
}

/** First node of a case: only the role is known. */
export interface Beginning {
  node: Node
  entry: HistoryEntry
}

const beginnings = Object.keys(benchPolicy).map((edition): Beginning => {
  const who = { id: 'MC-000000', conversation: 'conversation', by, at, role: 'direct' } as const
  const opening = openCase(benchPolicy, { ...who, edition, cloud: 'global' })
  return { node: nodeOf(opening.case), entry: opening.entry }
})

/** Returns the first node of case `number`. Editions take turns. */
export const beginningOf = (number: number): Beginning => beginnings[number % beginnings.length] as Beginning

/** Picks an edge by number, so that many cases take all edges alike. */
export function wayOn(node: Node, number: number): Edge {
  const edges = node.edges()
  return edges[number % edges.length] as Edge
}

/** Returns the edges of case `number` from its beginning to its answer. */
export function firstWalk(number: number): Edge[] {
  const walk: Edge[] = []
  let rest = Math.floor(number / beginnings.length)
  for (let { node } = beginningOf(number); node.example.intake !== 'answered'; ) {
    const edge = wayOn(node, rest)
    walk.push(edge)
    rest = Math.floor(rest / node.edges().length)
    node = edge.to
  }
  return walk
}
