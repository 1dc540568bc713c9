import { type Case, readCaseId } from './case.ts'

/**
 * Ids of requests for approval. A case may ask several times, after a withdrawal or a denial: a typed decision has to name
 * the request that was read, so from the second on it has a number of its own, as in `MC-7K2P9Q/2`.
 */

const numberOf = ({ tracks }: Pick<Case, 'tracks'>): number => {
  const admin = tracks.find((track) => track.kind === 'delegated-admin')
  return admin?.kind === 'delegated-admin' ? admin.context.number : 1
}

/** Returns the id of the case's present request. */
export function approvalIdOf(caseRecord: Pick<Case, 'id' | 'tracks'>): string {
  const number = numberOf(caseRecord)
  return number === 1 ? caseRecord.id : `${caseRecord.id}/${number}`
}

/** Request as people name it. */
export interface NamedRequest {
  /** Id of the case. */
  case: string
  number: number
}

/** Reads the id of a request, with or without its number; without one it is the first. Undefined if it is none. */
export function readApprovalId(text: string): NamedRequest | undefined {
  const [, id = '', number = '1'] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  const found = readCaseId(id)
  return found === undefined ? undefined : { case: found, number: Number(number) }
}

/** True if the case's present request is the named one. */
export const isPresentRequest = (caseRecord: Pick<Case, 'tracks'>, { number }: NamedRequest): boolean =>
  numberOf(caseRecord) === number
