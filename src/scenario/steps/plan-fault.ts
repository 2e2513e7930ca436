import type { JsonObject } from '../../core/json.ts'
import { filled, type Play } from '../play/play.ts'
import type { FaultPlan } from '../scenario.ts'

/** Puts a fault of the file in force, its webhook by the name in the file. Answers its handle. */
export function planFault(play: Play, { plane, fault }: FaultPlan): number {
  const { on, ...rest } = filled(play, fault)
  return play.stage.use({ ...rest, plane, ...(on !== undefined && { on: meant(play, on as JsonObject) }) })
}

function meant({ memory }: Play, on: JsonObject): JsonObject {
  const webhook = typeof on.webhook === 'string' ? memory.webhooks.get(on.webhook)?.id : undefined
  return webhook === undefined ? on : { ...on, webhook }
}
