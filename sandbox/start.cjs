// Plain JavaScript without dependencies, run before the sandbox: an old Node or a missing `npm ci` ends in one sentence.
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const [major] = process.versions.node.split('.').map(Number)
const isInstalled = existsSync(join(__dirname, '..', 'node_modules', '.package-lock.json'))
const trouble = !isInstalled
  ? 'The packages of the sandbox are not installed. Run "npm ci" first.'
  : major < 20
    ? `Node ${process.versions.node} is too old. Install Node 20 or later, then run "npm ci".`
    : major < 24
      ? 'The Node of this project is missing in node_modules. Run "npm ci" again.'
      : undefined
if (trouble === undefined) void import('./main.ts')
else {
  console.error(trouble)
  process.exitCode = 1
}
