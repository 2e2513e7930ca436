import { describeClockMode } from '../../../core/clock.ts'
import { MockError } from '../../../core/errors.ts'
import type { Mock, MockOptions } from '../../../mock/start-mock.ts'
import { documentFiles } from '../../../spec/bundle.ts'
import { isShipped } from '../../../spec/shipped.ts'
import { usageError } from '../../flags.ts'
import { watchFiles } from '../../watch.ts'
import type { RequestedOptions } from './scenario.ts'

interface ReloadParts {
  readonly mock: Pick<Mock, 'reload' | 'providers' | 'clock'>
  readonly specs: readonly string[]
  readonly scenarios: readonly string[]
  /** The seed that the mock was started with. */
  readonly seed: MockOptions['seed']
  /** Reads what the flags and files request now. */
  readonly read: () => Promise<RequestedOptions>
  readonly print: (text: string) => void
}

/**
 * Reloads the mock whenever its documents, scenarios or accounts change. An invalid edit is reported, and the mock goes on with the
 * last valid version.
 *
 * @throws MockError (input) when there is nothing that could change.
 */
export async function reloadOnChange(parts: ReloadParts): Promise<{ close(): Promise<void> }> {
  const { mock, specs, scenarios, print } = parts
  if (specs.length + scenarios.length === 0)
    throw usageError('Failed to watch: there is neither --spec nor --scenario.', 'Name a file of your own.')
  const watched = () => mock.providers.filter(({ file }) => !isShipped(file)).flatMap(({ files }) => files)
  const watch = await watchFiles([...specs, ...scenarios, ...watched()])
  let isOpen = true
  const loop = async () => {
    for (;;) {
      const files = await watch.changed()
      if (!isOpen) return
      const lines = await reloaded(parts, files)
      // Before anything is printed: who reads it may go on editing at once.
      watch.add([...watched(), ...(await Promise.all(specs.map(documentFiles))).flat()])
      for (const line of lines) print(line)
    }
  }
  void loop()
  return {
    close() {
      isOpen = false
      return watch.close()
    },
  }
}

async function reloaded(
  { mock, read, seed }: ReloadParts,
  files: readonly string[],
): Promise<readonly string[]> {
  try {
    const { options, notices } = await read()
    const { providers, specs, variant, register, faults } = options
    await mock.reload({
      ...(providers !== undefined && { providers }),
      ...(specs !== undefined && { specs }),
      ...(variant !== undefined && { variant }),
      register: register ?? [],
      faults: faults ?? [],
    })
    return [
      `Read again: ${files.join(', ')}.`,
      ...notices,
      ...clockNotice(mock, options),
      ...seedNotice(seed, options),
    ]
  } catch (error) {
    if (error instanceof MockError) return [`The last good version goes on: ${error.message}`]
    const reason = error instanceof Error ? error.message : String(error)
    return [`The last good version goes on: ${reason}; this is a bug in hookproof.`]
  }
}

/** A notice when another clock is requested: the clock cannot be replaced while deliveries wait for it. */
function clockNotice({ clock }: ReloadParts['mock'], { clock: requested }: MockOptions): readonly string[] {
  if (requested === undefined) return []
  const [now, wanted] = [clock.mode, requested].map((mode) =>
    typeof mode === 'string' ? mode : describeClockMode(mode),
  )
  return now === wanted ? [] : [`The clock stays ${now}; start again to have it ${wanted}.`]
}

/** A notice when another seed is requested: a run that changes its seed on the way could not be repeated. */
function seedNotice(now: MockOptions['seed'], { seed: wanted }: MockOptions): readonly string[] {
  if (String(now) === String(wanted)) return []
  const stays = now === undefined ? 'The seed stays as it was drawn' : `The seed stays ${now}`
  return [`${stays}; start again to have ${wanted === undefined ? 'another one drawn' : `it ${wanted}`}.`]
}
