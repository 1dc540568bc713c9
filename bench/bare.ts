import 'botbuilder'
import { serveParent } from './process.ts'

/** Nothing but the import of botbuilder: the least that a bot on it takes to start. */
serveParent({ start: () => true })
