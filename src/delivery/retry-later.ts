import type { Feed } from '../core/feed.ts'

const RETRY_EVERY_MS = 1_000

/** Work that could not be kept, tried again every second; one notice until something can be kept again. */
export class RetryLater {
  readonly #feed: Feed
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isReported = false

  constructor(feed: Feed) {
    this.#feed = feed
  }

  add(what: string, error: unknown, again: () => void): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (!this.#isReported)
      this.#feed.publish({ type: 'notice', text: `Failed to ${what}: ${reason} Trying again every second.` })
    this.#isReported = true
    this.#waiting.push(again)
    // It must not keep a process alive that has nothing else to do.
    this.#timer ??= setTimeout(() => this.retry(), RETRY_EVERY_MS).unref()
  }

  /** Something was kept: the next failure is reported again. */
  succeeded(): void {
    this.#isReported = false
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
