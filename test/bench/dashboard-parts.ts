/** The parts of the bench of dashboards. */
export const DASHBOARD_PARTS = ['reads', 'gradebook', 'subscribers'] as const

export type DashboardPart = (typeof DASHBOARD_PARTS)[number]
