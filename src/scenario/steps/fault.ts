import type { JsonObject } from '../../core/json.ts'
import { PLANES, type Plane } from '../../fault/catalogue.ts'
import { faultSchema } from '../../fault/schema.ts'
import { faultWebhookIssues } from '../file/names.ts'
import { DONE, resolveReferences, type ScenarioContext } from '../run/context.ts'
import type { FaultPlan } from '../situation.ts'
import { namedAs, type StepDefinition } from './step.ts'

export const fault: StepDefinition<{ readonly plan: FaultPlan }> = {
  about: 'puts a fault in force from now on',
  example: { plane: 'delivery', do: 'duplicate' },
  schema: { anyOf: PLANES.map((plane) => faultSchema(plane, { named: true })) },
  read(value, _, at) {
    const { plane, ...written } = value as JsonObject
    return { plan: { at, plane: plane as Plane, fault: written } }
  },
  check: ({ plan }, { names, providers, at, written }) => [
    ...providers.checkFault(written as JsonObject, at),
    ...faultWebhookIssues(plan.fault, at, names),
  ],
  names: (_, as) => namedAs(as, 'fault'),
  describe: ({ plan }) => `fault on the ${plan.plane} plane: ${JSON.stringify(plan.fault.do)}`,
  async run(context, { plan }, as) {
    const handle = useFault(context, plan)
    if (as !== null) context.variables.faults.set(as, handle)
    return DONE
  },
}

/** Puts a fault of the file in force; its webhook may be named as the file does. Returns its handle. */
export function useFault(context: ScenarioContext, { plane, fault: written }: FaultPlan): number {
  const { on, ...rest } = resolveReferences(context, written)
  const named = on as JsonObject | undefined
  const { webhooks } = context.variables
  const webhook = typeof named?.webhook === 'string' ? webhooks.get(named.webhook)?.id : undefined
  return context.environment.use({
    ...rest,
    plane,
    ...(named !== undefined && { on: webhook === undefined ? named : { ...named, webhook } }),
  })
}
