/** The tenant that owns the built-in graphs. It has no keys; the first migration makes it. */
export const RESERVED_TENANT_ID = '00000000-0000-7000-8000-000000000001'
