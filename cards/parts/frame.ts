import type { Case } from '../../dialogs/case.ts'
import { isRevocable } from '../../dialogs/tracks/delegated-admin/context.ts'
import { isOpen } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** The title of a face, with what else there is to say at once. */
export const heading = ({ locale }: Pick<RenderContext, 'locale'>, title: Key, help?: Key): Element[] =>
  render('heading', {
    title: text(locale, title),
    ...(help === undefined ? {} : { help: text(locale, help) }),
  })

const everyTool = ['answers', 'date', 'details', 'link', 'skip', 'history', 'back', 'cancel'] as const

type Tool = (typeof everyTool)[number]

/** Shows what is folded away, or folds it away again; happens in the client. */
export const toggle = (id: string, title: string) => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [id],
})

/** What a tool of the same name shows and folds away again. */
export const folded = (
  id: 'details' | 'link' | 'deny' | 'narrow',
  items: readonly Element[],
  visible = false,
): Element[] => render('fold', { id, visible, items })

/** What is half-done at Microsoft has to be settled before its case can be cancelled. */
const isCancellable = ({ tracks }: Case): boolean =>
  tracks.every((track) => track.kind !== 'delegated-admin' || !isOpen(track) || isRevocable(track.context))

/** The small things one can do on a card, at its foot; those that would do nothing are left out. */
export function toolbar({ caseRecord, locale, ref }: RenderContext, tools: readonly Tool[]): Element[] {
  const wanted = tools.filter((tool) => tool !== 'cancel' || isCancellable(caseRecord))
  const actionOf = (tool: Tool, title: string) => {
    switch (tool) {
      case 'answers':
      case 'date':
      case 'details':
      case 'link':
        return toggle(tool, title)
      case 'skip':
      case 'history':
        return button('show', { ...ref, view: tool }, { title })
      case 'back':
        return button('show', ref, { title })
      case 'cancel':
        return button('cancel', ref, { title })
    }
    return tool satisfies never
  }
  return render('toolbar', {
    tools: wanted.map((tool) => {
      const title = text(locale, `toolbar.${tool}`)
      return { title, button: actionOf(tool, title) }
    }),
  })
}
