import 'botbuilder'
import { serveParent } from './process.ts'

/** Imports botbuilder and does nothing else: the least time in which a bot on it can start. */
serveParent({ start: () => true })
