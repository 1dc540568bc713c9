/**
 * Patches a Playground process for which there is no option: it listens on loopback only, speaks the language of
 * PLAYGROUND_LOCALE, and ends with the sandbox.
 */
import { registerHooks } from 'node:module'
import net from 'node:net'

const listen: unknown = net.Server.prototype.listen
net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
  const [port, host] = args
  const isForAll = typeof port === 'number' && typeof host !== 'string'
  return Reflect.apply(listen as () => net.Server, this, isForAll ? [port, '127.0.0.1', ...args.slice(1)] : args)
}

// The Playground's language is a literal in its source.
const locale = process.env.PLAYGROUND_LOCALE
registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (!locale || !url.endsWith('/m365agentsplayground/dist/index.js')) return loaded
    const source = String(loaded.source).replaceAll('locale:"en-US"', `locale:${JSON.stringify(locale)}`)
    return { ...loaded, format: 'commonjs', source }
  },
})

process.once('disconnect', () => process.exit())
