/** From a target's host to the one address that is dialled. */
import { isIP } from 'node:net';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { Host } from './host.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import type { ResolverHealth } from './resolver-health.ts';
import { codeOf, isLocalShortage } from './socket-fault.ts';
import type { Guard } from './target-guard.ts';

/** What is done about a host at which nothing may be dialled; `why` is one printable sentence. */
export type Refused = (why: string) => void;

/**
 * Finds the address to dial and calls back with it, at once for an IP literal; otherwise settles the exchange. Of several
 * addresses of the family that the request asks for, the first that the guard lets pass is taken.
 */
export function locate(
  exchange: Exchange,
  host: Host,
  by: Pick<ProbeContext, 'guard' | 'names'>,
  found: (address: string) => void,
  refused: Refused = (why) => exchange.abandon('guard_refused', why),
): void {
  const family = familyOf(exchange);
  const admit = (addresses: readonly string[]) => admitFirst(exchange, addresses, { guard: by.guard, found, refused });
  if (host.literal) {
    admit([host.name]);
    return;
  }
  const { lookup, health } = by.names;
  exchange.enter('resolveMs');
  const startMs = exchange.clock.monotonicMs();
  exchange.atDeadline = () => doubtNameServers(exchange, startMs, health);
  lookup(host.name, family)
    .then(
      (addresses) => {
        if (exchange.done) return;
        exchange.atDeadline = null;
        admit(addresses);
      },
      (error: unknown) => failLookup(exchange, host.name, error, startMs, health),
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

function failLookup(exchange: Exchange, name: string, error: unknown, startMs: number, health: ResolverHealth): void {
  if (exchange.done) return;
  const code = codeOf(error);
  const seen = `${printable(code === '' ? String(error) : code)} for ${name}`;
  if (isLocalShortage(code)) exchange.abandon('out_of_resources', seen);
  else if (code === 'ECANCELLED') exchange.abandon('monitor_stopping', seen);
  else if (code === 'ECONNREFUSED')
    exchange.abandon('resolver_unavailable', `${seen}: no name server could be reached`);
  else if (code === 'ENODATA') exchange.fail('dns_failure', `the name ${name} has no address`);
  else failByNameServer(exchange, new Fault(wordForLookup(code), seen), startMs, health);
}

function wordForLookup(code: string): Failure {
  switch (code) {
    case 'ENOTFOUND':
      return 'dns_nxdomain';
    case 'ETIMEOUT':
      return 'dns_timeout';
    case 'ESERVFAIL':
      return 'dns_servfail';
    case 'EREFUSED':
      return 'dns_refused';
    default:
      return 'dns_failure';
  }
}

/**
 * Ends with what the machine's own name servers said of a name, unless they are unwell themselves: then that says
 * nothing of the name. `startMs` is when they were asked.
 */
export function failByNameServer(exchange: Exchange, fault: Fault, startMs: number, health: ResolverHealth): void {
  if (fault.failure === 'dns_nxdomain' || fault.failure === 'dns_mismatch') {
    exchange.failWith(fault);
    return;
  }
  exchange.atDeadline = () => doubtNameServers(exchange, startMs, health);
  health
    .ask()
    .then((verdict) => {
      if (isNameServers(fault.failure, verdict) || health.since(startMs) === 'dead')
        abandonAsUnwell(exchange, fault.seen);
      else exchange.failWith(fault);
    })
    .catch((error: unknown) => exchange.failWith(error));
}

/** One that refuses everything says nothing with a refusal; one that refuses the root may serve its own names well. */
function isNameServers(word: Failure, verdict: string): boolean {
  return verdict === 'dead' || (verdict === 'refuses' && word === 'dns_refused');
}

/**
 * The deadline came before an answer of the machine's own name servers. Who has not said a word about the root either, is
 * silent himself: then this settles the exchange.
 */
export function doubtNameServers(exchange: Exchange, startMs: number, health: ResolverHealth): void {
  const verdict = health.since(startMs);
  if (verdict === 'dead' || verdict === 'pending') abandonAsUnwell(exchange, 'no answer in time');
}

function abandonAsUnwell(exchange: Exchange, seen: string): void {
  exchange.abandon(
    'resolver_unavailable',
    `${seen}, and the machine's own name servers do not answer for the root either`,
  );
}
