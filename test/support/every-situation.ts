import { questionsFor, type Situation } from '../../dialogs/policy/decide.ts'
import { type Cloud, clouds, editionOf, offeredValues } from '../../dialogs/policy/policy.ts'
import type { Answers, QuestionId } from '../../dialogs/questions.ts'
import { policy } from './policy.ts'

type Chosen = { answers: Answers; left: readonly QuestionId[] }

/**
 * Every complete set of answers of an edition: each question of its own conditions is answered by each offered value, and
 * those on the answer card are left unanswered as well.
 */
export function* everySituation(edition: string, only: readonly Cloud[] = clouds): Generator<Situation> {
  const offered = editionOf(policy, edition)
  for (const cloud of offered.clouds.filter((each) => only.includes(each))) {
    const open: Chosen[] = [{ answers: {}, left: ['term-end'] }]
    for (let chosen = open.pop(); chosen; chosen = open.pop()) {
      const { answers, left } = chosen
      const situation = { edition, cloud, answers }
      const next = questionsFor(policy, situation).find(
        ({ question }) => answers[question] === undefined && !left.includes(question),
      )
      if (!next) {
        yield situation
        continue
      }
      const { question } = next
      if (next.when === 'alongside') open.push({ answers, left: [...left, question] })
      for (const value of offeredValues(offered, question))
        open.push({ answers: { ...answers, [question]: value } as Answers, left })
    }
  }
}
