import { caseId } from '../dialogs/case.ts'

/** The bench's world is counted through: who owns case number `n`, and where, follows from the number alone. */
const casesOfPerson = 20
const tenantCount = 40
const serviceUrlCount = 4

export const appId = '00000000-0000-4000-8000-00000000be7c'

const guid = (kind: number, number: number) =>
  `00000000-0000-4000-80${kind.toString(16).padStart(2, '0')}-${number.toString(16).padStart(12, '0')}`

export const tenants = Array.from({ length: tenantCount }, (_, number) => guid(1, number))

/** The Connector gives one token for each service URL and uses it for as long as it lives. */
export const connectorUrls = Array.from(
  { length: serviceUrlCount },
  (_, number) => `http://127.0.0.1:9/region${number}/`,
)

const languages = [
  { locale: 'en', tag: 'en-GB' },
  { locale: 'fr', tag: 'fr-FR' },
  { locale: 'de', tag: 'de-DE' },
] as const

export interface CaseOwner {
  number: number
  tenant: string
  id: string
  account: string
  name: string
  conversation: string
  locale: (typeof languages)[number]['locale']
  tag: string
  /** Which service URL, and so which token. */
  service: number
}

/** How many people own the first so many cases. */
export const peopleCountOf = (cases: number): number => Math.ceil(cases / casesOfPerson)

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T

/** A person in their personal chat. */
export function personInChat(number: number): CaseOwner {
  const id = guid(2, number)
  return {
    number,
    tenant: pick(tenants, number),
    id,
    account: `29:1${id.replaceAll('-', '')}`,
    name: `Reseller ${number}`,
    conversation: `a:1${id.replaceAll('-', '')}${id.replaceAll('-', '')}`,
    service: number % serviceUrlCount,
    ...pick(languages, number),
  }
}

/** Cases of one person are far from each other in the order in which they were stored. */
export const ownerOf = (number: number, cases: number): CaseOwner => personInChat(number % peopleCountOf(cases))

/** As scattered as the random ids of the bot, and never the same twice below 2^30. */
export const caseIdOf = (number: number): string => caseId(Math.imul(number + 1, 0x9e3779b1) & 0x3fffffff)
