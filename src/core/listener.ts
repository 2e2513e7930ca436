const failed = new WeakSet<object>()

/**
 * Calls what somebody else wrote, such as a listener of a library user. What it throws, or its promise rejects with, ends
 * nothing here: its first error is a warning of the process and goes to `report`, and it is called again the next time.
 *
 * @param what for the message, such as `onDelivery`
 */
export function callListener<T>(
  listener: (value: T) => unknown,
  value: T,
  what: string,
  report: (text: string) => void = () => {},
): void {
  const fail = (error: unknown) => {
    if (failed.has(listener)) return
    failed.add(listener)
    const reason = error instanceof Error ? error.message : String(error)
    const text = `Failed to call ${what}: ${reason} It goes on being called; more errors of it are not reported.`
    process.emitWarning(text)
    report(text)
  }
  try {
    const result = listener(value)
    if (result instanceof Promise) result.catch(fail)
  } catch (error) {
    fail(error)
  }
}
