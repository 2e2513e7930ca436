import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Operation } from './operation.ts'

interface Waiting {
  readonly operations: readonly Operation[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Commits that arrive in one turn of the event loop, or while another write is under way, are kept in one write. */
export class CommitQueue {
  #waiting: Waiting[] = []
  #flushing = false
  #tail: Promise<void> = Promise.resolve()
  readonly #write: (group: readonly (readonly Operation[])[]) => Promise<void>

  constructor(write: (group: readonly (readonly Operation[])[]) => Promise<void>) {
    this.#write = write
  }

  /** Resolves once it is kept; rejects, with all of its group, when it could not be. */
  commit(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operations, resolve, reject })
      if (this.#flushing) return
      this.#flushing = true
      void this.alone(() => this.#flush())
    })
  }

  /** Runs a task after all writes that were asked for before it, and before all later ones. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task)
    this.#tail = done.then(ignore, ignore)
    return done
  }

  async #flush(): Promise<void> {
    // All that sockets brought in this turn goes together; and who only commits still lets the others have theirs.
    await nextTurn()
    const group = this.#waiting
    this.#waiting = []
    this.#flushing = false
    try {
      await this.#write(group.map(({ operations }) => operations))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

function ignore(): void {}
