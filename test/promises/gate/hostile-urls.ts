import fc from 'fast-check'

const ours = 'smba.trafficmanager.net'

const similar = [
  ...['trafficmanager.net', 'evil.trafficmanager.net', 'smba.evil.trafficmanager.net', 'xsmba.trafficmanager.net'],
  ...[
    'smba-evil.trafficmanager.net',
    'smba.trafficmanager.net.attacker.example',
    'smba.trafficmanager.com',
    'smba.net',
  ],
  ...[
    'smba-trafficmanager.net',
    'smba.trafficmanager.net-attacker.example',
    'smbatrafficmanager.net',
    'smba.azure.com',
  ],
  ...['smba.trafficmanager.azurewebsites.net', 'multicanal.azurewebsites.net', 'smba.azurewebsites.net', 'smba.eu'],
  ...['smba.infra.gcc.teams.microsoft.com.attacker.example', 'gcc.teams.microsoft.com', 'teams.microsoft.com'],
  ...['infra.gov.teams.microsoft.us', 'smba.infra.gov.teams.microsoft.com', 'smba.infra.dod.teams.microsoft.us'],
  ...['evil.infra.gcc.teams.microsoft.com', 'api.botframework.com', 'login.botframework.com', 'attacker.example'],
  ...['smba.trafficmanager.net.', '.smba.trafficmanager.net', 'smba..trafficmanager.net', 'smba.trafficmanager.net..'],
  ...['smba.trafficmanager.nеt', 'ѕmba.trafficmanager.net', 'smba.traﬃcmanager.net', 'smba。trafficmanager。net'],
  ...[
    'xn--mba-o7c.trafficmanager.net',
    'smba.trafficmanager.xn--nt-plc',
    'smba．trafficmanager．net',
    'ſmba.trafficmanager.net',
  ],
  ...[
    'smba\u200b.trafficmanager.net',
    'smba\u00ad.trafficmanager.net',
    'smba.trafficmanager.net\u0000',
    'smba%2etrafficmanager.net',
  ],
  ...[
    'smba.trafficmanager.net%00.attacker.example',
    'smba.trafficmanager.net%2f.attacker.example',
    'SMBA.TRAFFICMANAGER.NET',
  ],
  ...[
    'Smba.trafficmanager.net',
    'smba.trafficmanager.net\u0009',
    'smba.trafficmanager.net ',
    ' smba.trafficmanager.net',
  ],
]

const addresses = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '0', '0.0.0.0', '[::1]', '[::]'],
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', 'localhost', 'localhost.', '169.254.169.254'],
  ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '[fd00:ec2::254]', '10.0.0.1', '192.168.0.1', '①②⑦.⓪.⓪.①'],
  ...['metadata.google.internal', '127.0.0.1.nip.io', '[fe80::1%25lo]', '100.100.100.200', '168.63.129.16'],
]

const authorities = [
  ...[
    `user@${ours}`,
    `user:secret@${ours}`,
    `@${ours}`,
    `:@${ours}`,
    `${ours}@attacker.example`,
    `${ours}:443@attacker.example`,
  ],
  ...[
    `${ours}%40attacker.example`,
    `attacker.example\\@${ours}`,
    `${ours}\\@attacker.example`,
    `${ours}#@attacker.example`,
  ],
  ...[`${ours}?@attacker.example`, `attacker.example#${ours}`, `attacker.example?${ours}`, `attacker.example/${ours}`],
  ...[
    `${ours}:443`,
    `${ours}:80`,
    `${ours}:8443`,
    `${ours}:`,
    `${ours}:0`,
    `${ours}:65536`,
    `${ours}:443:443`,
    `${ours}:x`,
  ],
  ...[`${ours}\\.attacker.example`, `${ours};attacker.example`, `${ours},attacker.example`, `${ours}&attacker.example`],
  ...[
    `${ours}\tattacker.example`,
    `attacker.example\n${ours}`,
    `attacker.example\r${ours}`,
    `a@b@${ours}`,
    `[${ours}]`,
  ],
  ...[
    `${ours}\u2044attacker.example`,
    `${ours}\uff0fattacker.example`,
    `attacker.example\uff20${ours}`,
    `${ours}\uff1a443`,
  ],
]

const schemes = [
  ...[
    'http://',
    'HTTPS://',
    'Https://',
    'https:/',
    'https:',
    'https:///',
    'https:\\\\',
    '//',
    '',
    '/',
    'ftp://',
    'ws://',
    'wss://',
  ],
  ...[
    'file://',
    'javascript:',
    'data:text/plain,',
    'blob:https://',
    'view-source:https://',
    ' https://',
    '\thttps://',
    '\u0000https://',
  ],
  ...[
    'ht\ntps://',
    'https\u200b://',
    'https：//',
    'https:// ',
    'http://https://',
    'https://https://',
    'jar:https://',
    'unix:',
  ],
]

const paths = [
  ...[
    '/emea/../../x',
    '/./emea/',
    '/%2e%2e/',
    '//attacker.example/',
    '/\\attacker.example/',
    '/emea/?x=1',
    '/emea/#x',
    '/emea/;x',
  ],
  ...[
    '/emea/@attacker.example',
    '/emea\\..\\',
    '/emea/%00',
    '/emea/ ',
    '/emea/\n',
    '/emea/\u202e',
    '/émea/',
    '/emea/%2f%2fattacker.example',
  ],
  ...[
    '?',
    '#',
    '/?',
    '/#',
    '/emea/:443',
    `/${'a/'.repeat(5_000)}!`,
    '/emea/*',
    '/emea/|',
    '/emea/"',
    '/emea/<x>',
    '/emea/`id`',
  ],
]

/** Service URLs that lead, or could be read to lead, away from the Connector. */
export const hostileUrls: readonly string[] = [
  ...new Set([
    ...similar.map((host) => `https://${host}/emea/`),
    ...addresses.flatMap((host) => [`https://${host}/emea/`, `http://${host}/`]),
    ...authorities.flatMap((authority) => [`https://${authority}/emea/`, `https://${authority}`]),
    ...schemes.map((scheme) => `${scheme}${ours}/emea/`),
    ...paths.map((path) => `https://${ours}${path}`),
  ]),
]

const pieces = [
  '@',
  ':',
  '/',
  '\\',
  '.',
  '#',
  '?',
  '%',
  '%2e',
  '%2f',
  '\t',
  '\n',
  ' ',
  '\u0000',
  '-',
  'x',
  '0',
  '[',
  ']',
  '。',
  '／',
  '＠',
]
const hosts = ['attacker.example', ours, '127.0.0.1', 'login.botframework.com']

/** Damages that many good URLs. A few of them are still good. */
export function damagedUrls(seed: number, count: number): string[] {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...hosts))
  const put = fc.tuple(piece, fc.nat(), fc.nat(2))
  const puts = fc.array(put, { minLength: 1, maxLength: 4 })
  return fc.sample(puts, { seed, numRuns: count }).map((all) =>
    all.reduce((url, [text, at, gone]) => {
      const i = at % (url.length + 1)
      return url.slice(0, i) + text + url.slice(i + gone)
    }, `https://${ours}/emea/`),
  )
}
