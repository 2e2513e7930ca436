/** `fault: duplicate`, `faults: delay, bad-signature`. */
export function faultsText(names: readonly string[]): string {
  return `${names.length === 1 ? 'fault' : 'faults'}: ${names.join(', ')}`
}
