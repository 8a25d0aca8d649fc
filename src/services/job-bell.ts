import type { Bell } from './bell.js'

/** Tells the runner of this process that there is a job. Jobs of other processes it finds by looking now and then. */
export type JobBell = Bell
