/** What a connection for subscriptions may be at most. README.md states these limits. */

/** Bytes of a message that a client sends. */
export const MAX_MESSAGE_BYTES = 64 * 1024

/** Messages of a client in a second: subscribing and leaving needs few. */
export const MAX_MESSAGES = 50

/** Milliseconds until a client has to say who it is. */
export const INIT_MILLISECONDS = 5_000

/** Subscriptions of one connection. */
export const MAX_SUBSCRIPTIONS = 20

/** Connections of one key, and of all. A process has no more subscriptions than this either (services/course-feed.ts). */
export const MAX_CONNECTIONS_PER_KEY = 500
export const MAX_CONNECTIONS = 5_000

/**
 * Connections of those who have not said yet who they are, from one address, behind which may be many, and of all. They are not
 * among those above.
 */
export const MAX_NAMELESS_PER_ADDRESS = 200
export const MAX_NAMELESS = 2_000

/** Bytes that wait to be sent to a client that reads no more. */
export const MAX_UNSENT_BYTES = 4 * 1024 * 1024

/** Attempts that one message tells of. */
export const MAX_TOLD = 100

/** Milliseconds between two looks at whether clients are there, and whether their keys still hold. */
export const PING_MILLISECONDS = 15_000
/** A key is believed for 4 s (services/api-keys.ts): together it is less than 5 s until a revocation ends subscriptions. */
export const KEY_MILLISECONDS = 900

/** Milliseconds for which a key is believed while nobody can be asked. */
export const UNPROVEN_MILLISECONDS = 30_000

/** Milliseconds until a client is cut off that was told that its connection ends. */
export const FAREWELL_MILLISECONDS = 1_000
