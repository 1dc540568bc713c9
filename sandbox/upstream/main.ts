import { parseArgs } from 'node:util'
import { untilEnd } from '../until-end.ts'
import { startSandboxUpstream } from './start.ts'

/**
 * The simulated Partner Center, Graph and Entra in a process of their own, until a signal or the end of its parent.
 * `--port` is for one that is started again: those who know its address find it there.
 */
async function main(): Promise<void> {
  const { port } = parseArgs({ options: { port: { type: 'string' } } }).values
  const upstream = await startSandboxUpstream(process.env, port === undefined ? undefined : Number(port))
  const end = untilEnd()
  process.stdout.write(`The simulated Partner Center is at ${upstream.url}/\n`)
  await end
  await upstream.stop()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
