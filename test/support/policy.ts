import { readEditions } from '../../bot/config/editions.ts'

/** The policy as it ships. */
export const policy = readEditions()
