/** What is said of a fault that an event's providers leave nothing to change for. */
export function noEffect(
  fault: string,
  { type, id, provider }: { readonly type: string; readonly id: string; readonly provider: string },
): string {
  return `The fault ${fault} changes nothing about ${type} [${id}] of ${provider}.`
}
