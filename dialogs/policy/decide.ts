import { memoizePerOwner } from '../memoize.ts'
import { type Answers, type ChoiceQuestion, choiceQuestions, type QuestionId } from '../questions.ts'
import {
  type Action,
  type Cloud,
  type Edition,
  type EditionQuestion,
  editionOf,
  keyOfAction,
  type Policy,
  type QuestionCondition,
  type Rule,
} from './policy.ts'

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

/** Answer for one service, or for a topic. Several variants stand side by side while a deciding fact is unknown. */
export interface Part {
  about: 'licence' | 'usage' | 'resale' | 'something-else'
  variants: Variant[]
}

export interface Outcome {
  edition: string
  parts: Part[]
}

type Fact = 'source' | 'topic' | 'goal' | 'tenant' | 'same-provider' | 'commerce' | 'offer'
type Facts = { service: Part['about']; role: string; cloud: Cloud } & { [F in Fact]: string | undefined }

const matches = (allowed: readonly string[] | undefined, value: string | undefined) =>
  allowed === undefined || (value !== undefined && allowed.includes(value))

/** True if a source is allowed by name, or counts as "elsewhere". */
const isSourceAllowed = (allowed: readonly string[] | undefined, source: string | undefined) =>
  matches(allowed, source) ||
  (source !== undefined && source !== 'csp-partner' && allowed?.includes('elsewhere') === true)

/** True if the rule applies. An unknown fact (undefined) does not meet a condition on it. */
function applies({ when }: Rule, facts: Facts): boolean {
  return (
    matches(when.service, facts.service) &&
    isSourceAllowed(when.source, facts.source) &&
    matches(when.topic, facts.topic) &&
    matches(when.goal, facts.goal) &&
    matches(when.tenant, facts.tenant) &&
    matches(when['same-provider'], facts['same-provider']) &&
    matches(when.commerce, facts.commerce) &&
    matches(when.offer, facts.offer) &&
    matches(when.role, facts.role) &&
    matches(when.cloud, facts.cloud)
  )
}

/** The answer as the edition reads it: another edition's value by its counterpart, none by the value that counts. */
function answerIn({ questions }: Edition, answers: Answers, question: ChoiceQuestion): string | undefined {
  const asked = questions.find((each) => each.question === question)
  const answer = answers[question]
  if (answer === undefined) return asked?.unanswered
  return asked?.countsAs[answer] ?? answer
}

/** Facts about each service that was bought. */
function factsOf(edition: Edition, { cloud, answers }: Pick<Situation, 'cloud' | 'answers'>): Facts[] {
  const { role, service } = answers
  if (!role || !service) return []
  const read = (question: ChoiceQuestion) => answerIn(edition, answers, question)
  const source = read('licence-source')
  const isUsageFirst = source !== undefined && source === read('usage-source') && edition.usageFirst.includes(source)
  const both = isUsageFirst ? (['usage', 'licence'] as const) : (['licence', 'usage'] as const)
  const about = service === 'both' ? both : [service]
  return about.map((part) => ({
    service: part,
    source: part === 'licence' || part === 'usage' ? read(`${part}-source`) : undefined,
    topic: part === 'something-else' ? read('topic') : undefined,
    goal: read('goal'),
    tenant: read('tenant'),
    'same-provider': read('same-provider'),
    commerce: part === 'licence' ? read('commerce') : undefined,
    offer: part === 'usage' ? read('offer') : undefined,
    role,
    cloud,
  }))
}

const refining = { licence: 'commerce', usage: 'offer', resale: undefined, 'something-else': undefined } as const

/** More than the combinations of answers that there are for one edition. */
const MAX_FACTS = 50_000
// An edition's answer to given facts never changes, and there are few facts.
const memoizedVariants = memoizePerOwner<Edition, Variant[]>(MAX_FACTS)
const memoizedQuestions = memoizePerOwner<Edition, readonly AskedQuestion[]>(MAX_FACTS)

/** Finds the rules that can still apply: known facts hold, `commerce` and `offer` may be open. */
function variantsOf(edition: Edition, facts: Facts): Variant[] {
  const question = refining[facts.service]
  const known = question === undefined ? undefined : facts[question]
  if (question === undefined || (known !== undefined && known !== 'unknown')) {
    return edition.rules.filter((rule) => applies(rule, facts)).map((rule) => ({ rule }))
  }
  return edition.rules.flatMap((rule): Variant[] => {
    const values = rule.when[question]
    const [value] = values ?? []
    if (!applies(rule, { ...facts, [question]: value })) return []
    return [value === undefined ? { rule } : { rule, given: { question, value } }]
  })
}

/**
 * Decides a situation; undefined until the service and, if it matters, its source are known. `commerce` and `offer`
 * that are unknown give both answers side by side.
 */
export const decide = (policy: Policy, situation: Situation): Outcome | undefined =>
  decideBy(editionOf(policy, situation.edition), situation)

