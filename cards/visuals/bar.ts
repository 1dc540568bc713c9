import { type Element, render } from '../render.ts'

/** Length of a whole bar, in characters. */
const LENGTH = 24

/** A line of spaces, which screen readers pass over: the words beside it say the same. */
const lineOf = (length: number) => '\u00a0'.repeat(length)

/** Draws how much is done as a line with words beside it. The rest has no line, as light themes draw both alike. */
export function bar(done: number, total: number, text: string): Element[] {
  const length = total === 0 ? 0 : Math.round((done / total) * LENGTH)
  return render('bar', { done: lineOf(length), text: length === 0 ? text : `\u00a0\u00a0${text}` })
}
