/** Where a webhook may point: which URLs are taken, and which addresses are never connected to. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type UrlRules = {
  /** Whether http and addresses of private networks will do, as in development. */
  readonly allowPrivate: boolean
}

/**
 * Of IPv6 only this is given out to anyone. The package calls more of it unicast, such as IPv4 addresses written as IPv6 ones
 * in the deprecated way.
 */
const IPV6_GIVEN_OUT = ipaddr.IPv6.parseCIDR('2000::/3')

/** Addresses in public ranges at which clouds serve metadata and keys to their machines. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16'])

/**
 * Whether an address, as the system writes one, is of the public internet: neither private, loopback, link-local, unique-local,
 * shared, multicast nor reserved, nor an IPv4 address inside an IPv6 one, whatever that IPv4 address is.
 */
export function isPublicAddress(text: string): boolean {
  // The package also reads what only browsers take for an address, such as 1.2.3.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false
  return address instanceof ipaddr.IPv4 || (address.match(IPV6_GIVEN_OUT) && !isTunnel(address))
}

/**
 * Whether the last 64 bits are those of ISATAP (RFC 5214), under whatever prefix: …:0:5efe:a.b.c.d, where the two bits that
 * say how unique an interface's name is may be set. A router of such a network passes what comes on to that IPv4 address.
 */
function isTunnel({ parts }: ipaddr.IPv6): boolean {
  const [flags = 0, type] = parts.slice(4)
  return (flags & ~0x0300) === 0 && type === 0x5efe
}

/** The IP address that a URL names instead of a host, without brackets; undefined where it names a host. */
export function literalAddress({ hostname }: URL): string | undefined {
  const text = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(text) === 0 ? undefined : text
}

/**
 * Ports below 1024 are of services that were there before the web's: mail, files, shells. A request sent to one may be taken
 * for something else.
 */
const FIRST_FREE_PORT = 1_024

/** Names that mean this machine or this network, whatever a name server says of them. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|home\.arpa)$/

/** Two labels or more, none of them empty: a single one, like `metadata`, is a name of machines nearby. */
const FULL_NAME = /^[^.]+(\.[^.]+)+$/

function isPublicName(hostname: string): boolean {
  // With the dot of the root at its end it is the same name.
  const name = hostname.replace(/\.$/, '')
  return FULL_NAME.test(name) && !LOCAL_NAME.test(name)
}

/**
 * What is wrong with a URL for a webhook, for whoever wrote it; undefined where nothing is. What its host resolves to is looked
 * at when it is connected to.
 */
export function urlFault(text: string, { allowPrivate }: UrlRules): string | undefined {
  // The parser skips over these, so that what is stored would not be what is called.
  // eslint-disable-next-line no-control-regex -- refusing control characters is the point
  if (/[\u0000-\u0020\u007F-\uFFFF\\]/.test(text)) {
    return 'The URL must be of visible ASCII characters, others percent-encoded, and without backslashes.'
  }
  if (!URL.canParse(text)) return 'This is not a URL.'
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) {
    return 'The URL must begin with https://.'
  }
  if (url.username !== '' || url.password !== '') return 'The URL must not hold a user or a password.'
  const port = Number(url.port)
  if (url.port !== '' && port !== 80 && port !== 443 && port < FIRST_FREE_PORT) {
    return `The port must be 80, 443, or ${String(FIRST_FREE_PORT)} and above.`
  }
  if (allowPrivate) return undefined
  const literal = literalAddress(url)
  if (!(literal === undefined ? isPublicName(url.hostname) : isPublicAddress(literal))) {
    return 'The URL must lead to a host on the public internet.'
  }
  return undefined
}
