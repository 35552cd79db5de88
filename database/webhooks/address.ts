import ipaddr from 'ipaddr.js';

/** The parsed `WEBHOOK_ALLOW`: private addresses and ranges that deliveries may reach. */
export type AllowedRanges = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** Parses addresses and CIDR ranges. Throws an Error that names an invalid entry. */
export const allowedRanges = (entries: readonly string[]): AllowedRanges =>
  entries.map((entry) => {
    if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
    if (!ipaddr.isValid(entry))
      throw new Error(`WEBHOOK_ALLOW: ${entry} is neither an IP address nor a range`);
    const address = ipaddr.parse(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });

/**
 * Whether a delivery may connect to an IP address: it is globally reachable or in an allowed range. Call it with
 * the resolved address when connecting, because a name may resolve differently each time.
 */
export function mayReach(address: string, allowed: AllowedRanges): boolean {
  if (!ipaddr.isValid(address)) return false;
  // Unwraps an IPv4-mapped IPv6 address.
  const parsed = ipaddr.process(address);
  return isAllowed(parsed, allowed) || isGlobal(parsed);
}

const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6, allowed: AllowedRanges): boolean =>
  allowed.some(([range, bits]) => range.kind() === address.kind() && address.match([range, bits] as never));

const globalIpv6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** The host of every virtual machine on Azure: public by its number, and reachable only from inside. */
const azureHost = '168.63.129.16';

/** IPv6 must be in the allocated `2000::/3`, because `unicast` alone also covers the IPv4-compatible `::/96`. */
const isGlobal = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === 'unicast' &&
  (address.kind() === 'ipv4' ? address.toString() !== azureHost : (address as ipaddr.IPv6).match(globalIpv6));

/**
 * What is wrong with the URL of an endpoint, as a sentence, or null. It must be https; http is allowed only for an
 * IP address in an allowed range. A host name passes, because `mayReach` checks its addresses when connecting.
 */
export function endpointUrlProblem(text: string, allowed: AllowedRanges): string | null {
  if (!URL.canParse(text)) return 'Enter a URL such as https://example.com/hooks.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Enter a URL that starts with https://.';
  if (url.username !== '' || url.password !== '') return "A user name or password isn't allowed in the URL.";
  const literal = literalAddress(url.hostname);
  if (literal !== null && !mayReach(literal, allowed)) {
    return "Private IP addresses aren't allowed. To test locally, set WEBHOOK_ALLOW.";
  }
  const isAllowedLiteral = literal !== null && isAllowed(ipaddr.process(literal), allowed);
  if (url.protocol === 'http:' && !isAllowedLiteral) return 'Enter a URL that starts with https://.';
  return null;
}

/**
 * What is wrong with the address of an endpoint as it was typed, as a sentence, or null. Parsing would drop a line break
 * and read a backslash as a slash, so the address would not be the one that was seen.
 */
export const typedUrlProblem = (typed: string): string | null =>
  /[\p{Cc}\p{Zl}\p{Zp}\\]/u.test(typed)
    ? "Line breaks, control characters and backslashes aren't allowed in a URL."
    : null;

/** The IP address of a literal host or of `localhost`; null for a name. */
function literalAddress(hostname: string): string | null {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return '127.0.0.1';
  return ipaddr.isValid(host) ? host : null;
}
