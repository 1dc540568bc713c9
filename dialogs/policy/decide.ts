import { memoizePerOwner } from '../memoize.ts'
import {
  type Answers,
  type ChoiceQuestion,
  choiceQuestions,
  type QuestionId,
  questionIds,
  sources,
} from '../questions.ts'
import { type ActionId, type Cloud, type Edition, editionOf, type Policy, type Rule } from './policy.ts'

/** Facts that decide a case. */
export interface Situation {
  edition: string
  cloud: Cloud
  answers: Answers
}

/** A rule that applies; `given` names the answer it depends on, while that is unknown. */
export interface Variant {
  given?: { question: 'commerce' | 'offer'; value: string }
  rule: Rule
}

/** Answer for one service. Several variants stand side by side while a deciding fact is unknown. */
export interface Part {
  about: 'licence' | 'usage' | 'resale'
  variants: Variant[]
}

export interface Outcome {
  edition: string
  parts: Part[]
}

type Facts = {
  service: Part['about']
  source?: string | undefined
  commerce?: string | undefined
  offer?: string | undefined
  role: string
  cloud: Cloud
}

const matches = (allowed: string | readonly string[] | undefined, value: string | undefined) =>
  allowed === undefined ||
  (value !== undefined && (typeof allowed === 'string' ? allowed === value : allowed.includes(value)))

/** True if the rule applies. An unknown fact (undefined) does not meet a condition on it. */
function applies({ when }: Rule, facts: Facts): boolean {
  const channel = facts.source === undefined || facts.source === 'csp-partner' ? facts.source : 'elsewhere'
  return (
    matches(when.service, facts.service) &&
    matches(when.source, channel) &&
    matches(when.commerce, facts.commerce) &&
    matches(when.offer, facts.offer) &&
    matches(when.role, facts.role) &&
    matches(when.cloud, facts.cloud)
  )
}

/** Facts about each service that was bought. */
function factsOf({ cloud, answers }: Situation): Facts[] {
  const { role, service } = answers
  if (!role || !service) return []
  const about = service === 'both' ? (['licence', 'usage'] as const) : [service]
  return about.map((part) => ({
    service: part,
    source: part === 'resale' ? undefined : answers[`${part}-source`],
    commerce: part === 'licence' ? answers.commerce : undefined,
    offer: part === 'usage' ? answers.offer : undefined,
    role,
    cloud,
  }))
}

const refining = { licence: 'commerce', usage: 'offer', resale: undefined } as const

/** More than the combinations of answers that there are for one edition. */
const MAX_FACTS = 50_000
// An edition's answer to given facts never changes, and there are few facts.
const memoizedVariants = memoizePerOwner<Edition, Variant[]>(MAX_FACTS)
const memoizedMatters = memoizePerOwner<Edition, boolean>(MAX_FACTS)
const memoizedQuestions = memoizePerOwner<Edition, readonly AskedQuestion[]>(MAX_FACTS)

const listed = ({ service, source, commerce, offer, role, cloud }: Facts) => [
  service,
  source,
  commerce,
  offer,
  role,
  cloud,
]

/** Finds the rules that can still apply: known facts hold, `commerce` and `offer` may be open. */
function variantsOf(edition: Edition, facts: Facts): Variant[] {
  const question = refining[facts.service]
  const known = question === undefined ? undefined : facts[question]
  if (question === undefined || (known !== undefined && known !== 'unknown')) {
    return edition.rules.filter((rule) => applies(rule, facts)).map((rule) => ({ rule }))
  }
  return edition.rules.flatMap((rule): Variant[] => {
    const value = rule.when[question]
    if (!applies(rule, { ...facts, [question]: value })) return []
    return [value === undefined ? { rule } : { rule, given: { question, value } }]
  })
}

/**
 * Decides a situation; undefined until the service and, if it matters, its source are known. `commerce` and `offer`
 * that are unknown give both answers side by side.
 */
export function decide(policy: Policy, situation: Situation): Outcome | undefined {
  const edition = editionOf(policy, situation.edition)
  const facts = factsOf(situation)
  if (facts.length === 0) return undefined
  const parts = facts.map((facts) => ({
    about: facts.service,
    variants: memoizedVariants(edition, listed(facts).join(), () => variantsOf(edition, facts)),
  }))
  return parts.every((part) => part.variants.length > 0) ? { edition: edition.edition, parts } : undefined
}

/** Lists each action of an outcome once, in the order of the policy. */
export function actionsOf(outcome: Outcome): ActionId[] {
  const rules = outcome.parts.flatMap((part) => part.variants.map(({ rule }) => rule))
  return [...new Set(rules.flatMap((rule) => [...rule.do, ...rule.instead, ...rule.afterwards]))]
}

/** Keys of the rule's remarks that apply to these answers. */
export function notesOf(rule: Rule, about: Part['about'], answers: Answers): string[] {
  const source = about === 'resale' ? undefined : answers[`${about}-source`]
  return rule.notes
    .filter((note) => matches(note.source, source) && matches(note.role, answers.role))
    .map(({ key }) => key)
}

