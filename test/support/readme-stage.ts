import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandProcess, hookproof } from '../cli/command-process.ts'
import { distCommand } from './dist-command.ts'
import { ROOT } from './readme.ts'

/**
 * Where the commands of one section run, in their order: a folder with the repository's scenarios and fixtures in it, and an
 * `npx` that finds the built command.
 */
export interface Stage {
  /** Runs a line in a shell. `start` and `listen` go on, the others end and have to pass, except those that are shown because they fail. */
  run(line: string): Promise<void>
  /** Puts a file into the folder. */
  write(name: string, text: string): Promise<void>
  /** Of `start`, of `listen`, or (the empty name) of the commands that ended since the last of the two. */
  output(of: string): string
  leave(): Promise<void>
}

/** The addresses that the documents show, and whose they are. */
const SHOWN = { start: 'http://127.0.0.1:4010', listen: 'http://127.0.0.1:3000' } as const
type Standing = keyof typeof SHOWN

/** The commands that are shown because they fail, with the exit code that they have. */
const FAILING: readonly (readonly [RegExp, number])[] = [
  [/^npx hookproof verify /, 1],
  [/ failing\.yaml$/, 1],
  [/^npx hookproof validate orders\.yaml$/, 2],
]

export async function enterStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-readme-'))
  const bin = await mkdtemp(join(tmpdir(), 'hookproof-bin-'))
  await writeFile(join(bin, 'npx'), npxFor(distCommand()))
  await chmod(join(bin, 'npx'), 0o755)
  for (const name of ['scenarios', 'fixtures']) await symlink(join(ROOT, name), join(folder, name))
  const standing = new Map<Standing, CommandProcess>()
  const origins = new Map<Standing, string>()
  let printed = ''

  const shell = (line: string) => {
    const url = origins.get('start')
    return hookproof(['-c', here(line, origins)], {
      command: ['sh'],
      cwd: folder,
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        HOOKPROOF_PORT: '0',
        ...(url === undefined ? {} : { HOOKPROOF_URL: url }),
      },
    })
  }

  const stand = async (name: Standing, line: string) => {
    const running = shell(`exec ${line.replace(/ --port \d+/, '')}`)
    standing.set(name, running)
    await running.line(/^Ready/)
    origins.set(name, /http:\/\/[^\s/]+/.exec(running.out().join('\n'))?.[0] ?? '')
    printed = ''
  }

  return {
    write: (name, text) => writeFile(join(folder, name), text),
    async run(line) {
      const [, name] = /^npx hookproof (start|listen)\b/.exec(line) ?? []
      if (name !== undefined) return stand(name as Standing, line)
      const running = shell(line)
      const code = await running.exit
      const [, expected = 0] = FAILING.find(([pattern]) => pattern.test(line)) ?? []
      if (code !== expected) throw new Error(`${line}\nended with ${code}: ${running.err()}`)
      printed += `${running.out().join('\n')}\n${code === 0 ? '' : running.err()}`
      // Whoever types the next command is slower than a delivery on loopback.
      const mock = origins.get('start')
      if (mock !== undefined) await fetch(`${mock}/_mock/settle`, { method: 'POST' })
    },
    output: (of) =>
      of === ''
        ? printed
        : (standing
            .get(of as Standing)
            ?.out()
            .join('\n') ?? ''),
    async leave() {
      for (const { child } of standing.values()) child.kill('SIGTERM')
      await Promise.all([...standing.values()].map(({ exit }) => exit))
      for (const path of [folder, bin]) await rm(path, { recursive: true, force: true })
    },
  }
}

function npxFor(command: readonly string[]): string {
  const words = command.map((word) => `'${word}'`).join(' ')
  return `#!/bin/sh\n[ "$1" = hookproof ] || exit 127\nshift\nexec ${words} "$@"\n`
}

/** The line with the addresses that are really listened on; a shown one that nobody has is an error. */
function here(line: string, origins: ReadonlyMap<Standing, string>): string {
  return Object.entries(SHOWN).reduce((text, [name, shown]) => {
    const real = origins.get(name as Standing)
    if (real === undefined && text.includes(shown))
      throw new Error(`A document uses ${shown} before it has a ${name}: ${line}`)
    return real === undefined ? text : text.replaceAll(shown, real)
  }, line)
}
