import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/nearest.ts'
import type { Provider } from './provider.ts'

/**
 * The providers, delivering as the chosen variants do; the others as they did. A later choice counts more.
 *
 * @param choices `NAME`, meant for every provider that has it, or `ID=NAME`
 * @throws MockError (input) for a provider that is not served, or a name that it, or none of them, knows.
 */
export function chooseVariants(
  providers: readonly Provider[],
  choices: readonly string[],
): readonly Provider[] {
  return choices.reduce(chosen, providers)
}

function chosen(providers: readonly Provider[], choice: string): readonly Provider[] {
  const [, id, name] = /^([a-z0-9][a-z0-9-]*)=(.+)$/s.exec(choice) ?? [choice, undefined, choice]
  const meant = id === undefined ? providers : providers.filter((provider) => provider.id === id)
  if (id !== undefined && meant.length === 0) {
    const ids = providers.map((provider) => provider.id)
    throw failed(choice, `the provider "${id}" is not served`, suggestion(id, ids))
  }
  if (name !== undefined && meant.some(({ variants }) => variants.has(name)))
    return providers.map((provider) => (meant.includes(provider) ? delivering(provider, name) : provider))
  const known = meant.filter(({ variants }) => variants.size > 0).map(namesOf)
  throw failed(
    choice,
    id === undefined ? 'no provider that is served has it' : `${id} has no such variant`,
    known.length === 0 ? 'There are none to choose from.' : `Known are ${known.join(', ')}.`,
  )
}

function delivering(provider: Provider, name: string): Provider {
  const delivery = provider.variants.get(name)
  return delivery === undefined ? provider : Object.freeze({ ...provider, delivery })
}

/** `acme=sandbox, acme=live`, as they are written. */
function namesOf({ id, variants }: Provider): string {
  return [...variants.keys()].map((name) => `${id}=${name}`).join(', ')
}

function failed(choice: string, reason: string, hint: string): MockError {
  return new MockError('input', 'UNKNOWN_VARIANT', `Failed to choose the variant "${choice}": ${reason}.`, {
    hint,
  })
}
