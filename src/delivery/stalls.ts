import type { Feed } from '../core/feed.ts'

const RETRY_EVERY = 1_000

/** Work that could not be kept, tried again every second; told once until something can be kept again. */
export class Stalls {
  readonly #feed: Feed
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isTold = false

  constructor(feed: Feed) {
    this.#feed = feed
  }

  add(what: string, error: unknown, again: () => void): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (!this.#isTold)
      this.#feed.publish({ type: 'notice', text: `Failed to ${what}: ${reason} Trying again every second.` })
    this.#isTold = true
    this.#waiting.push(again)
    // It must not keep a process alive that has nothing else to do.
    this.#timer ??= setTimeout(() => this.retry(), RETRY_EVERY).unref()
  }

  /** Something was kept. */
  overcome(): void {
    this.#isTold = false
  }

  retry(): void {
    this.stop()
    for (const again of this.#waiting.splice(0)) again()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
