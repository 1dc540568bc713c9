import { assign, setup, transition } from 'xstate'
import type { CaseEvent } from './events.ts'
import { memoizePerOwner } from './memoize.ts'
import {
  answersElsewhere,
  answersOnPath,
  isOffered,
  nextQuestion,
  questionsFor,
  type Situation,
} from './policy/decide.ts'
import { editionOf, type Policy } from './policy/policy.ts'
import { type ChoiceQuestion, checkAnswer, choiceQuestions, type IntakeState, type QuestionId } from './questions.ts'

/** Context of the questions. The policy comes with each event and is never stored. */
interface IntakeContext extends Situation {
  policy: Policy
}

export type IntakeEvent = Extract<
  CaseEvent,
  { type: 'question.answered' | 'question.reopened' | 'edition.changed' | 'case.cancelled' }
>

type Given = { context: IntakeContext; event: IntakeEvent }

/** Adds an answer; answers that it makes pointless are dropped here and nowhere else. */
function takeAnswer({ context, event }: Given): Partial<IntakeContext> {
  if (event.type !== 'question.answered') return {}
  const answers = { ...context.answers, [event.question]: event.value }
  // Another edition's answers stay while the ones that they depend on do.
  const isSame = event.question === 'term-end' || context.answers[event.question] === event.value
  const foreign = isSame ? answersElsewhere(context.policy, context) : {}
  return { answers: { ...foreign, ...answersOnPath(context.policy, { ...context, answers }) } }
}

/** Keeps every answer, so that the way back asks nothing again: an edition reads only its own. */
const takeEdition = ({ event }: Given): Partial<IntakeContext> =>
  event.type === 'edition.changed' ? { edition: event.edition } : {}

const isAcceptable = ({ context, event }: Given) =>
  event.type === 'question.answered' &&
  isOffered(editionOf(context.policy, context.edition), event.question, event.value) &&
  checkAnswer(event.question, event.value, event.at).ok

/** True if another edition covers the cloud and can be asked about what was bought. */
function isOtherEdition({ context, event }: Given): boolean {
  if (event.type !== 'edition.changed' || event.edition === context.edition) return false
  const edition = context.policy[event.edition]
  const { service } = context.answers
  if (!edition?.clouds.includes(context.cloud)) return false
  return service === undefined || isOffered(edition, 'service', service)
}

/** True if the question stands on the answer card itself, see `questionsFor`. */
const isAlongside = (context: IntakeContext, question: QuestionId) =>
  questionsFor(context.policy, context).some((entry) => entry.question === question && entry.when === 'alongside')

/** True if the person did not know the answer: the card shows every possible one, each of which is a click away. */
const isLeftOpen = (context: IntakeContext, question: QuestionId) =>
  context.answers[question] === 'unknown' &&
  questionsFor(context.policy, context).some((entry) => entry.question === question)

/**
 * The questions of a case: their order, the effect of an answer, and the way back to an answered question. The content
 * of a question, and the condition for asking it, belong to the policy.
 */
export const intakeMachine = setup({
  types: {} as { context: IntakeContext; events: IntakeEvent; input: IntakeContext },
  actions: {
    takeAnswer: assign(takeAnswer),
    takeEdition: assign(takeEdition),
  },
  guards: {
    isNext: ({ context }, question: QuestionId) => nextQuestion(context.policy, context) === question,
    isAnswerTo: (given, question: QuestionId) =>
      given.event.type === 'question.answered' && given.event.question === question && isAcceptable(given),
    isAnswerOnCard: (given) =>
      given.event.type === 'question.answered' &&
      (isAlongside(given.context, given.event.question) || isLeftOpen(given.context, given.event.question)) &&
      isAcceptable(given),
    isReopened: ({ context, event }, question: QuestionId) =>
      event.type === 'question.reopened' &&
      event.question === question &&
      context.answers[question] !== undefined &&
      !isAlongside(context, question),
    isOtherEdition,
  },
}).createMachine({
  id: 'intake',
  context: ({ input }) => input,
  // Not `deciding`: xstate enters the initial state at every transition, with no context that its guards could read.
  initial: 'asking-role',
  on: {
    'question.reopened': choiceQuestions.map(
      (question) => ({ guard: { type: 'isReopened', params: question }, target: `.asking-${question}` }) as const,
    ),
    'edition.changed': { guard: 'isOtherEdition', target: '.deciding', actions: 'takeEdition' },
    'case.cancelled': '.cancelled',
  },
  states: {
    deciding: {
      always: [
        ...choiceQuestions.map(
          (question) => ({ guard: { type: 'isNext', params: question }, target: `asking-${question}` }) as const,
        ),
        { target: 'answered' },
      ],
    },
    ...askingStates(),
    answered: {
      on: { 'question.answered': { guard: 'isAnswerOnCard', target: 'deciding', actions: 'takeAnswer' } },
    },
    cancelled: { type: 'final' },
  },
})

/** A state for each question: its answer leads on to whatever comes next. */
function askingStates() {
  const stateOf = (question: ChoiceQuestion) => ({
    on: {
      'question.answered': {
        guard: { type: 'isAnswerTo', params: question },
        target: 'deciding',
        actions: 'takeAnswer',
      } as const,
    },
  })
  const states = choiceQuestions.map((question) => [`asking-${question}`, stateOf(question)] as const)
  // The type of Object.fromEntries has lost the keys.
  return Object.fromEntries(states) as Record<`asking-${ChoiceQuestion}`, ReturnType<typeof stateOf>>
}

/** State of a case of which at most the role is known. */
export function openIntake(policy: Policy, situation: Situation): IntakeState {
  const question = nextQuestion(policy, situation)
  return question === undefined ? 'answered' : `asking-${question}`
}

/** The questions after an event. */
interface AdvancedIntake {
  readonly state: IntakeState
  readonly situation: Readonly<Situation>
}

const memoized = memoizePerOwner<Policy, AdvancedIntake | undefined>(5_000)

/** Applies an event to the questions; undefined if it changes nothing now. */
export function advanceIntake(
  policy: Policy,
  state: IntakeState,
  situation: Situation,
  event: IntakeEvent,
): AdvancedIntake | undefined {
  if (state === 'cancelled') return undefined
  const run = () => runIntake(policy, state, situation, event)
  // The validity of a date depends on the day.
  if (event.type === 'question.answered' && event.question === 'term-end') return run()
  // Everything else depends on neither author nor time, and a pass through the machine would take longer than all other
  // work of a click.
  const { at: _at, by: _by, ...what } = event
  const { edition, cloud, answers } = situation
  return memoized(policy, JSON.stringify([state, edition, cloud, answers, what]), run)
}

function runIntake(
  policy: Policy,
  state: IntakeState,
  situation: Situation,
  event: IntakeEvent,
): AdvancedIntake | undefined {
  const before = intakeMachine.resolveState({ value: state, context: { ...situation, policy } })
  const [after] = transition(intakeMachine, before, event)
  if (after === before) return undefined
  if (after.value === 'deciding') throw new Error('the intake machine stopped before it found the next question')
  const { edition, cloud, answers } = after.context
  // Frozen, because cases share the memoized answers.
  return { state: after.value, situation: { edition, cloud, answers: Object.freeze(answers) } }
}

/** The question of a state; undefined for states without one. */
export const questionOf = (state: IntakeState): ChoiceQuestion | undefined =>
  choiceQuestions.find((question) => state === `asking-${question}`)
