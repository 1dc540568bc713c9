import { type Button, button, inputs, MAX_CODE_LENGTH } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import type { DeskKind } from '../text/commands.ts'
import { type Key, type Locale, text } from '../text/text.ts'
import type { View } from '../view.ts'

type Of<K extends View['kind']> = Extract<View, { kind: K }>

const actions = (...shown: Button[]): Element[] => (shown.length === 0 ? [] : render('actions', { actions: shown }))
const named = (locale: Locale, title: Key) => ({ title: text(locale, title), labelled: true }) as const

const showRequests = (locale: Locale): Button =>
  button('show', { list: 'approvals', page: 1 }, { ...named(locale, 'desk.show-requests'), style: 'positive' })

/** The greeting of an approver: what waits for them comes first. */
export function welcomeApproverFace(locale: Locale, { waiting }: Of<'welcome-approver'>): Element[] {
  return [
    ...render('heading', {
      title: text(locale, 'welcome.waiting', { count: waiting }),
      help: text(locale, 'welcome.approver'),
    }),
    ...actions(...(waiting > 0 ? [showRequests(locale)] : []), button('new', {}, { ...named(locale, 'welcome.new') })),
  ]
}

/** The greeting of a shared conversation, with the jobs that it can get. */
export function welcomeRoomFace(locale: Locale, { isOurs, isChannel }: Of<'welcome-room'>): Element[] {
  const job = (desk: DeskKind) => button('desk', { desk }, { ...named(locale, `desk.${desk}.make`) })
  const opening = button('new', {}, { ...named(locale, 'welcome.new'), style: 'positive' })
  return [
    ...render('heading', { title: text(locale, 'welcome.room'), help: text(locale, 'help.intro') }),
    ...render('paragraph', { text: text(locale, 'welcome.mention') }),
    ...(isOurs
      ? [opening, ...(isChannel ? [job('approvals')] : []), job('direct-partner')].flatMap((each) => actions(each))
      : [...actions(opening), ...codeElements(locale)]),
  ]
}

/** The field for the code of a provider. */
function codeElements(locale: Locale): Element[] {
  return [
    ...render('short-text', {
      id: inputs.code,
      label: text(locale, 'welcome.code'),
      max: MAX_CODE_LENGTH,
      required: text(locale, 'welcome.code-missing'),
    }),
    ...actions(button('connect', {}, { ...named(locale, 'welcome.connect'), withInputs: true })),
  ]
}

/** The purpose of a desk, and what can be done with it. */
export function deskFace(locale: Locale, { desk, isNew, waiting }: Of<'desk'>): Element[] {
  const about = isNew ? text(locale, 'line.desk-set', { desk }) : text(locale, `desk.${desk}.about`)
  const count = waiting === undefined ? '' : ` ${text(locale, 'desk.waiting', { count: waiting })}`
  return [
    ...render('heading', { title: text(locale, `desk.${desk}.title`), help: `${about}${count}` }),
    ...actions(
      ...(waiting ? [showRequests(locale)] : []),
      ...(desk === 'direct-partner' ? [button('link', {}, { ...named(locale, 'desk.link') })] : []),
      ...(isNew ? [button('desk', { desk: 'off' }, { ...named(locale, 'desk.undo') })] : []),
    ),
  ]
}

/** The question before a conversation becomes a desk. */
export const confirmDeskFace = (locale: Locale, { desk }: Of<'confirm-desk'>): Element[] => [
  ...render('heading', { title: text(locale, `desk.${desk}.ask`), help: text(locale, `desk.${desk}.then`) }),
  ...actions(button('desk', { desk, sure: true }, { ...named(locale, `desk.${desk}.make`), style: 'positive' })),
]
