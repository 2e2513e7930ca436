/** Commands that go on beside the steps; ended with the scenario. */
export interface Background {
  add(end: () => Promise<void>): void
  endAll(): Promise<void>
}

export function createBackground(): Background {
  const running: (() => Promise<void>)[] = []
  return {
    add: (end) => void running.push(end),
    async endAll() {
      await Promise.all(running.splice(0).map((end) => end()))
    },
  }
}
