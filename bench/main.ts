import { parseArgs } from 'node:util'
import { approvalsBench } from './approvals.ts'
import { growthBench } from './growth.ts'
import { paceBench } from './pace.ts'
import { replicasBench } from './replicas.ts'
import { print } from './report.ts'
import { startUpBench } from './start-up.ts'
import { turnsBench } from './turns.ts'
import { upstreamDownBench } from './upstream-down.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'string' },
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const benches = {
  turns: {
    about: 'turns per second beside bare SDKs, and with --beside PATH beside another checkout',
    run: () => turnsBench({ rounds: Number(values.rounds), seconds: Number(values.seconds), beside: values.beside }),
  },
  growth: { about: 'turns per second with a million cases, and memory after many turns', run: growthBench },
  'upstream-down': { about: 'turns per second while Partner Center answers nothing', run: upstreamDownBench },
  approvals: { about: 'a whole channel refreshes one approval card at once', run: approvalsBench },
  pace: { about: 'response times at 200 turns a second', run: paceBench },
  replicas: { about: 'turns per second of one replica and of two on PostgreSQL', run: replicasBench },
  'start-up': { about: 'time from process start until it listens, beside the import of botbuilder', run: startUpBench },
}

function help(): void {
  for (const [name, { about }] of Object.entries(benches)) print(`npm run bench -- ${name.padEnd(13)}  ${about}`)
  print('turns takes --beside PATH, --rounds NUMBER and --seconds NUMBER')
}

const [name] = positionals
if (values.help) {
  help()
} else if (name === undefined) {
  help()
  for (const { run } of Object.values(benches)) await run()
} else if (Object.hasOwn(benches, name)) {
  await benches[name as keyof typeof benches].run()
} else {
  print(`no such bench: ${name}; there is ${Object.keys(benches).join(', ')}`)
  process.exitCode = 1
}
