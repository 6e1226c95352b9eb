/**
 * Decides whether an address may be dialled. Customers choose the targets, so a target that resolves into the provider's
 * own network, the machine itself or a cloud's metadata service is refused unless the operator allowed that range.
 *
 * 1. The decision is on a resolved address, and exactly that address is then dialled; nothing is looked up twice.
 * 2. An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, SIIT) is judged as the IPv4 address that it reaches.
 * 3. What is not known to be public is refused: the rule names what may pass, not what may not.
 */
import { isIP } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';

// It is CommonJS: only the types can be imported by name.
const { parse, parseCIDR } = ipaddr;

export interface Guard {
  /** Why this IP address may not be dialled, in one sentence; null when it may. */
  refusal(address: string): string | null;
}

type Address = IPv4 | IPv6;
type Range = readonly [Address, number];

const GLOBAL_UNICAST = new ipaddr.IPv6([0x2000, 0, 0, 0, 0, 0, 0, 0]);
const GLOBAL_UNICAST_BITS = 3;
/** RFC 8215: where in such an address the IPv4 address lies is a local choice, so it cannot be judged. */
const LOCAL_NAT64 = new ipaddr.IPv6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0]);
const LOCAL_NAT64_BITS = 48;

/** Metadata and host services of clouds, named in the sentence; the last one lies in public space. */
const METADATA: ReadonlySet<string> = new Set([
  '169.254.169.254',
  'fd00:ec2::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
]);

/** The verdict on an address never changes, and thousands of targets share the addresses of a few servers. */
const JUDGED_MAX = 4_096;

const RANGE_WORDS: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address or its network',
  broadcast: 'the broadcast address',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: 'shared address space (CGNAT)',
  private: 'private',
  uniqueLocal: 'unique local (ULA)',
};

/**
 * A guard that lets public addresses pass, and of the others those inside `allow`.
 * @throws Error naming the entry of `allow` that is neither a CIDR block nor an address.
 */
export function createGuard(settings: { readonly allow: readonly string[] }): Guard {
  const allowed = settings.allow.map(parseAllowed);
  const judged = new Map<string, string | null>();
  return {
    refusal(text) {
      const known = judged.get(text);
      if (known !== undefined) return known;
      const verdict = judge(text, allowed);
      if (judged.size >= JUDGED_MAX) judged.clear();
      judged.set(text, verdict);
      return verdict;
    },
  };
}

function judge(text: string, allowed: readonly Range[]): string | null {
  if (isIP(text) === 0) return 'what the name resolved to is not an IP address';
  const address = parse(inGroups(text));
  const reached = embedded(address) ?? address;
  const why = whyNotPublic(reached);
  if (why === null || isAllowed(address, allowed) || isAllowed(reached, allowed)) return null;
  const through = reached === address ? '' : ` (it reaches ${reached.toString()})`;
  return `${text}${through} is ${why}, and no allowed range holds it`;
}

/**
 * An address as its groups alone: without a zone, and with an IPv4 tail in hexadecimal. The library takes `::8.8.8.8` for a
 * mapped address and so for the public 8.8.8.8; the system dials another one.
 */
function inGroups(text: string): string {
  const [bare = ''] = text.split('%', 1);
  const tailAt = bare.lastIndexOf(':') + 1;
  if (tailAt === 0 || !bare.includes('.')) return bare;
  const [a = 0, b = 0, c = 0, d = 0] = bare.slice(tailAt).split('.').map(Number);
  return `${bare.slice(0, tailAt)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function parseAllowed(text: string, index: number): Range {
  const [host, bits] = text.split('/');
  try {
    // The library also reads octal and hexadecimal forms; a range that is to be let through is written plainly.
    if (host === undefined || isIP(host) === 0) throw new Error('not an IP address');
    if (bits !== undefined) return parseCIDR(text);
    const address = parse(host);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    throw new Error(`guard allow[${index}]: found ${JSON.stringify(text)}, expected a CIDR block such as 10.0.0.0/8`, {
      cause,
    });
  }
}

function isAllowed(address: Address, allowed: readonly Range[]): boolean {
  return allowed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

function whyNotPublic(address: Address): string | null {
  if (METADATA.has(address.toString())) return 'a metadata service';
  const range = address.range();
  if (range !== 'unicast') return RANGE_WORDS[range] ?? `reserved (${range})`;
  if (isV6(address) && !address.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS)) return 'outside global unicast space';
  return null;
}

/** The IPv4 address that an IPv6 address is translated or tunnelled to; null when it is reached as it stands. */
function embedded(address: Address): IPv4 | null {
  if (!isV6(address)) return null;
  const bytes = address.toByteArray();
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return parseV4(bytes.slice(12));
    case 'rfc6052':
      return address.match(LOCAL_NAT64, LOCAL_NAT64_BITS) ? null : parseV4(bytes.slice(12));
    case '6to4':
      return parseV4(bytes.slice(2, 6));
    default:
      return null;
  }
}

function parseV4(bytes: readonly number[]): IPv4 {
  return parse(bytes.join('.')) as IPv4;
}

function isV6(address: Address): address is IPv6 {
  return address.kind() === 'ipv6';
}
