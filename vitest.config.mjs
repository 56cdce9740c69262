import { configDefaults, defineConfig } from 'vitest/config'

/** test/client/live wants a broker: KT_KAFKA=host:port npx vitest run test/client/live. Without one it is not part of the suite. */
const live = process.env.KT_KAFKA ? [] : ['test/client/live/**']

/** A machine with much else to do is slow, and not wrong. */
const testTimeout = 30_000

const globalSetup = 'test/support/leftovers.ts'

export default defineConfig({ test: { exclude: [...configDefaults.exclude, ...live], testTimeout, globalSetup } })
