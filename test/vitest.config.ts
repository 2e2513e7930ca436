import { configDefaults, defineConfig } from 'vitest/config'

/** What only CI has to wait for (`npm run test:all`) is named `*.slow.test.ts`. */
export default defineConfig(({ mode }) => ({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'all' ? [] : ['test/**/*.slow.test.ts'])],
    globalSetup: 'test/support/one-temp-folder.ts',
    // A loop over nothing proves nothing.
    expect: { requireAssertions: true },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: 'forks',
    // Files share a worker's modules: compiling the provider documents once for each of them took half of the time.
    isolate: false,
    maxWorkers: 2,
  },
}))
