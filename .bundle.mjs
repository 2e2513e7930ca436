// The command line as a few files: what every start needs, Express above all, is bundled, since finding and reading its
// two hundred small files takes longer than all of the rest. What only some commands need stays a package of its own.
import { chmod } from 'node:fs/promises'
import { build } from 'esbuild'

const main = 'dist/cli/main.js'

await build({
  entryPoints: [main],
  outdir: 'dist/cli',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  // Three equal copies otherwise, as npm lays them out.
  alias: { 'mime-types': 'express/node_modules/mime-types' },
  external: [
    '@apidevtools/*',
    '@stoplight/*',
    'ajv',
    'ajv-formats',
    'chokidar',
    'execa',
    'iconv-lite',
    'json-schema-to-typescript-lite',
    're2js',
    'undici',
    'xmlbuilder',
    'yaml',
  ],
})
await chmod(main, 0o755)