type Deciding = 'licence-source' | 'usage-source' | 'commerce' | 'offer'

/** True if the answer decides between rules of the edition, given the answers before it. */
function matters(policy: Policy, situation: Situation, question: Deciding): boolean {
  const edition = editionOf(policy, situation.edition)
  const about = question === 'licence-source' || question === 'commerce' ? 'licence' : 'usage'
  const facts = factsOf(situation).find((facts) => facts.service === about)
  if (!facts) return false
  const field = question === 'licence-source' || question === 'usage-source' ? 'source' : question
  return memoizedMatters(edition, [question, ...listed(facts)].join(), () => {
    const values = { source: sources, commerce: ['new-commerce', 'legacy'], offer: ['azure-plan', 'legacy'] }[field]
    const rules = values.map(
      (value) => edition.rules.find((rule) => canApply(rule, { ...facts, [field]: value }, field))?.id,
    )
    return new Set(rules).size > 1
  })
}

/** Applies a rule like `applies`, but questions after `field` are open and exclude nothing. */
function canApply(rule: Rule, facts: Facts, field: 'source' | 'commerce' | 'offer') {
  const open = field === 'source' ? { commerce: rule.when.commerce, offer: rule.when.offer } : {}
  return applies(rule, { ...facts, ...open })
}

/** A question on the way to an answer: asked before there is one, or on the answer card itself. */
type AskedQuestion = { question: ChoiceQuestion; when: 'before' } | { question: QuestionId; when: 'alongside' }

/**
 * Questions of a situation in order, answered ones included. A question is asked only while its answer can change the
 * outcome. An answer is at most three clicks away: the date of the term, and finer questions if both services were
 * bought, stand on the answer card.
 */
export function questionsFor(policy: Policy, situation: Situation): readonly AskedQuestion[] {
  const { edition, cloud, answers } = situation
  const clicked = choiceQuestions.map((question) => answers[question])
  return memoizedQuestions(editionOf(policy, edition), [cloud, ...clicked].join(), () => workOut(policy, situation))
}

function workOut(policy: Policy, situation: Situation): AskedQuestion[] {
  const { answers } = situation
  const outcome = decide(policy, situation)
  const isNeeded: Record<QuestionId, boolean> = {
    role: true,
    service: true,
    'licence-source': matters(policy, situation, 'licence-source'),
    'usage-source': matters(policy, situation, 'usage-source'),
    commerce: answers['licence-source'] === 'csp-partner' && matters(policy, situation, 'commerce'),
    offer: answers['usage-source'] === 'csp-partner' && matters(policy, situation, 'offer'),
    'term-end': outcome !== undefined && actionsOf(outcome).includes('wait-for-term'),
  }
  const isFine = (question: ChoiceQuestion) =>
    answers.service === 'both' && (question === 'commerce' || question === 'offer')
  return questionIds
    .filter((question) => isNeeded[question])
    .map((question) =>
      question === 'term-end' || isFine(question) ? { question, when: 'alongside' } : { question, when: 'before' },
    )
}

/** The question to ask next; undefined once there is an answer. */
export function nextQuestion(policy: Policy, situation: Situation): ChoiceQuestion | undefined {
  return questionsFor(policy, situation)
    .filter((item) => item.when === 'before')
    .find(({ question }) => situation.answers[question] === undefined)?.question
}

/** Drops the answers that a changed answer made pointless. */
export function answersOnPath(policy: Policy, situation: Situation): Answers {
  const path = questionsFor(policy, situation).map(({ question }) => question)
  const remaining = Object.entries(situation.answers).filter(([question]) => path.includes(question as QuestionId))
  return Object.fromEntries(remaining) as Answers
}

/** Text of an outcome that is equal for equal advice, whatever the ids of the rules. */
const adviceKey = (outcome: Outcome, answers: Answers) =>
  JSON.stringify(
    outcome.parts.map(({ about, variants }) =>
      variants.map(({ given, rule }) => [
        given?.value,
        rule.do,
        rule.instead,
        rule.afterwards,
        rule.first,
        notesOf(rule, about, answers),
      ]),
    ),
  )

/** Finds the editions that answer this situation differently, newest first, among those that cover the cloud. */
export function otherEditions(policy: Policy, situation: Situation): { edition: Edition; outcome: Outcome }[] {
  const mine = decide(policy, situation)
  if (!mine) return []
  return Object.values(policy)
    .filter((edition) => edition.edition !== situation.edition && edition.clouds.includes(situation.cloud))
    .flatMap((edition) => {
      const outcome = decide(policy, { ...situation, edition: edition.edition })
      return outcome && adviceKey(outcome, situation.answers) !== adviceKey(mine, situation.answers)
        ? [{ edition, outcome }]
        : []
    })
    .reverse()
}
