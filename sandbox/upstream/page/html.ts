/** HTML that is safe to print. Everything else is escaped. */
export interface Html {
  readonly markup: string
}

/** Marks markup of this code as safe. */
export const trusted = (markup: string): Html => ({ markup })

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (value: unknown): string =>
  String(value).replace(/[&<>"']/g, (character) => entities[character] as string)

type Part = Html | string | number | readonly Html[]
function markupOf(part: Part): string {
  if (typeof part !== 'object') return escaped(part)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

/** Tagged template: `html\`<b>${name}</b>\``. */
export const html = (parts: TemplateStringsArray, ...values: Part[]): Html =>
  trusted(parts.reduce((text, part, index) => `${text}${markupOf(values[index - 1] as Part)}${part}`))

const style = `
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #5c5f66; --line: #d8dade; --card: #fff; --ground: #f4f5f7;
  --accent: #0b5cad; --good: #1a7340; --wait: #8a5a00; --bad: #a4262c }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ec; --soft: #a6a9b0; --line: #3a3c42; --card: #232429;
  --ground: #18191c; --accent: #6cb0f5; --good: #6fce94; --wait: #e3b566; --bad: #f28b90 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
h1 { font-size: 1.45rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem }
p { margin: .35rem 0 } .soft { color: var(--soft) } a { color: var(--accent) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow-x: auto }
.inside { padding: 1rem 1.25rem }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .6rem .9rem; border-top: 1px solid var(--line) }
thead th { border-top: 0; font-size: .8rem; font-weight: 600; color: var(--soft) }
td small { display: block; color: var(--soft); font-size: .8rem }
code { font: .85em ui-monospace, monospace; white-space: nowrap }
form { display: inline } .do { display: flex; flex-wrap: wrap; gap: .4rem }
button { font: inherit; font-size: .88rem; padding: .25rem .7rem; color: var(--accent); background: transparent;
  border: 1px solid currentColor; border-radius: .4rem; cursor: pointer }
button:hover { background: color-mix(in srgb, var(--accent) 12%, transparent) }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.good { color: var(--good) } .wait { color: var(--wait) } .bad { color: var(--bad) }
.note { border-left: 4px solid var(--bad); padding: .6rem 1rem; background: var(--card); margin: 1rem 0 }
button.main { color: var(--card); background: var(--accent); border-color: var(--accent) }
ul { margin: .5rem 0; padding-left: 1.3rem } details { padding: .3rem 0 } form .do { margin-top: .7rem }
body:has(.request:target) .request:not(:target) { display: none }
@property --left { syntax: '<integer>'; inherits: false; initial-value: 0 }
@keyframes countdown { from { --left: var(--from) } to { --left: 0 } }
.countdown { animation: countdown linear forwards; counter-reset: left var(--left) }
.countdown::after { content: counter(left) }
label { display: block; padding: .35rem 0 } label.line { display: inline; padding-right: .8rem }`

/** Builds a whole page. `refresh` holds the seconds after which it reloads, and perhaps the address from then on. */
export function htmlDocument(title: string, body: Html, refresh?: string | number): string {
  const again = refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${refresh}">`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${again}
<title>${title}</title><style>${trusted(style)}</style></head>
<body><main>${body}</main></body></html>
`.markup
}

/** Counts the seconds down without a script. */
export function countdown(ms: number): Html {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  return html`<span class="countdown" style="--from: ${seconds}; animation-duration: ${seconds}s"></span> s`
}

/** Builds a button that posts these fields. */
export const htmlButton = (action: string, label: string, fields: Record<string, string>): Html =>
  html`<form method="post" action="/do/${action}">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button>${label}</button></form>`
