import { hash } from 'node:crypto'
import type { ClaimedEffect } from '../../state/outbox-claims.ts'
import { replyKey } from './effects.ts'

/** Derives the correlation id of a turn from its delivery, as a GUID: Microsoft's headers demand one. */
export function correlationOf(delivery: string): string {
  const hex = hash('sha256', delivery)
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Returns the correlation id of the turn that caused an effect; undefined if the effect does not carry it. */
export function correlationIn({ key, payload }: Pick<ClaimedEffect, 'key' | 'payload'>): string | undefined {
  if (key.startsWith(replyKey(''))) return correlationOf(key.slice(replyKey('').length))
  const isCall = typeof payload === 'object' && payload !== null && 'correlationId' in payload
  return isCall ? String(payload.correlationId) : undefined
}
