/** A secret that stands where it must not. */
export interface Leak {
  secret: string
  place: string
  form: string
}

/** Lists the forms of a secret to search for: the whole, and each meaningful part of a token. */
const partsOf = (secret: string): string[] => [
  secret,
  ...secret
    .split('.')
    .slice(1)
    .filter((part) => part.length > 20),
]

/** The inner part of what bytes become in base64 when they stand somewhere in a longer text. */
const base64Of = (part: string): [string, string][] =>
  [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(part)]).toString('base64')
    return [`base64 at ${offset}`, padded.slice(offset === 0 ? 0 : 4, -4).replace(/=+$/, '')]
  })

/** Every way of writing it in which it still is the secret. */
const formsOf = (part: string): [form: string, text: string][] => [
  ['as it is', part],
  ['in JSON', JSON.stringify(part).slice(1, -1)],
  ['in a URL', encodeURIComponent(part)],
  ['in hex', Buffer.from(part).toString('hex')],
  ...base64Of(part),
  ...base64Of(part).map(([form, text]): [string, string] => [
    `${form}url`,
    text.replaceAll('+', '-').replaceAll('/', '_'),
  ]),
]

/** Looks for each secret in each place, in all its forms. Both are named, so that a leak can be told without repeating it. */
export function findLeaks(secrets: ReadonlyMap<string, string>, places: ReadonlyMap<string, string | Buffer>): Leak[] {
  const leaks: Leak[] = []
  for (const [place, content] of places) {
    const bytes = Buffer.from(content)
    for (const [secret, value] of secrets) {
      const forms = partsOf(value).flatMap(formsOf)
      const [form] = forms.find(([, text]) => bytes.includes(text)) ?? []
      if (form !== undefined) leaks.push({ secret, place, form })
    }
  }
  return leaks
}
