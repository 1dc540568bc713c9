// Plain JavaScript without dependencies, run before the sandbox: an old Node or a missing `npm ci` ends in one sentence.
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { node } = process.versions
const major = Number(node.split('.')[0])

function findTrouble() {
  // First, as npm of an old Node may fail to install the packages.
  if (major < 20) return `Node ${node} is too old. Install Node 20 or later, then run "npm ci".`
  if (!existsSync(join(__dirname, '..', 'node_modules', '.package-lock.json'))) {
    return 'The packages of the sandbox are not installed. Run "npm ci" first.'
  }
  return major < 24 ? 'The Node of this project is missing in node_modules. Run "npm ci" again.' : undefined
}

const trouble = findTrouble()
if (trouble === undefined) void import('./main.ts')
else {
  console.error(trouble)
  process.exitCode = 1
}
