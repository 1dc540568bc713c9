import { expect, it } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { intakeMachine } from '../../../dialogs/intake.ts'
import { trackKinds } from '../../../dialogs/track-names.ts'
import { tracks } from '../../../dialogs/tracks/registry.ts'

type StateNode = AnyStateMachine['root']

/** Name of a state for Mermaid, which reads a hyphen as part of an arrow. */
const named = (node: StateNode) => node.key.replaceAll('-', '_')

function labelOf({ eventType, guard }: ReturnType<AnyStateMachine['getTransitionData']>[number]): string {
  const name = typeof guard === 'object' && guard !== null && 'type' in guard ? guard : { type: guard }
  const argument = 'params' in name && typeof name.params === 'string' ? ` ${name.params}` : ''
  const condition = name.type ? ` [${String(name.type)}${argument}]` : ''
  return `${eventType || 'always'}${condition}`
}

/** Draws a machine. Transitions of its root can happen in every state, so they are listed below the chart. */
function chart(machine: AnyStateMachine): string {
  const states = Object.values(machine.root.states)
  const initial = machine.root.initial.target[0] as StateNode
  const lines = [
    `[*] --> ${named(initial)}`,
    ...states.flatMap((node) => [
      `state "${node.key}" as ${named(node)}`,
      ...[...node.transitions.values()]
        .flat()
        .concat(node.always ?? [])
        .map((transition) => {
          const target = (transition.target?.[0] ?? node) as StateNode
          return `${named(node)} --> ${named(target)}: ${labelOf(transition)}`
        }),
      ...(node.type === 'final' ? [`${named(node)} --> [*]`] : []),
    ]),
  ]
  const anywhere = [...machine.root.transitions.values()].flat().map((transition) => {
    const target = transition.target?.[0] as StateNode | undefined
    return `- \`${labelOf(transition)}\` → ${target ? `\`${target.key}\`` : 'the same state'}`
  })
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...lines.map((line) => `  ${line}`),
    '```',
    '',
    'From every open state:',
    '',
    ...anywhere,
  ].join('\n')
}

it('docs/machines.md shows the machines as they are', async () => {
  const sections: [title: string, machine: AnyStateMachine][] = [
    ['The questions of a case', intakeMachine],
    ...trackKinds.map((kind): [string, AnyStateMachine] => [`Track \`${kind}\``, tracks[kind].machine]),
  ]
  const page = [
    '# State machines',
    '',
    'Generated from the code by `test/core/dialogs/diagrams.test.ts`, which fails if a machine and its diagram differ.',
    '`npx vitest run test/core/dialogs/diagrams.test.ts -u` generates it anew.',
    '',
    ...sections.flatMap(([title, machine]) => [`## ${title}`, '', chart(machine), '']),
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../../docs/machines.md')
})
