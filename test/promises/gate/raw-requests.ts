const crlf = '\r\n'
const head = (...lines: string[]) => [...lines, 'Host: bot', 'Content-Type: application/json', ''].join(crlf)

/** Returns raw requests that are malformed or want something else. `good` would be served. */
export function badRequests(good: { head: string; body: string }): [name: string, text: string][] {
  const { body } = good
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  const whole = `${good.head}${length}${crlf}${crlf}${body}`
  const smuggled = `0${crlf}${crlf}${whole}`
  const withHead = (...lines: string[]) => `${good.head}${lines.join(crlf)}${crlf}${crlf}`
  const lines = [
    ...[
      '',
      ' ',
      '\u0000',
      'GET',
      'POST',
      'POST /api/messages',
      'POST  /api/messages HTTP/1.1',
      ' POST /api/messages HTTP/1.1',
    ],
    ...[
      'POST /api/messages HTTP/1.2',
      'POST /api/messages HTTP/2.0',
      'POST /api/messages HTTP/0.9',
      'POST /api/messages HTTP/1.1 x',
    ],
    ...[
      'POST /api/messages http/1.1',
      'POST /api/messages HTTPS/1.1',
      'post /api/messages HTTP/1.1',
      'POST\t/api/messages\tHTTP/1.1',
    ],
    ...[
      'POST /api/mess ages HTTP/1.1',
      'POST /api/messages\u0000 HTTP/1.1',
      'BREW /api/messages HTTP/1.1',
      'PO\u0000ST / HTTP/1.1',
    ],
    ...[
      'PRI * HTTP/2.0',
      'CONNECT attacker.example:443 HTTP/1.1',
      'TRACE /api/messages HTTP/1.1',
      'GET /api/messages HTTP/1.1',
    ],
    ...[
      'PUT /api/messages HTTP/1.1',
      'PATCH /api/messages HTTP/1.1',
      'DELETE /api/messages HTTP/1.1',
      'HEAD /api/messages HTTP/1.1',
    ],
    ...[
      'OPTIONS /api/messages HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'PROPFIND /api/messages HTTP/1.1',
      'POST / HTTP/1.1',
      'POST * HTTP/1.1',
    ],
    ...[
      'GET / HTTP/1.1',
      'GET /metrics HTTP/1.1',
      'GET /healthz HTTP/1.1',
      'GET /readyz HTTP/1.1',
      'GET /../../etc/passwd HTTP/1.1',
    ],
    ...[
      'POST /api/messages/ HTTP/1.1',
      'POST /API/messages HTTP/1.1',
      'POST //api/messages HTTP/1.1',
      'POST /api/./messages HTTP/1.1',
    ],
    ...[
      'POST /api/%6dessages HTTP/1.1',
      'POST /api/messages%00 HTTP/1.1',
      'POST /%zz HTTP/1.1',
      'POST /api/messages;x HTTP/1.1',
    ],
    ...[
      'POST http://attacker.example/api/messages HTTP/1.1',
      'POST attacker.example:80 HTTP/1.1',
      `GET /${'a'.repeat(20_000)} HTTP/1.1`,
    ],
    ...[
      'GET /api/messages?__proto__[a]=1 HTTP/1.1',
      'GET /api/messages#x HTTP/1.1',
      `GET /?${'a=1&'.repeat(3_000)} HTTP/1.1`,
    ],
  ].map((line): [string, string] => [`line ${line.slice(0, 40)}`, `${head(line)}Connection: close${crlf}${crlf}`])
  const headers = [
    ...[
      'Content-Length: -1',
      'Content-Length: +1',
      'Content-Length: 1e3',
      'Content-Length: 0x10',
      'Content-Length: 10 10',
      'Content-Length: 1,1',
    ],
    ...[
      'Content-Length: 99999999999999999999',
      'Content-Length:',
      'Content-Length: a',
      'Content-Length: 10\r\nContent-Length: 11',
    ],
    ...[
      'Content-Length: 1\r\nContent-Length: 1',
      'Transfer-Encoding: chunked\r\nContent-Length: 5',
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
    ],
    ...[
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: identity, chunked, x',
      'Transfer-Encoding : chunked',
    ],
    ...[
      'Transfer-Encoding:\u000bchunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
      'X: a\u0000b',
      'X\u0000: a',
      'X Y: a',
      ': a',
      'X',
    ],
    ...[
      'X: a\rb: c',
      '\u0000',
      ' folded: x',
      'X: a\n\tfolded',
      `X: ${'x'.repeat(20_000)}`,
      `${'X: y\r\n'.repeat(5_000)}X: y`,
      `${'x'.repeat(20_000)}: y`,
    ],
    ...['Expect: 200-maybe', 'Host: other', 'Content-Length: 3\r\nExpect: 100-continue\r\nContent-Encoding: gzip'],
  ].map((line): [string, string] => [`header ${line.slice(0, 40)}`, withHead(line, 'Connection: close')])
  const chunk = (text: string) => `${withHead('Transfer-Encoding: chunked', 'Connection: close')}${text}`
  const chunks = [
    ...[
      'x\r\n',
      '-1\r\nx\r\n',
      '0x5\r\nhello\r\n',
      ' 5\r\nhello\r\n',
      'ffffffffffffffffff\r\nx\r\n',
      '5\nhello\n0\n\n',
      '5;\u0000\r\nhello\r\n',
    ],
    ...[
      '5\r\nhelloworld\r\n',
      '5\rhello',
      '\r\n',
      '0\r\nX\u0000: y\r\n\r\n',
      '3\r\nabc\r\n0\r\n\r\n',
      `1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
    ],
  ].map((text): [string, string] => [`chunk ${JSON.stringify(text.slice(0, 30))}`, chunk(text)])
  return [
    ...lines,
    ...headers,
    ...chunks,
    [
      'a second request inside chunks with a length',
      `${withHead('Content-Length: 5', 'Transfer-Encoding: chunked')}${smuggled}`,
    ],
    ['a second request after two lengths', `${withHead('Content-Length: 0', length)}${whole}`],
    ['a second request after a fold', `${withHead('X: y', ' Transfer-Encoding: chunked')}${smuggled}`],
    [
      'a second request after a bare line feed',
      `${good.head}Content-Length: 0\n\n${whole}`.replace('Content-Type', '\nContent-Type'),
    ],
    ['a second request after a wrong line', `GARBAGE${crlf}${crlf}${whole}`],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['SOCKS', '\u0005\u0001\u0000'],
    ['SSH', 'SSH-2.0-x\r\n'],
    ['nothing but line ends', crlf.repeat(10_000)],
    ['nothing but zeros', '\u0000'.repeat(10_000)],
    ['nothing but letters', 'A'.repeat(100_000)],
    [
      'an upgrade',
      `${head('GET /api/messages HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket')}Sec-WebSocket-Key: eA==${crlf}${crlf}`,
    ],
    [
      'an upgrade to HTTP/2',
      `${head('GET / HTTP/1.1', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c')}HTTP2-Settings: AAA${crlf}${crlf}`,
    ],
  ]
}
