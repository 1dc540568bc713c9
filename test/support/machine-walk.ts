import { type AnyMachineSnapshot, type AnyStateMachine, type EventObject, getMicrosteps, transition } from 'xstate'

type StateNode = AnyStateMachine['root']
type Transition = ReturnType<AnyStateMachine['getTransitionData']>[number]

const nodesOf = (node: StateNode): StateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)]

const targetOf = (transition: Transition) => (transition.target ?? []).map((node) => (node as StateNode).key).join()
const guardOf = ({ guard }: Transition) =>
  guard === undefined ? '' : typeof guard === 'string' ? guard : JSON.stringify(guard)
const nameOf = (node: StateNode, transition: Transition) =>
  `${node.key} --${transition.eventType || 'always'} ${guardOf(transition)}--> ${targetOf(transition) || '(stays)'}`

/** Every state and transition that a machine has, by name. */
export function partsOf(machine: AnyStateMachine): { states: string[]; transitions: string[] } {
  const nodes = nodesOf(machine.root)
  const own = (node: StateNode) => [...node.transitions.values()].flat().concat(node.always ?? [])
  return {
    states: nodes.filter((node) => node !== machine.root).map((node) => node.key),
    transitions: nodes.flatMap((node) => own(node).map((transition) => nameOf(node, transition))),
  }
}

/**
 * Walks a machine from its start over every sample event in every state it can reach, and says what was visited.
 * `identify` tells two situations apart; what it leaves out is not explored.
 */
export function walk<E extends EventObject>(
  machine: AnyStateMachine,
  start: readonly AnyMachineSnapshot[],
  samples: readonly E[],
  identify: (snapshot: AnyMachineSnapshot) => string,
  onStep: (before: AnyMachineSnapshot, event: E, after: AnyMachineSnapshot) => void = () => {},
) {
  const visited = { states: new Set<string>(), transitions: new Set<string>() }
  const byName = new Map(nodesOf(machine.root).map((node) => [node.key, node]))
  const seen = new Map(start.map((snapshot) => [identify(snapshot), snapshot]))
  const queue = [...seen.values()]
  const total = partsOf(machine)
  const isAllSeen = () =>
    visited.states.size >= total.states.length && visited.transitions.size >= new Set(total.transitions).size
  let steps = 0
  for (let before = queue.shift(); before; before = queue.shift()) {
    visited.states.add(String(before.value))
    if (before.status === 'done') continue
    for (const event of samples) {
      const after: AnyMachineSnapshot = transition(machine, before, event)[0]
      if (after === before) continue
      steps += 1
      if (!isAllSeen()) {
        for (const taken of machine.getTransitionData(before, event))
          visited.transitions.add(nameOf(taken.source, taken))
        noteAlways(before, event)
      }
      onStep(before, event, after)
      const key = identify(after)
      if (!seen.has(key)) {
        seen.set(key, after)
        queue.push(after)
      }
    }
  }
  return { ...visited, situations: seen.size, steps }

  /** A state that only sorts is passed through within one step: its way out is told by where it led. */
  function noteAlways(before: AnyMachineSnapshot, event: E) {
    const values = getMicrosteps(machine, before, event).map(([snapshot]) => String(snapshot.value))
    for (const [index, value] of values.entries()) {
      const node = byName.get(value)
      const taken = node?.always?.find((transition) => targetOf(transition) === values[index + 1])
      if (!node || !taken) continue
      visited.states.add(value)
      visited.transitions.add(nameOf(node, taken))
    }
  }
}
