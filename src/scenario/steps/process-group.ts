/** A command and everything that it started. */
export interface ProcessGroup {
  signal(name: NodeJS.Signals): void
  /** Ends at once whoever is left, and lets go of it. */
  dismiss(): void
}

/** @param pid of its first process, which began the group */
export function createGroup(pid: number | undefined): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, name)
    } catch {
      // Nobody of it is left.
    }
  }
  // Should we end first, however that comes: a group of its own gets no ^C.
  const leave = () => signal('SIGKILL')
  process.once('exit', leave)
  return {
    signal,
    dismiss() {
      signal('SIGKILL')
      process.off('exit', leave)
    },
  }
}
