import { caseId } from '../dialogs/case.ts'

/** The world of the bench is computed: the number of a case gives its owner and chat. */
const casesOfPerson = 20
const tenantCount = 40
const serviceUrlCount = 4

export const appId = '00000000-0000-4000-8000-00000000be7c'

const guid = (kind: number, number: number) =>
  `00000000-0000-4000-80${kind.toString(16).padStart(2, '0')}-${number.toString(16).padStart(12, '0')}`

export const tenants = Array.from({ length: tenantCount }, (_, number) => guid(1, number))

/** The Connector reuses one token per service URL for as long as it is valid. */
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
  /** Index of the service URL, and so of the token. */
  service: number
}

/** Returns the number of people who own that many cases. */
export const peopleCountOf = (cases: number): number => Math.ceil(cases / casesOfPerson)

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T

/** Returns a person in their personal chat. */
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

/** Returns the owner of a case. Cases of one person are far apart in the order of storage. */
export const ownerOf = (number: number, cases: number): CaseOwner => personInChat(number % peopleCountOf(cases))

/** Returns a case id as scattered as the bot's random ids, and unique below 2^30. */
export const caseIdOf = (number: number): string => caseId(Math.imul(number + 1, 0x9e3779b1) & 0x3fffffff)
