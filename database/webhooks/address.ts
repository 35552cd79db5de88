import ipaddr from 'ipaddr.js';

/** Addresses that deliveries may reach although they are private: `WEBHOOK_ALLOW`, read. */
export type AllowedRanges = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** Reads addresses and CIDR ranges. Throws an Error naming an entry that is neither. */
export const allowedRanges = (entries: readonly string[]): AllowedRanges =>
  entries.map((entry) => {
    if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
    if (!ipaddr.isValid(entry)) throw new Error(`WEBHOOK_ALLOW: ${entry} is neither an address nor a range`);
    const address = ipaddr.parse(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });

/**
 * Whether a delivery may connect to an IP address: one that the whole internet can reach, or one that is
 * allowed by name. Call it with what the name was resolved to, at the moment of connecting.
 */
export function mayReach(address: string, allowed: AllowedRanges): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address wrapped in IPv6 counts as what it is.
  const parsed = ipaddr.process(address);
  return isAllowed(parsed, allowed) || isGlobal(parsed);
}

const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6, allowed: AllowedRanges): boolean =>
  allowed.some(([range, bits]) => range.kind() === address.kind() && address.match([range, bits] as never));

const globalIpv6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** `unicast` alone lets the old IPv4-compatible `::/96` through, so IPv6 has to lie in what is given out. */
const isGlobal = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(globalIpv6));

/**
 * What is wrong with the address of an endpoint, in words, or null. https only; plain http is for an address
 * that is allowed by name. A name passes here and its addresses are judged by `mayReach` when connecting.
 */
export function endpointUrlProblem(text: string, allowed: AllowedRanges): string | null {
  if (!URL.canParse(text)) return 'Expected a web address such as https://example.com/hooks.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'Expected an address that begins with https://.';
  if (url.username !== '' || url.password !== '')
    return 'A user name or password in the address is not allowed.';
  const literal = literalAddress(url.hostname);
  if (literal !== null && !mayReach(literal, allowed)) {
    return 'This address is private or special, and not allowed.';
  }
  const named = literal !== null && isAllowed(ipaddr.process(literal), allowed);
  if (url.protocol === 'http:' && !named) return 'Expected an address that begins with https://.';
  return null;
}

/** The IP address that a host is written as, `localhost` included, or null for a name. */
function literalAddress(hostname: string): string | null {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return '127.0.0.1';
  return ipaddr.isValid(host) ? host : null;
}
