import type { Case } from '../../dialogs/case.ts'
import { MAX_TITLE_LENGTH, plainText } from './literal.ts'

/** Returns what people call a case in a sentence: its customer, else its id. Foreign text: show it where no Markdown is read. */
export function caseName({ id, tracks }: Case): string {
  for (const { context } of tracks) {
    const customer = 'customer' in context ? context.customer : undefined
    const name = customer ? plainText(customer.name, MAX_TITLE_LENGTH) : ''
    if (name !== '') return name
  }
  return id
}
