import { parseArgs } from 'node:util'
import { untilEnd } from '../until-end.ts'
import { startSandboxUpstream } from './start.ts'

/**
 * Runs the simulated Partner Center, Graph and Entra until a signal or the end of the parent. A restart passes the old
 * `--port`, so that clients find it again.
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
