/**
 * Makes something when it is first asked for, and once for all who ask. A failure, such as a moment without file descriptors, is
 * not kept: who asks next has it made again. Node 20 itself keeps the failure of an `import()`, so what a running mock cannot do
 * without is loaded before it is ready.
 */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
