import type { z } from 'zod'
import { catalogue, FORBIDDEN_IN_PRODUCTION, sections } from './catalogue.ts'

type Setting = (typeof sections)[string][string]

const MARK = '<!-- Generated from bot/config/catalogue.ts by `npm run docs`. Do not edit. -->'
const ENV_COLUMNS = 100
const names = Object.keys(catalogue)
const nameInText = new RegExp(
  String.raw`\b(?:${names.join('|')}|NAME_FILE)\b|\bnpm run [\w -]*\w|/\w+z\b|/metrics\b`,
  'g',
)

/** Marks names of settings, commands and paths as code. */
const marked = (text: string) => text.replace(nameInText, (name) => `\`${name}\``)
const described = ({ kind }: { kind: z.ZodType }) => kind.description ?? ''

function demandOf({ required, fallback, otherwise }: Setting): string {
  if (required === true) return '**required**'
  const conditions = required === undefined ? [] : [`required ${marked(required)}`]
  if (fallback !== undefined) return `\`${fallback}\``
  return [...conditions, ...(otherwise === undefined ? [] : [marked(otherwise)])].join('; ')
}

function notesOf({ secret, only }: Setting, name: string): string[] {
  return [
    ...(secret === true ? [`Secret; may come from a file named by \`${name}_FILE\`.`] : []),
    ...(secret === 'file' ? ['Secret file; refused if every user of the machine may read it.'] : []),
    ...(only === 'production' ? ['Production only.'] : []),
    ...(only !== undefined && only !== 'production' ? [`Read by ${marked(only)} only.`] : []),
  ]
}

/** Renders docs/configuration.md. */
export function configurationPage(): string {
  const tables = Object.entries(sections).flatMap(([title, section]) => [
    `## ${title}`,
    '',
    '| setting | value | default | purpose |',
    '|---|---|---|---|',
    ...Object.entries(section).map(([name, setting]) => {
      const purpose = [marked(setting.about), ...notesOf(setting, name)].join(' ')
      return `| \`${name}\` | ${described(setting)} | ${demandOf(setting)} | ${purpose} |`
    }),
    '',
  ])
  return [
    '# Configuration',
    '',
    MARK,
    '',
    'All settings come from the environment. They are checked at start, and every fault is reported at once, by the name',
    'of the setting and never with its value. [.env.example](../.env.example) is a template with all of them.',
    '',
    'A secret may come from a file instead: set `NAME_FILE` to its path. Other users of the machine must not have access',
    'to the file. `npm run -s doctor` checks the configuration and every service it names.',
    '',
    'The sandbox needs no settings. It reads those below that are not marked as production only.',
    '',
    ...tables,
    '## Forbidden in production',
    '',
    'These settings point the Bot Framework SDK at other token issuers. Production refuses to start if one is set:',
    `${FORBIDDEN_IN_PRODUCTION.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n')
}

/** Breaks a text into comment lines. */
function commented(text: string): string[] {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length <= ENV_COLUMNS) lines[lines.length - 1] = line
    else lines.push(`# ${word}`)
  }
  return lines
}

/** Renders .env.example. Settings that production always needs are left to fill in; all others are commented out. */
export function envExample(): string {
  const settings = Object.entries(sections).flatMap(([title, section]) => [
    '',
    `# --- ${title} ---`,
    ...Object.entries(section).flatMap(([name, setting]) => {
      const condition = typeof setting.required === 'string' ? `Required ${setting.required}.` : ''
      const kind = `Value: ${described(setting)}.`
      const text = [setting.about, kind, condition, ...notesOf(setting, name)].filter((part) => part !== '').join(' ')
      const assignment = `${name}=${setting.fallback ?? ''}`
      return ['', ...commented(text.replaceAll('`', '')), setting.required === true ? assignment : `# ${assignment}`]
    }),
  ])
  return [
    '# Settings of the bot. Generated from bot/config/catalogue.ts by npm run docs; see docs/configuration.md.',
    '# Copy this file to .env, fill it in, and keep it out of version control.',
    ...settings,
    '',
  ].join('\n')
}
