import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ContestantPlace, cardAnswer } from './contestant.ts'
import { serveParent } from './process.ts'

/** Serves node:http alone: reads and parses the body, verifies no token, and answers a constant. */
async function start({ card }: ContestantPlace): Promise<number> {
  const answer = cardAnswer(card)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString())
      const text = JSON.stringify(answer)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      response.end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

serveParent({ start })
