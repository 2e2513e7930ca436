import { describe, expect, it } from 'vitest'
import type { MockError } from '../../../src/core/errors.ts'
import { chooseVariants } from '../../../src/spec/delivery-policy.ts'
import type { DeliveryPolicy, Provider } from '../../../src/spec/provider.ts'

const policy = (name: string) => ({ headers: { name } }) as unknown as DeliveryPolicy

function provider(id: string, ...names: string[]): Provider {
  const variants = new Map(names.map((name) => [name, policy(name)]))
  return { id, variants, delivery: policy('usual') } as unknown as Provider
}

const PROVIDERS = [provider('acme', 'sandbox', 'live'), provider('beta', 'live'), provider('plain')]
const names = (choices: readonly string[]) =>
  chooseVariants(PROVIDERS, choices).map(({ id, delivery }) => `${id}: ${delivery.headers.name}`)

describe('chooseVariants', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], ['acme: usual', 'beta: usual', 'plain: usual']],
    [['live'], ['acme: live', 'beta: live', 'plain: usual']],
    [['sandbox'], ['acme: sandbox', 'beta: usual', 'plain: usual']],
    [['acme=live'], ['acme: live', 'beta: usual', 'plain: usual']],
    [
      ['live', 'acme=sandbox'],
      ['acme: sandbox', 'beta: live', 'plain: usual'],
    ],
  ])('%j', (choices, expected) => {
    expect(names(choices)).toEqual(expected)
  })

  it.each([
    [
      'lve',
      'Failed to choose the variant "lve": no provider that is served has it.',
      'Known are acme=sandbox, acme=live, beta=live.',
    ],
    [
      'acme=lve',
      'Failed to choose the variant "acme=lve": acme has no such variant.',
      'Known are acme=sandbox, acme=live.',
    ],
    [
      'plain=live',
      'Failed to choose the variant "plain=live": plain has no such variant.',
      'There are none to choose from.',
    ],
    [
      'amce=live',
      'Failed to choose the variant "amce=live": the provider "amce" is not served.',
      'Did you mean "acme"?',
    ],
  ])('refuses %s', (choice, message, hint) => {
    let thrown: unknown
    try {
      chooseVariants(PROVIDERS, [choice])
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({
      kind: 'input',
      code: 'UNKNOWN_VARIANT',
      summary: message,
      hint,
    } as Partial<MockError>)
  })
})
