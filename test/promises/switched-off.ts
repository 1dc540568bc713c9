import { mayAct, switchActions } from '../../state/switches.ts'
import type { Deed, Ready } from '../support/ledger-world.ts'
import { openAction, startPressed } from './pressed-world.ts'
import { createTally, type Guarantee, type PromiseOutcome, type TryBudget } from './promise.ts'

const deeds: readonly Deed[] = ['request', 'take-back', 'accept', 'decline']

/** Presses every button while actions are switched off, and switches them on again at the end. */
async function run({ maxTries, budgetMs }: TryBudget, guard: boolean): Promise<PromiseOutcome> {
  const tally = createTally()
  const world = await startPressed()
  const { database, upstream, bots, prepare, press, until } = world
  try {
    const ready = []
    for (let index = 0; index < maxTries; index += 1)
      ready.push(await prepare(deeds[index % deeds.length] ?? 'request'))
    const off = (state: 'on' | 'off') =>
      database.transaction(async (tx) => switchActions(tx, state, new Date().toISOString()))
    await off('off')
    // Without the safeguard, the switch is in the history only and nothing reads it.
    if (!guard) await world.tamper("update switches set state = 'on'")
    const end = Date.now() + budgetMs / 2
    const pressed: typeof ready = []
    for (const [index, action] of ready.entries()) {
      if (Date.now() > end) break
      await press(action, index % bots.length)
      pressed.push(action)
    }
    const isSentOrReported = async ({ caseId }: Ready) => {
      const pending = await openAction(database, caseId)
      return pending === null || pending?.again?.why === 'stopped'
    }
    await until('every action was looked at', async () =>
      (await Promise.all(pressed.map(isSentOrReported))).every(Boolean),
    )
    const actions = await world.actions()
    for (const pressedAction of pressed) {
      const left = world.effectsOf(pressedAction)
      tally.expect(left === 0, () => `${pressedAction.key} left although actions were off`)
      const action = actions.find(({ case_id }) => case_id === pressedAction.caseId)
      const pending = await openAction(database, pressedAction.caseId)
      const isLogged = action?.state === 'prepared' && action.sends === 0 && pending?.again?.why === 'stopped'
      tally.expect(
        isLogged,
        () => `${pressedAction.key} does not wait visibly: ${action?.state}, ${pending?.again?.why}`,
      )
    }
    const sentWhileOff = upstream.calls()
    await off('on')
    if (!(await database.transaction((tx) => mayAct(tx)))) tally.failed('it cannot be switched on again')
    for (const bot of bots) bot.wake()
    await until('everything went out', async () => (await world.actions()).every(({ state }) => state === 'confirmed'))
    for (const pressedAction of pressed) {
      const times = world.effectsOf(pressedAction)
      tally.expect(times === 1, () => `${pressedAction.key} took effect ${times} times after it was let go`)
    }
    const { createTransfer = 0, updateTransfer = 0 } = sentWhileOff
    return tally.outcome({ actions: pressed.length, 'sent while off': createTransfer + updateTransfer })
  } finally {
    await world.stop()
  }
}

/** No privileged action leaves any replica while the kill switch is off, and each leaves once afterwards. */
export const switchedOff: Guarantee = {
  name: 'switched-off',
  promise: 'no privileged call leaves while actions are switched off; each waits visibly and is sent once afterwards',
  tries: { long: 400, short: 8 },
  check: (given) => run(given, true),
  checkWithoutSafeguard: (given) => run(given, false),
}
