import { describe, expect, it } from 'vitest'
import { commands, deskCommand, deskKinds, readCommand, readDesk, wordOf } from '../../../cards/text/commands.ts'
import { locales } from '../../../cards/text/text.ts'

describe('reading a command', () => {
  it.each([
    ['new', 'nouveau', 'neu'],
    ['cases', 'dossiers', 'fälle'],
    ['case', 'dossier', 'fall'],
    ['resume', 'reprendre', 'fortsetzen'],
    ['cancel', 'annuler', 'abbrechen'],
    ['approve', 'approuver', 'genehmigen'],
    ['deny', 'refuser', 'ablehnen'],
    ['link', 'lier', 'koppeln'],
    ['unlink', 'délier', 'entkoppeln'],
    ['desk', 'bureau', 'stelle'],
    ['export', 'exporter', 'exportieren'],
    ['role', 'rôle', 'rolle'],
    ['language', 'langue', 'sprache'],
    ['help', 'aide', 'hilfe'],
  ])('knows %s, %s and %s', (command, ...others) => {
    for (const word of [command, ...others]) expect(readCommand(word)).toEqual({ command, rest: '' })
  })

  it('knows the words that cards tell people to type', () => {
    for (const locale of locales) {
      for (const command of commands) expect(readCommand(wordOf(command, locale))?.command).toBe(command)
    }
  })

  it.each([
    ['  HELP  ', 'help'],
    ['Fälle', 'cases'],
    ['falle', 'cases'],
    ['faelle', 'cases'],
    ['FÄLLE!', 'cases'],
    ['Fa\u0308lle', 'cases'],
    ['role', 'role'],
    ['Rôle ?', 'role'],
    ['aide\u202f!', 'help'],
    ['new.', 'new'],
    ['neu…', 'new'],
  ])('forgives accents, case, punctuation and spaces in "%s"', (typed, command) => {
    expect(readCommand(typed)).toEqual({ command, rest: '' })
  })

  it.each([
    ['case MC-7K2P9Q', 'case', 'MC-7K2P9Q'],
    ['dossier   mc-7k2p9q .', 'case', 'mc-7k2p9q'],
    ['Fall: MC-7K2P9Q', 'case', 'MC-7K2P9Q'],
    ['cancel MC-7K2P9Q!', 'cancel', 'MC-7K2P9Q'],
    ['language Deutsch', 'language', 'Deutsch'],
    ['deny MC-7K2P9Q too many roles', 'deny', 'MC-7K2P9Q too many roles'],
    ['koppeln K7M2-X9QD', 'link', 'K7M2-X9QD'],
  ])('keeps what follows the command in "%s"', (typed, command, rest) => {
    expect(readCommand(typed)).toEqual({ command, rest })
  })

  it.each(['MC-7K2P9Q', 'mc7k2p9q', ' mc-7kZp9q. ', 'MC-7K2P9O'])(
    'takes the case id "%s" alone for its case',
    (typed) => {
      expect(readCommand(typed)).toMatchObject({ command: 'case', rest: expect.stringMatching(/^MC-[0-9A-Z]{6}$/) })
    },
  )

  it.each(['', '   ', '?', '👍', 'thanks', 'newer', 'the customer has licences', 'MC-', 'constructor', '__proto__'])(
    'leaves "%s" alone',
    (typed) => {
      expect(readCommand(typed)).toBeUndefined()
    },
  )
})

describe('reading the job of a desk', () => {
  it.each([
    ['approvals', 'approbations', 'genehmigungen'],
    ['direct-partner', 'partenaire-direct', 'direktpartner'],
    ['off', 'aucun', 'keine'],
  ])('knows %s, %s and %s', (desk, ...others) => {
    for (const word of [desk, ...others]) expect(readDesk(word)).toBe(desk)
  })

  it('knows the words that cards tell people to type', () => {
    for (const locale of locales) {
      for (const desk of [...deskKinds, 'off'] as const) {
        const typed = readCommand(deskCommand(desk, locale))
        expect(typed?.command).toBe('desk')
        expect(readDesk(typed?.rest ?? '')).toBe(desk)
      }
    }
  })

  it.each([
    ['Direct Partner', 'direct-partner'],
    ['  APPROVALS. ', 'approvals'],
    ['partenaire  direct', 'direct-partner'],
    ['', undefined],
    ['kitchen', undefined],
    ['constructor', undefined],
  ])('reads "%s"', (typed, desk) => {
    expect(readDesk(typed)).toBe(desk)
  })
})