function decideBy(edition: Edition, situation: Pick<Situation, 'cloud' | 'answers'>): Outcome | undefined {
  const facts = factsOf(edition, situation)
  if (facts.length === 0) return undefined
  const parts = facts.map((facts) => ({
    about: facts.service,
    variants: memoizedVariants(edition, Object.values(facts).join(), () => variantsOf(edition, facts)),
  }))
  return parts.every((part) => part.variants.length > 0) ? { edition: edition.edition, parts } : undefined
}

/** Lists each action of an outcome once, in the order of the policy. */
export function actionsOf(outcome: Outcome): Action[] {
  const rules = outcome.parts.flatMap((part) => part.variants.map(({ rule }) => rule))
  const all = rules.flatMap((rule) => [...rule.first, ...rule.do, ...rule.instead, ...rule.afterwards])
  return [...new Map(all.map((action) => [keyOfAction(action), action])).values()]
}

/** Facts that decide about remarks. */
export type NoteFacts = Pick<Situation, 'cloud' | 'answers'>

/** Keys of the rule's remarks that apply to these answers. */
export function notesOf(rule: Rule, about: Part['about'], { cloud, answers }: NoteFacts): string[] {
  const source = about === 'licence' || about === 'usage' ? answers[`${about}-source`] : undefined
  return rule.notes
    .filter((note) => matches(note.source, source) && matches(note.role, answers.role) && matches(note.cloud, cloud))
    .map(({ key }) => key)
}

/** A question on the way to an answer: asked before there is one, or on the answer card itself. */
type AskedQuestion = { question: ChoiceQuestion; when: 'before' } | { question: QuestionId; when: 'alongside' }

/**
 * Questions of a situation in order, answered ones included, by the conditions of the edition. The role comes first in
 * every edition.
 */
export function questionsFor(policy: Policy, situation: Situation): readonly AskedQuestion[] {
  const { edition, cloud, answers } = situation
  const clicked = choiceQuestions.map((question) => answers[question])
  const known = editionOf(policy, edition)
  return memoizedQuestions(known, [cloud, ...clicked].join(), () => askedBy(known, situation))
}

/** Conditions read only the answers that are on the path so far: an answer left over from before decides nothing. */
function askedBy(edition: Edition, { cloud, answers }: Situation): AskedQuestion[] {
  const asked: AskedQuestion[] = [{ question: 'role', when: 'before' }]
  const known: Answers = answers.role === undefined ? {} : { role: answers.role }
  for (const item of edition.questions) {
    const { question } = item
    const holds = (condition: QuestionCondition) => isMet(edition, condition, { cloud, answers: known })
    const when = item.before.some(holds) ? 'before' : item.alongside.some(holds) ? 'alongside' : undefined
    if (when === undefined) continue
    asked.push({ question, when } as AskedQuestion)
    Object.assign(known, answers[question] === undefined ? {} : { [question]: answers[question] })
  }
  return asked
}

function isMet(edition: Edition, { outcome, ...fields }: QuestionCondition, situation: NoteFacts): boolean {
  const { cloud, answers } = situation
  const meets = Object.entries(fields).every(([field, allowed]) =>
    matches(allowed, field === 'cloud' ? cloud : answerIn(edition, answers, field as ChoiceQuestion)),
  )
  if (!meets || outcome === undefined) return meets
  const decided = decideBy(edition, situation)
  return decided !== undefined && actionsOf(decided).some(({ id }) => outcome.includes(id))
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

/** The answers to questions that only other editions ask. */
export function answersElsewhere(policy: Policy, { edition, answers }: Situation): Answers {
  const asked = editionOf(policy, edition).questions.map(({ question }) => question)
  const others = Object.entries(answers).filter(
    ([key]) => key !== 'role' && !(asked as readonly string[]).includes(key),
  )
  return Object.fromEntries(others) as Answers
}

/** True if a value is an answer in this edition. A value of another edition's list is none. */
export function isOffered(edition: Edition, question: QuestionId, value: string): boolean {
  const asked: EditionQuestion | undefined = edition.questions.find((each) => each.question === question)
  return question === 'role' || question === 'term-end' || asked?.values.includes(value) === true
}

/** Text of an outcome that is equal for equal advice, whatever the ids of the rules. */
const adviceKey = (outcome: Outcome, situation: NoteFacts) =>
  JSON.stringify(
    outcome.parts.map(({ about, variants }) =>
      variants.map(({ given, rule }) => [
        given?.value,
        ...[rule.first, rule.do, rule.instead, rule.afterwards].map((actions) => actions.map(keyOfAction)),
        notesOf(rule, about, situation),
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
      const outcome = decideBy(edition, situation)
      return outcome && adviceKey(outcome, situation) !== adviceKey(mine, situation) ? [{ edition, outcome }] : []
    })
    .reverse()
}
