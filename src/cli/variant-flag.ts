import { shippedProviders } from '../spec/shipped.ts'
import { type Flag, list, text } from './flags.ts'

/** @param several `...` where several may follow one flag */
export function variantFlag(help: string, several: '' | '...' = ''): Flag<readonly string[]> {
  return list(`--variant <[id=]name${several}>`, `${help}${shippedVariants()}`, text)
}

/** ` (acme=autumn, acme=winter)`: those that come with hookproof, beside the default ones. */
function shippedVariants(): string {
  const names = shippedProviders().flatMap(({ name, variant }) =>
    variant === null ? [] : [`${name}=${variant}`],
  )
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}
