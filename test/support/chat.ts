import { expect } from 'vitest'
import {
  activity,
  buttonsOf,
  type Card,
  type FakeConnector,
  type Posted,
  post,
  pressed,
  type Speaker,
  textOf,
} from './bot.ts'
import { type Answered, isIn, screenOf } from './screen.ts'

/** Response to a press: a card or a private message. */
export type ChatReply = { card: Card; text: string } | { card: undefined; text: string }

const readReply = ({ status, body }: Posted): ChatReply => {
  expect(status).toBe(200)
  if (typeof body?.value === 'string') return { card: undefined, text: body.value }
  return { card: body?.value as Card, text: textOf(body?.value) }
}

/** Person who talks to a bot and clicks on its cards. */
export function createChat(bot: string, connector: FakeConnector, speaker: Speaker = {}) {
  let present: Card = {}
  /** The message that shows it. */
  let message = 'card-1'
  /** Cards that came in answer to a click, in place of its message. */
  const answers: Answered[] = []
  /** Index of the message that was in front last. */
  let seen = 0

  const send = (what: Record<string, unknown>) => post(bot, activity(connector.url, speaker, what))

  const chat = {
    send,
    card: () => present,
    /** Puts a card in front of the person. */
    look: (card: Card) => {
      present = card
    },
    text: () => textOf(present),
    buttons: () => buttonsOf(present),
    /** The button of the present card with this verb and these arguments. */
    button: (verb: string, args: Record<string, unknown> = {}) => {
      const found = buttonsOf(present).find(
        (button) => button.verb === verb && Object.entries(args).every(([name, value]) => button.data[name] === value),
      )
      if (!found) throw new Error(`no button ${verb} ${JSON.stringify(args)} on:\n${textOf(present)}`)
      return found
    },
    /** Writes something; the card that comes in answer is in front of the person. */
    say: async (text: string): Promise<string> => {
      const place = speaker.conversation ?? 'a:personal'
      const mine = () =>
        connector.sent.filter(({ method, conversation }) => method === 'POST' && conversation === place)
      const count = mine().length
      expect(await send({ type: 'message', text })).toEqual({ status: 200, body: undefined })
      for (const end = Date.now() + 30_000; mine().length <= count; ) {
        if (!(await connector.next(end))) throw new Error(`there is no answer to “${text}”`)
      }
      const answer = mine()[count]
      seen = answer ? connector.sent.indexOf(answer) : seen
      message = connector.messageAt(seen)
      present = answer?.body.attachments?.[0]?.content ?? {}
      return textOf(present)
    },
    /**
     * Waits until a card of this conversation, sent or changed by the bot, says this, and puts it in front. Cards before
     * the one that was in front last do not count.
     */
    see: async (words: RegExp, ms = 30_000): Promise<string> => {
      const place = speaker.conversation ?? 'a:personal'
      const textAt = (index: number) => textOf(connector.sent[index]?.body.attachments?.[0]?.content)
      for (const end = Date.now() + ms; ; ) {
        const index = connector.sent.findLastIndex(
          ({ conversation }, index) => index >= seen && isIn(conversation, place) && words.test(textAt(index)),
        )
        const card = connector.sent[index]?.body.attachments?.[0]?.content
        if (card) {
          seen = index
          present = card
          message = connector.messageAt(index)
          return textOf(card)
        }
        if (await connector.next(end)) continue
        const newest = connector.sent.findLastIndex(({ conversation }) => isIn(conversation, place))
        throw new Error(`${words} was not said; last was:\n${textAt(newest)}`)
      }
    },
    /** Presses with this data, whatever the card shows. */
    pressRaw: async (verb: string, data: Record<string, unknown>): Promise<ChatReply> => {
      const sentBefore = connector.sent.length
      const reply = readReply(await send(pressed(verb, data, message)))
      if (reply.card) answers.push({ sentBefore, message, card: reply.card })
      return reply
    },
    /** Returns every message on the person's screen, oldest first, as it looks now. */
    screen: () => screenOf(connector, speaker.conversation ?? 'a:personal', answers),
    /** Clicks a button of the present card; inputs are what its fields hold. The card that comes back replaces it. */
    press: async (
      verb: string,
      args: Record<string, unknown> = {},
      inputs: Record<string, unknown> = {},
    ): Promise<ChatReply> => {
      const reply = await chat.pressRaw(verb, { ...chat.button(verb, args).data, ...inputs })
      if (reply.card) present = reply.card
      return reply
    },
    /** The id of the case in front. */
    caseId: () => /MC-[0-9A-Z]{6}/.exec(textOf(present))?.[0] ?? '',
  }
  return chat
}
export type Chat = ReturnType<typeof createChat>
