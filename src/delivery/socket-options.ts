/**
 * Of every connection to a receiver. Node gives each address of a name 250 ms before it tries the next one, and takes a
 * process that was busy for so long for a receiver that is not there.
 */
export const SOCKET_OPTIONS = { autoSelectFamilyAttemptTimeout: 2_000 } as const
