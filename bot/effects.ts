import { z } from 'zod'
import type { Case, Effect, Notice } from '../dialogs/case.ts'
import type { NewEffect } from '../state/outbox-store.ts'
import { drawn, type Shown, type Turn } from './turn.ts'

/** A card that others see is updated this long after the first of a quick run of clicks, once for all of them. */
const updateAfterMs = 700

/** What the outbox can be asked to do, and what each needs. */
export const payloads = {
  /** Send this, as it was drawn in the turn that answers. */
  reply: z.strictObject({ card: z.record(z.string(), z.unknown()), summary: z.string() }),
  /** Send the present card of a case with a line on top. */
  notify: z.strictObject({
    track: z.enum(['migration', 'term']),
    notice: z.strictObject({ key: z.enum(['term-reminder', 'term-ended', 'migration-idle']), days: z.int() }),
  }),
  /** Draw the present card of a case into this message. */
  update: z.strictObject({ conversation: z.string(), message: z.string() }),
  /** Come back to the case: time has passed. */
  wake: z.strictObject({ track: z.enum(['migration', 'term']), timer: z.string() }),
} satisfies Record<string, z.ZodType>
export type EffectKind = keyof typeof payloads
export type Payload<K extends EffectKind> = z.infer<(typeof payloads)[K]>

/** The orders of the core as rows of the outbox. A timer takes the place of the one it had before. */
export function effectRows(one: Case, effects: readonly Effect[]): NewEffect[] {
  const { id: caseId, tenant, conversation, revision } = one
  return effects.map((effect, index): NewEffect => {
    if (effect.kind === 'wake') {
      const { track, timer, due } = effect
      return {
        kind: 'wake',
        tenant,
        caseId,
        payload: { track, timer },
        key: `${caseId}:timer:${track}:${timer}`,
        due,
        replace: true,
      }
    }
    const { track, notice }: { track: string; notice: Notice } = effect
    return {
      kind: 'notify',
      tenant,
      caseId,
      conversation,
      payload: { track, notice },
      key: `${caseId}:${revision}:${index}`,
    }
  })
}

/**
 * Updates a message that shows a case. Several clicks in a row make one update, which draws the case as it is then. It
 * stands outside the order of its conversation: nothing that is said there has to wait for it.
 */
export function cardUpdate(turn: Turn, one: Case, message: string): NewEffect {
  const { tenant, conversation } = turn.inbound.place
  const due = new Date(Date.parse(turn.at) + updateAfterMs).toISOString()
  const key = `update:${conversation}:${message}`
  return { kind: 'update', tenant, caseId: one.id, payload: { conversation, message }, key, due, replace: true }
}

/** The answer to a message is itself an effect, so that it survives a crash. One line is drawn as a card as well. */
export function replyEffect(turn: Turn, answer: Shown): NewEffect {
  const { tenant, conversation } = turn.inbound.place
  return {
    kind: 'reply',
    tenant,
    conversation,
    payload: drawn(turn.setting, answer),
    key: `reply:${turn.inbound.delivery}`,
  }
}
