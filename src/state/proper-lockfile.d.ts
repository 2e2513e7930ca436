/** What is used of the package, which brings no types of its own. */
declare module 'proper-lockfile' {
  interface LockOptions {
    readonly realpath?: boolean
    readonly lockfilePath?: string
    /** Milliseconds after which a lock that is not kept fresh may be taken. */
    readonly stale?: number
    readonly onCompromised?: (error: Error) => void
  }
  export function lock(file: string, options?: LockOptions): Promise<() => Promise<void>>
}
