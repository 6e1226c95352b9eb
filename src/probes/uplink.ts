/**
 * Whether a connection failed before any packet could reach anybody: no route, no address of that family, an interface that
 * is down, a gateway that does not answer. That is this machine's trouble and says nothing of the target.
 */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../runtime/clock.ts';

/** Codes with which the kernel refuses to send. Those that routers report by ICMP come later, after `connect` returned. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EPERM',
  'EACCES',
]);

const LOOK_AGAIN_MS = 1_000;
const GATEWAY_FLAG = 0x2;
/** /proc/net/arp: an entry without this flag has been asked for and has not answered. */
const ARP_COMPLETE = 0x2;

/** Whether Node says that `connect` itself failed: then it names the local address, which is none yet. */
export function isUnsent(error: Error): boolean {
  return / - Local \((?:0\.0\.0\.0|::):0\)$/.test(error.message);
}

/**
 * Why this machine could not send to an address, in one sentence; null when the code says something else. Too few free
 * ports look like a missing address: then the machine has an address of that family.
 */
export function whyUnsent(code: string, address: string): string | null {
  if (!REFUSALS.has(code)) return null;
  const family = isIPv6(address) ? 'IPv6' : 'IPv4';
  const hasFamily = Object.values(networkInterfaces()).some((list) =>
    list?.some((one) => one.family === family && !one.internal && !one.address.startsWith('fe80:')),
  );
  if (code === 'EADDRNOTAVAIL' && hasFamily) return null;
  if (code === 'EPERM' || code === 'EACCES') return `${code}: this machine's own rules let no packet go to ${address}`;
  const lacks = hasFamily ? '' : `; it has no ${family} address to send from`;
  return `${code}: this machine has no way to ${address}${lacks}`;
}

let seenMs = Number.NEGATIVE_INFINITY;
let routes: readonly Route[] = [];
let unanswered: ReadonlySet<string> = new Set();

interface Route {
  readonly network: number;
  readonly mask: number;
  /** 0 for a network that the machine is on itself. */
  readonly gateway: number;
}

/**
 * The gateway to an IPv4 address when it does not answer this machine (ARP), else null. Linux only; elsewhere and for IPv6
 * always null. The kernel's tables are read once a second at most, by failing probes alone.
 */
export function silentGateway(address: string, clock: Clock): string | null {
  if (isIPv6(address)) return null;
  const nowMs = clock.monotonicMs();
  if (nowMs - seenMs >= LOOK_AGAIN_MS) {
    seenMs = nowMs;
    routes = parseRoutes(readTable('/proc/net/route'));
    unanswered = parseUnanswered(readTable('/proc/net/arp'));
  }
  const wanted = address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  // The narrowest network is the way that is taken.
  const [route] = routes
    .filter(({ network, mask }) => (wanted & mask) >>> 0 === network)
    .toSorted((one, other) => other.mask - one.mask);
  if (route === undefined || route.gateway === 0) return null;
  const gateway = [24, 16, 8, 0].map((shift) => (route.gateway >>> shift) & 0xff).join('.');
  return unanswered.has(gateway) ? gateway : null;
}

function readTable(path: string): string[][] {
  try {
    const [, ...lines] = readFileSync(path, 'latin1').trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/));
  } catch {
    // Not Linux: then nothing is known of the gateway.
    return [];
  }
}

/** Interface, destination, gateway, flags, three counts, mask; addresses in hexadecimal, lowest byte first. */
function parseRoutes(rows: readonly string[][]): Route[] {
  return rows.map(([, network = '', gateway = '', flags = '', , , , mask = '']) => ({
    network: fromKernel(network),
    mask: fromKernel(mask),
    gateway: (Number.parseInt(flags, 16) & GATEWAY_FLAG) === 0 ? 0 : fromKernel(gateway),
  }));
}

function parseUnanswered(rows: readonly string[][]): Set<string> {
  return new Set(rows.flatMap(([ip = '', , flags = '']) => (Number.parseInt(flags, 16) & ARP_COMPLETE ? [] : [ip])));
}

function fromKernel(hex: string): number {
  return Buffer.from(hex, 'hex')
    .reverse()
    .reduce((number, byte) => number * 256 + byte, 0);
}
