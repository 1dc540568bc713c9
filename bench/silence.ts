import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Starts a server that accepts connections and requests and never answers. */
export async function startSilence() {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', () => {
      requests += 1
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
