import { approvals } from './approvals.ts'
import { growth } from './growth.ts'
import { pace } from './pace.ts'
import { replicas } from './replicas.ts'
import { print } from './report.ts'
import { startUp } from './start-up.ts'
import { turns } from './turns.ts'
import { upstreamDown } from './upstream-down.ts'

const benches = { turns, growth, 'upstream-down': upstreamDown, approvals, pace, replicas, 'start-up': startUp }
const [, , asked] = process.argv

if (asked === undefined) {
  print('npm run bench -- turns    turns per second beside bare SDKs')
  print('npm run bench -- growth   turns per second with a million cases, memory after many turns')
  print('npm run bench -- upstream-down   turns per second while Partner Center answers nothing')
  print('npm run bench -- approvals   refreshes of one approval card by a whole channel at once')
  print('npm run bench -- pace   how long answers take at 200 turns a second')
  print('npm run bench -- replicas   turns per second of one replica and of two on PostgreSQL')
  print('npm run bench -- start-up   from the start of the process until it listens, beside the import of botbuilder')
  for (const bench of Object.values(benches)) await bench()
} else if (Object.hasOwn(benches, asked)) {
  await benches[asked as keyof typeof benches]()
} else {
  print(`no such bench: ${asked}; there is ${Object.keys(benches).join(', ')}`)
  process.exitCode = 1
}
