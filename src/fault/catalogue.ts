import { API_FAULTS, type ApiAction } from './api-catalogue.ts'
import type { FaultDefinition } from './definition.ts'
import { DELIVERY_FAULTS, type DeliveryAction } from './delivery-catalogue.ts'
import { RECEIVER_FAULTS, type ReceiverAction } from './receiver-catalogue.ts'

/** What each plane's faults are read as. */
export interface PlaneActions {
  api: ApiAction
  delivery: DeliveryAction
  receiver: ReceiverAction
}

/** Where a fault applies: the provider's API towards the client, the provider towards the receiver, the stand-in receiver towards the provider. */
export type Plane = keyof PlaneActions

export const PLANES = ['api', 'delivery', 'receiver'] as const satisfies readonly Plane[]

/** Every fault of every plane, by its name. */
export const FAULTS: {
  readonly [P in Plane]: { readonly [N in PlaneActions[P]['name']]: FaultDefinition }
} = { api: API_FAULTS, delivery: DELIVERY_FAULTS, receiver: RECEIVER_FAULTS }
