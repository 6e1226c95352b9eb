/**
 * From a target's host to the one address that is dialled.
 *
 * The default lookup asks the machine's name servers itself (c-ares) instead of calling getaddrinfo: that runs on four
 * threads for the whole process and cannot be cancelled, so a few customers with dead name servers would hold up the
 * probes of all others. Names of the hosts file are answered from it first. Each probe asks anew; search domains are
 * not tried. IPv6 is asked for only when a name has no IPv4 address, or when the probe is one over IPv6.
 */
import { promises } from 'node:dns';
import { isIP } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import type { Exchange } from './exchange.ts';
import type { Host } from './host.ts';
import { createHostsFile } from './hosts-file.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import { codeOf, isLocalShortage } from './socket-fault.ts';
import type { Guard } from './target-guard.ts';

/**
 * Resolves to a name's IP addresses, best first, of one family when one is asked for; rejects with an error that has a
 * `code` of node:dns.
 */
export type Lookup = (name: string, family?: 4 | 6) => Promise<readonly string[]>;

export interface NameServers {
  readonly lookup: Lookup;
  /** Gives up on every question that is still open. */
  close(): void;
}

/** A lost datagram is asked again after this; the probe's own deadline bounds the whole. */
const ASK_AGAIN_MS = 1_500;
const ASK_TIMES = 3;

export interface NameServerSettings {
  readonly clock: Clock;
  /** `address` or `address:port`; default: those of the machine. */
  readonly servers?: readonly string[];
  readonly hostsPath?: string;
}

/** The default lookup: the hosts file, then the name servers. */
export function createNameServers(settings: NameServerSettings): NameServers {
  const hosts = createHostsFile(settings.hostsPath ?? '/etc/hosts', settings.clock);
  const resolver = new promises.Resolver({ timeout: ASK_AGAIN_MS, tries: ASK_TIMES });
  if (settings.servers !== undefined) resolver.setServers(settings.servers);
  return {
    async lookup(name, family) {
      const known = hosts.find(name);
      if (known !== undefined) return known;
      if (family === 6) return await resolver.resolve6(name);
      try {
        return await resolver.resolve4(name);
      } catch (error) {
        if (family === 4 || codeOf(error) !== 'ENODATA') throw error;
        return await resolver.resolve6(name);
      }
    },
    close: () => resolver.cancel(),
  };
}

/** What is done about a host at which nothing may be dialled; `why` is one printable sentence. */
export type Refused = (why: string) => void;

/**
 * Finds the address to dial and calls back with it, at once for an IP literal; otherwise settles the exchange. Of several
 * addresses of the family that the request asks for, the first that the guard lets pass is taken.
 */
export function locate(
  exchange: Exchange,
  host: Host,
  by: { readonly guard: Guard; readonly lookup: Lookup },
  found: (address: string) => void,
  refused: Refused = (why) => exchange.abandon('guard_refused', why),
): void {
  const family = familyOf(exchange);
  const admit = (addresses: readonly string[]) => admitFirst(exchange, addresses, { guard: by.guard, found, refused });
  if (host.literal) {
    admit([host.name]);
    return;
  }
  exchange.enter('resolveMs');
  by.lookup(host.name, family)
    .then(
      (addresses) => exchange.done || admit(addresses),
      (error: unknown) => failLookup(exchange, host.name, error),
    )
    .catch((error: unknown) => exchange.failWith(error));
}

/** `both` comes here as one run for each. */
function familyOf(exchange: Exchange): 4 | 6 | undefined {
  const { ip } = exchange.request;
  return ip === 4 || ip === 6 ? ip : undefined;
}

interface Admission {
  readonly guard: Guard;
  readonly found: (address: string) => void;
  readonly refused: Refused;
}

function admitFirst(exchange: Exchange, addresses: readonly string[], { guard, found, refused }: Admission): void {
  const family = familyOf(exchange);
  let first: string | null = null;
  let refusal = '';
  for (const address of addresses) {
    if (family !== undefined && isIP(address) === 10 - family) continue;
    const why = guard.refusal(address);
    if (why === null) {
      exchange.evidence.address = address;
      found(address);
      return;
    }
    if (first === null) refusal = why;
    first ??= address;
  }
  if (first === null) {
    exchange.fail('dns_failure', family === undefined ? 'the name has no address' : `no IPv${family} address`);
    return;
  }
  exchange.evidence.address = printable(first);
  refused(printable(refusal));
}

function failLookup(exchange: Exchange, name: string, error: unknown): void {
  const code = codeOf(error);
  const seen = `${printable(code === '' ? String(error) : code)} for ${name}`;
  if (isLocalShortage(code)) exchange.abandon('out_of_resources', seen);
  else if (code === 'ECANCELLED') exchange.abandon('monitor_stopping', seen);
  else exchange.fail(wordForLookup(code), seen);
}

function wordForLookup(code: string): Failure {
  if (code === 'ENOTFOUND') return 'dns_nxdomain';
  return code === 'ETIMEOUT' ? 'dns_timeout' : 'dns_failure';
}
