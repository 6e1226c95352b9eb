/**
 * From a target's host to the one address that is dialled.
 *
 * The default lookup asks the machine's name servers itself (c-ares) instead of calling getaddrinfo: that runs on four
 * threads for the whole process and cannot be cancelled, so a few customers with dead name servers would hold up the
 * probes of all others. Names of the hosts file are answered from it first. Each probe asks anew; search domains are
 * not tried. IPv6 is asked for only when a name has no IPv4 address.
 */
import { promises } from 'node:dns';
import type { Clock } from '../runtime/clock.ts';
import type { Exchange } from './exchange.ts';
import type { Host } from './host.ts';
import { createHostsFile } from './hosts-file.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import { codeOf, isLocalShortage } from './socket-fault.ts';
import type { Guard } from './target-guard.ts';

/** Resolves to a name's IP addresses, best first; rejects with an error that has a `code` of node:dns. */
export type Lookup = (name: string) => Promise<readonly string[]>;

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
    async lookup(name) {
      const known = hosts.find(name);
      if (known !== undefined) return known;
      try {
        return await resolver.resolve4(name);
      } catch (error) {
        if (codeOf(error) !== 'ENODATA') throw error;
        return await resolver.resolve6(name);
      }
    },
    close: () => resolver.cancel(),
  };
}

/**
 * Finds the address to dial and calls back with it, at once for an IP literal; otherwise settles the exchange. Of several
 * addresses the first that the guard lets pass is taken.
 */
export function locate(
  exchange: Exchange,
  host: Host,
  by: { readonly guard: Guard; readonly lookup: Lookup },
  found: (address: string) => void,
): void {
  if (host.literal) {
    admit(exchange, [host.name], by.guard, found);
    return;
  }
  exchange.enter('resolveMs');
  by.lookup(host.name)
    .then(
      (addresses) => exchange.done || admit(exchange, addresses, by.guard, found),
      (error: unknown) => failLookup(exchange, host.name, error),
    )
    .catch((error: unknown) => exchange.failWith(error));
}

function admit(exchange: Exchange, addresses: readonly string[], guard: Guard, found: (address: string) => void): void {
  let refusal: string | null = null;
  for (const address of addresses) {
    const why = guard.refusal(address);
    if (why === null) {
      exchange.evidence.address = address;
      found(address);
      return;
    }
    refusal ??= why;
  }
  if (refusal === null) {
    exchange.fail('dns_failure', 'the name has no address');
    return;
  }
  exchange.evidence.address = printable(addresses[0] ?? '');
  exchange.abandon('guard_refused', printable(refusal));
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
