import { button } from './buttons.ts'
import { type Element, render, renderOnce } from './render.ts'
import { text } from './text.ts'
import type { Drawing } from './viewer.ts'

const tools = ['answers', 'date', 'details', 'link', 'skip', 'history', 'back', 'cancel'] as const
type Tool = (typeof tools)[number]

/** Shows what is folded away, or folds it away again; happens in the client. */
export const toggle = (id: string, title: string) => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [id],
})

/** What a tool of the same name shows and folds away again. */
export const folded = (id: 'details' | 'link', items: readonly Element[]): Element[] =>
  render('fold', { id, visible: false, items })

/** The small things one can do on a card, at its foot. */
export function toolbar({ locale, drawn }: Drawing, wanted: readonly Tool[]): Element[] {
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
