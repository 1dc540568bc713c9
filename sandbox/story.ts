import { situations } from './upstream/companies.ts'

/** The customer of the story, a company without a relationship. */
const [{ name, domain }] = situations

/** Steps of the story. Text in quotes is typed, the rest is clicked. */
const steps: readonly [who: string, what: string][] = [
  [
    'Manager',
    'in the channel Approvals, "@Multicanal desk approvals" (take Multicanal from the list that opens), Post',
  ],
  ['Direct partner', '"desk direct-partner", then "link": a code appears'],
  ['Reseller', '"link" and the code'],
  [
    'Reseller',
    '"hello", Indirect reseller, Licences, Open … or MPSA, The customer buys from you, Or else, Use your direct …',
  ],
  ['Reseller', `"${domain}", Look up, Ask for the invitation`],
  ['Direct partner', 'on the card that comes: Create invitation, Send to reseller'],
  ['Reseller', 'on the card that comes: Open the link, and back in the window I’ve sent it'],
  [name, 'on the page that opened: Accept the agreement and the partner (or wait: it does so by itself)'],
  [
    'Direct partner',
    'Request admin rights; Helpdesk, Exchange, "Support after the move", "Customer care", Next, Ask for approval',
  ],
  ['Manager', 'in the channel: Reduce …, without Exchange Administrator, 30 days, Approve with changes'],
  ['Direct partner', 'Open the link'],
  [name, 'on the page that opened: Approve all'],
  ['All three', 'read on their cards that the rights are active'],
]

/** The story of three desks, as printed in the terminal and in docs/sandbox.md. */
export const story = steps
  .map(([who, what], index) => `${String(index + 1).padStart(2)}  ${who.padEnd(16)}${what}`)
  .join('\n')
