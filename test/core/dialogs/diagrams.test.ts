import { expect, it } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { intakeMachine } from '../../../dialogs/intake.ts'
import { delegatedAdminMachine } from '../../../dialogs/tracks/delegated-admin/machine.ts'
import { invitationMachine } from '../../../dialogs/tracks/invitation/machine.ts'
import { migrationMachine } from '../../../dialogs/tracks/migration/machine.ts'
import { relationshipMachine } from '../../../dialogs/tracks/relationship/machine.ts'
import { termMachine } from '../../../dialogs/tracks/term/machine.ts'
import { transferMachine } from '../../../dialogs/tracks/transfer/machine.ts'

type StateNode = AnyStateMachine['root']

/** A name Mermaid takes: it reads a hyphen as part of an arrow. */
const named = (node: StateNode) => node.key.replaceAll('-', '_')

function labelOf({ eventType, guard }: ReturnType<AnyStateMachine['getTransitionData']>[number]): string {
  const name = typeof guard === 'object' && guard !== null && 'type' in guard ? guard : { type: guard }
  const argument = 'params' in name && typeof name.params === 'string' ? ` ${name.params}` : ''
  const condition = name.type ? ` [${String(name.type)}${argument}]` : ''
  return `${eventType || 'always'}${condition}`
}

/** The chart of a machine; what a transition of the root leads to can happen in every state. */
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

it('the machines are drawn as they are', async () => {
  const sections = [
    ['The questions of a case', intakeMachine],
    ['Track `migration`', migrationMachine],
    ['Track `term`', termMachine],
    ['Track `relationship`', relationshipMachine],
    ['Track `transfer`', transferMachine],
    ['Track `invitation`', invitationMachine],
    ['Track `delegated-admin`', delegatedAdminMachine],
  ] as const
  const page = [
    '# The machines',
    '',
    'Drawn from the code by `test/core/dialogs/diagrams.test.ts`, which fails when a machine and its picture differ;',
    '`npm test -- test/core/dialogs/diagrams.test.ts -u` draws them anew.',
    '',
    ...sections.flatMap(([title, machine]) => [`## ${title}`, '', chart(machine as AnyStateMachine), '']),
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../../docs/machines.md')
})
