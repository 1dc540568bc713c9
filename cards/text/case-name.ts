import { type CustomerFacts, customerOf } from '../../dialogs/customer.ts'
import { MAX_TITLE_LENGTH, plainText } from './literal.ts'

/** Returns the name of a case's customer; empty while nobody knows it. Foreign text: show it where no Markdown is read. */
export const customerTitle = (caseRecord: CustomerFacts): string =>
  plainText(customerOf(caseRecord)?.name ?? '', MAX_TITLE_LENGTH)

/** Returns what people call a case in a sentence: its customer, else its id. Foreign text, as the customer's name is. */
export const caseName = (caseRecord: CustomerFacts & { id: string }): string =>
  customerTitle(caseRecord) || caseRecord.id
