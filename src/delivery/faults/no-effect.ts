/** What is said of a fault that finds nothing to change in an event's request. */
export function noEffect(
  fault: string,
  { type, id, provider }: { readonly type: string; readonly id: string; readonly provider: string },
): string {
  return `The fault ${fault} changes nothing about ${type} [${id}] of ${provider}.`
}
