import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/nearest.ts'
import type { Provider } from './provider.ts'
import { loadProvider, shippedProviders } from './shipped.ts'

/**
 * The shipped providers that are named and those of the given documents. Nothing named: every shipped one, or, where
 * documents are given, those alone.
 *
 * @throws MockError (input) for an unknown id, a broken document, or two documents with the same id.
 */
export async function loadProviders(
  ids?: readonly string[],
  specs: readonly string[] = [],
): Promise<readonly Provider[]> {
  const shipped = shippedProviders()
  const wanted = ids ?? (specs.length > 0 ? [] : shipped.map(({ id }) => id))
  const files = [...new Set(wanted)].map((id) => {
    const found = shipped.find((one) => one.id === id)
    if (found !== undefined) return found.file
    throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${id}".`, {
      hint: `${suggestion(
        id,
        shipped.map((one) => one.id),
      )} A document of your own is named with --spec FILE.`,
    })
  })
  const providers = await Promise.all([...files, ...specs].map((file) => loadProvider(file)))
  const twice = providers.find(({ id }, i) => providers.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new MockError(
      'input',
      'SAME_PROVIDER',
      `Failed to start: two documents have the provider id "${twice.id}".`,
      {
        hint: 'Give one of them another id in x-mock-provider.',
        location: { file: twice.file, pointer: '/x-mock-provider/id' },
      },
    )
  return providers
}
