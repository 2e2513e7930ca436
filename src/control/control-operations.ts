import type { Operation } from '../spec/provider.ts'
import { CONTROL_DOCUMENT, loadContractOperations } from '../spec/shipped.ts'

/** The operations of the control API, by their ids, as `openapi/control.yaml` declares them. */
export async function loadControlOperations(): Promise<ReadonlyMap<string, Operation>> {
  const { operations } = await loadContractOperations(CONTROL_DOCUMENT)
  return new Map(operations.map((operation) => [operation.id, operation]))
}
