import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import type { Provider } from '../../spec/provider.ts'
import { loadProvider, shippedProviders } from '../../spec/shipped.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'

export interface Known {
  /** Those that the file names, in its order, as far as there are such. */
  readonly providers: readonly Provider[]
  /** Every id that the file names. */
  readonly named: readonly string[]
  /** Whether the first one of them, which is meant where nothing else is said, is there. */
  readonly hasFirst: boolean
  readonly problems: readonly ScenarioProblem[]
}

/** The providers that a file names. @throws MockError for a document of one's own that is broken. */
export async function knownProviders(
  { provider, providers }: JsonObject,
  specs: readonly string[],
): Promise<Known> {
  const own = await Promise.all(specs.map((file) => loadProvider(file)))
  const shipped = shippedProviders().filter(({ id }) => own.every((one) => one.id !== id))
  const known = [...own, ...shipped].map(({ id }) => id as string)
  const named =
    (providers as readonly string[] | undefined) ?? (provider === undefined ? [] : [provider as string])
  const problems = named.flatMap((id, i) => {
    if (known.includes(id)) return []
    const pointer = providers === undefined ? '/provider' : `/providers/${i}`
    const hint = `${suggestion(id, known)} A document of your own is named with --spec FILE.`
    return [scenarioProblem(pointer, `there is no provider "${id}"`, hint)]
  })
  const found = named
    .filter((id) => known.includes(id))
    .map(async (id) => {
      const mine = own.find((one) => one.id === id)
      const file = shipped.find((one) => one.id === id)?.file
      return mine ?? loadProvider(file ?? id)
    })
  const hasFirst = known.includes(named[0] ?? '')
  return { providers: await Promise.all(found), named, hasFirst, problems }
}
