import type { Case } from '../../dialogs/case.ts'
import { isRevocable } from '../../dialogs/tracks/delegated-admin/context.ts'
import { isOpen } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render, renderOnce } from '../render.ts'
import { text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

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
export function toolbar({ one: caseRecord, locale, drawn }: RenderContext, tools: readonly Tool[]): Element[] {
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
        return button('show', { ...drawn, view: tool }, { title })
      case 'back':
        return button('show', drawn, { title })
      case 'cancel':
        return button('cancel', drawn, { title })
    }
    return tool satisfies never
  }
  return renderOnce('toolbar', `${locale} ${wanted.join()}`, drawn, () => ({
    tools: wanted.map((tool) => {
      const title = text(locale, `toolbar.${tool}`)
      return { title, button: actionOf(tool, title) }
    }),
  }))
}
