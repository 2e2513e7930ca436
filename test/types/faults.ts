// Compiled, never run: a fault that is not declared completely does not compile.
import { type ApiAction, apiFault } from '../../src/fault/api-catalogue.ts'
import type { FAULTS, PLANES, PlaneActions } from '../../src/fault/catalogue.ts'
import type { DeliveryAction } from '../../src/fault/delivery-catalogue.ts'
import { deliveryFault, type PHASES, type Transport } from '../../src/fault/delivery-fault.ts'
import { type duration, integer, oneOf, parameter } from '../../src/fault/parameters.ts'
import { type ReceiverAction, receiverFault, respond } from '../../src/fault/receiver-catalogue.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles for `true` alone. */
const holds = <T extends true>(): T => true as T

const copies = parameter('how many times in all', integer(2, 100), 2)
const about = 'is sent more than once'

deliveryFault({ about, parameters: { copies }, phase: 'transport', apply: ({ copies }) => ({ copies }) })
// @ts-expect-error without apply it would do nothing
deliveryFault({ about, parameters: { copies }, phase: 'transport' })
// @ts-expect-error without a phase nobody knows when it is applied
deliveryFault({ about, parameters: { copies }, apply: ({ copies }) => ({ copies }) })
// @ts-expect-error no such phase
deliveryFault({ about, parameters: { copies }, phase: 'later', apply: () => ({ copies: 2 }) })
// @ts-expect-error nothing to document it with
deliveryFault({ parameters: { copies }, phase: 'transport', apply: () => ({ copies: 2 }) })
// @ts-expect-error no parameters, not even none
deliveryFault({ about, phase: 'transport', apply: () => ({ copies: 2 }) })
deliveryFault({
  about,
  parameters: { copies },
  phase: 'transport',
  // @ts-expect-error a parameter that it has not
  apply: ({ times }) => ({ copies: times }),
})
deliveryFault({
  about,
  parameters: { copies },
  // @ts-expect-error a main parameter that it has not
  main: 'times',
  phase: 'transport',
  apply: () => ({ copies: 2 }),
})
// @ts-expect-error a string where its phase takes a number
deliveryFault({ about, parameters: { copies }, phase: 'transport', apply: () => ({ copies: 'two' }) })
// @ts-expect-error what another phase changes
deliveryFault({ about, parameters: {}, phase: 'transport', apply: () => ({ kind: 'time', ms: 2 }) })

// @ts-expect-error without apply it would do nothing
apiFault({ about, parameters: {} })
// @ts-expect-error an effect that there is none
apiFault({ about, parameters: {}, apply: () => ({ kind: 'nonsense' }) })
// @ts-expect-error without apply it would do nothing
receiverFault({ about, parameters: {} })
receiverFault({ about, parameters: {}, apply: () => ({ answer: respond(200) }) })
// @ts-expect-error an answer that there is none
receiverFault({ about, parameters: {}, apply: () => ({ answer: { kind: 'nonsense' } }) })

// @ts-expect-error nothing that an editor could complete
parameter('how many', { expected: 'a number', read: () => 1 }, 1)
// @ts-expect-error not a word
oneOf('once', 2)

// An action has the name of its row and the values of its parameters, and is not declared anywhere else.
type Of<Action, Name> = Extract<Action, { readonly name: Name }>
holds<Equal<Of<DeliveryAction, 'delay'>['by'], number>>()
holds<Equal<Of<DeliveryAction, 'duplicate'>['at'], Transport['at']>>()
holds<Equal<Of<DeliveryAction, 'wrong-secret'>['secret'], string | undefined>>()
holds<Equal<Of<ApiAction, 'timeout'>['when'], 'before' | 'after'>>()
holds<Equal<Of<ReceiverAction, 'redirect'>['to'], string>>()
holds<Equal<DeliveryAction['name'], keyof (typeof FAULTS)['delivery']>>()
holds<Equal<(typeof PLANES)[number], keyof PlaneActions>>()
holds<Equal<(typeof PHASES)[number], 'schedule' | 'payload' | 'signing' | 'signed' | 'transport'>>()
holds<Equal<ReturnType<ReturnType<typeof duration>['read']>, number | undefined>>()
