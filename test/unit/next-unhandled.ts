/** The next error that nobody handles, which is then kept from the test runner. */
export function nextUnhandled(event: 'uncaughtException' | 'unhandledRejection'): Promise<unknown> {
  const others = process.listeners(event as 'uncaughtException')
  process.removeAllListeners(event)
  return new Promise((resolve) => {
    process.once(event as 'uncaughtException', (error) => {
      for (const listener of others) process.on(event as 'uncaughtException', listener)
      resolve(error)
    })
  })
}
