import type { Bell } from './bell.js'

/** Tells whoever sends deliveries in this process that courses have some. Those of other processes a sweep finds. */
export type DeliveryBell = Bell<[courseIds: readonly string[]]>
