import { readEditions } from '../../bot/editions.ts'

/** The policy as it ships. */
export const policy = readEditions()
