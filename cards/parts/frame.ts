import { type Case, isIdle } from '../../dialogs/case.ts'
import { isRequestRevocable } from '../../dialogs/tracks/delegated-admin/context.ts'
import { isOpen, type PlanTrack } from '../../dialogs/tracks/registry.ts'
import { button } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { type Key, text } from '../text/text.ts'
import type { RenderContext } from '../viewer.ts'

/** Draws the title of a face, with a help text. */
export const heading = ({ locale }: Pick<RenderContext, 'locale'>, title: Key, help?: Key): Element[] =>
  render('heading', {
    title: text(locale, title),
    ...(help === undefined ? {} : { help: text(locale, help) }),
  })

const everyTool = [
  'stop-plan',
  'answers',
  'date',
  'details',
  'skip',
  'customer',
  'history',
  'back',
  'cancel',
  'close',
  'reopen',
] as const

type Tool = (typeof everyTool)[number]

/** Builds an action that folds or unfolds an element in the client, and folds the other one. */
export const toggle = (id: string, title: string, other?: string) => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [id, ...(other === undefined ? [] : [{ elementId: other, isVisible: false }])],
})

/** Draws elements that a toggle of the same id folds and unfolds. */
export const folded = (
  id: 'details' | 'link' | 'mail' | 'request' | 'deny' | 'narrow',
  items: readonly Element[],
  visible = false,
): Element[] => render('fold', { id, visible, items })

/** A half-finished request at Microsoft must be resolved before its case can be cancelled. */
const isCancellable = ({ tracks }: Case): boolean =>
  tracks.every((track) => track.kind !== 'delegated-admin' || !isOpen(track) || isRequestRevocable(track.context))

/** A case that waits for nothing is closed rather than cancelled, and a closed one can be opened again. */
function toolsFor(caseRecord: Case, tools: readonly Tool[], hasClose: boolean): readonly Tool[] {
  const isOver = caseRecord.closed !== undefined
  if (!tools.includes('history') || !(isOver || isIdle(caseRecord)))
    return tools.filter((tool) => tool !== 'cancel' || isCancellable(caseRecord))
  const end: Tool[] = isOver ? ['reopen'] : hasClose ? [] : ['close']
  return [...tools.filter((tool) => tool !== 'cancel'), ...end]
}

/** Characters that fit beside each other in small type on a phone of 320 px; more would break within words. */
const MAX_ROW_CHARACTERS = 52
/** Width of the space between two tools, in characters. */
const GAP = 3

/** Divides tools into rows that fit, in their order. */
function inRows<T extends { title: string }>(tools: readonly T[]): T[][] {
  const rows: T[][] = []
  let room = 0
  for (const tool of tools) {
    const width = tool.title.length + GAP
    if (width > room) {
      rows.push([])
      room = MAX_ROW_CHARACTERS
    }
    rows.at(-1)?.push(tool)
    room -= width
  }
  return rows
}

/**
 * Draws the tools at the foot of a card and leaves out those without effect: `hasClose` if the face closes the case, and
 * `hasNaming` if it asks for the customer.
 */
export function toolbar(
  { caseRecord, locale, ref }: RenderContext,
  tools: readonly Tool[],
  { plan, hasClose = false, hasNaming = false }: { plan?: PlanTrack; hasClose?: boolean; hasNaming?: boolean } = {},
): Element[] {
  const wanted = toolsFor(caseRecord, tools, hasClose).flatMap((tool): readonly Tool[] =>
    // A cancelled case takes no name any more.
    tool === 'history' && caseRecord.intake !== 'cancelled' && !hasNaming ? ['customer', tool] : [tool],
  )
  const actionOf = (tool: Tool, title: string) => {
    switch (tool) {
      case 'answers':
      case 'date':
      case 'details':
        return toggle(tool, title)
      case 'skip':
        return button(
          'show',
          { ...ref, ...(plan ? { view: `skip/plan/${plan.context.plan}` as const } : {}) },
          { title },
        )
      case 'history':
        return button('show', { ...ref, view: tool }, { title })
      case 'customer':
        return button('show', { ...ref, view: tool }, { title })
      case 'back':
        return button('show', ref, { title })
      case 'stop-plan':
        return button('cancel', { ...ref, ...(plan ? { track: `plan/${plan.context.plan}` as const } : {}) }, { title })
      case 'cancel':
        return button('cancel', ref, { title })
      case 'close':
        return button('close', ref, { title })
      case 'reopen':
        return button('close', { ...ref, as: 'reopened' }, { title })
    }
    return tool satisfies never
  }
  const drawn = wanted.map((tool) => {
    // Their titles say more as headings and buttons.
    const title = text(locale, tool === 'customer' || tool === 'close' ? `toolbar.${tool}.short` : `toolbar.${tool}`)
    return { title, button: actionOf(tool, title) }
  })
  return inRows(drawn).flatMap((tools, index) => render(index === 0 ? 'toolbar' : 'more-tools', { tools }))
}
