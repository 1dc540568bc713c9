import { choices, type QuestionId } from '../questions.ts'
import { type Edition, isOfficial } from './policy.ts'

/** Most remarks that a card shows for one rule. */
const MAX_NOTES = 3

/** Lists the faults of an edition that no schema sees: references without a target, and doubtful rules without advice. */
export function requireReferences(edition: Edition): string[] {
  const { sources, facts, notes, questions, rules } = edition
  const missing = (owner: string, what: string, keys: readonly string[], known: object) =>
    keys.filter((key) => !Object.hasOwn(known, key)).map((key) => `${owner} names no ${what}: ${key}`)
  const ids = rules.map(({ id }) => id)
  const faults = [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `rule ${id} stands there twice`),
    ...Object.entries(facts).flatMap(([id, fact]) => missing(`fact ${id}`, 'source', fact.sources, sources)),
    ...questions.flatMap(({ question, values }) =>
      values.filter((value) => !isChoice(question, value)).map((value) => `question ${question} has no value ${value}`),
    ),
    ...questions.flatMap(({ question, values, folded }) =>
      folded
        .filter((value) => !values.includes(value))
        .map((value) => `question ${question} folds a value that it does not offer: ${value}`),
    ),
    ...rules.flatMap((rule) => [
      ...missing(`rule ${rule.id}`, 'fact', rule.facts, facts),
      ...missing(
        `rule ${rule.id}`,
        'source',
        rule.sources.map(({ key }) => key),
        sources,
      ),
      ...missing(
        `rule ${rule.id}`,
        'note',
        rule.notes.map(({ key }) => key),
        notes,
      ),
      ...(rule.do.length === 0 && rule.when.topic === undefined ? [`rule ${rule.id} does nothing`] : []),
      ...(isOfficial(rule.confidence) || rule.checkWith ? [] : [`rule ${rule.id} does not say with whom to check`]),
      ...(rule.notes.filter(({ source, role, cloud }) => !source && !role && !cloud).length > MAX_NOTES
        ? [`rule ${rule.id} has more than ${MAX_NOTES} notes`]
        : []),
    ]),
  ]
  return faults.map((fault) => `${edition.edition}: ${fault}`)
}

const isChoice = (question: QuestionId, value: string) =>
  question !== 'term-end' && (choices[question] as readonly string[]).includes(value)
