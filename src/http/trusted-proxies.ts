/** Where a request comes from, when a load balancer stands between. */

/**
 * Who may say by X-Forwarded-For where a request comes from: the addresses and CIDR ranges of load balancers, or how many
 * of them a request passes. A number says nothing about who they are: it holds only where nobody can connect past them.
 */
export type TrustedProxies = number | readonly string[]

/** What Fastify asks to know whom to trust. */
export function proxyTrust(
  trusted: TrustedProxies,
): false | string[] | ((address: string, hop: number) => boolean) {
  if (typeof trusted !== 'number') return [...trusted]
  return trusted > 0 && ((_address, hop) => hop < trusted)
}
