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

/** What came back for a press: a card, or a private word. */
export type Reply = { card: Card; text: string } | { card: undefined; text: string }

const readReply = ({ status, body }: Posted): Reply => {
  expect(status).toBe(200)
  if (typeof body?.value === 'string') return { card: undefined, text: body.value }
  return { card: body?.value as Card, text: textOf(body?.value) }
}

/** Somebody who talks to a bot and clicks on the card in front of them. */
export function createChat(bot: string, connector: FakeConnector, speaker: Speaker = {}) {
  let present: Card = {}

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
        (one) => one.verb === verb && Object.entries(args).every(([name, value]) => one.data[name] === value),
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
      for (const end = Date.now() + 10_000; mine().length <= count; ) {
        if (Date.now() > end) throw new Error(`nobody answered “${text}”`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      present = mine()[count]?.body.attachments?.[0]?.content ?? {}
      return textOf(present)
    },
    /** Waits until a card of this conversation, sent or changed by the bot, says this; it is in front then. */
    see: async (words: RegExp, ms = 15_000): Promise<string> => {
      const mine = speaker.conversation ?? 'a:personal'
      for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
        const newest = connector.sent.findLast(({ conversation }) => conversation === mine)
        const card = newest?.body.attachments?.[0]?.content
        if (card && words.test(textOf(card))) {
          present = card
          return textOf(card)
        }
        if (Date.now() > end) throw new Error(`${words} was not said; last was:\n${textOf(card)}`)
      }
    },
    /** Presses with this data, whatever the card shows. */
    pressRaw: async (verb: string, data: Record<string, unknown>): Promise<Reply> =>
      readReply(await send(pressed(verb, data))),
    /** Clicks a button of the present card; inputs are what its fields hold. The card that comes back replaces it. */
    press: async (
      verb: string,
      args: Record<string, unknown> = {},
      inputs: Record<string, unknown> = {},
    ): Promise<Reply> => {
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
