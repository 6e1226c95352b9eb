/** From a target's host to the one address that is dialled. */
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { Host } from './host.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import type { ResolverHealth } from './resolver-health.ts';
import { codeOf, isLocalShortage } from './socket-fault.ts';
import type { Guard } from './target-guard.ts';

/**
 * Finds the address to dial and calls back with it, at once for an IP literal; otherwise settles the exchange. Of several
 * addresses the first that the guard lets pass is taken.
 */
export function locate(
  exchange: Exchange,
  host: Host,
  by: Pick<ProbeContext, 'guard' | 'names'>,
  found: (address: string) => void,
): void {
  if (host.literal) {
    admit(exchange, [host.name], by.guard, found);
    return;
  }
  const { lookup, health } = by.names;
  exchange.enter('resolveMs');
  const startMs = exchange.clock.monotonicMs();
  exchange.atDeadline = () => doubtNameServers(exchange, startMs, health);
  lookup(host.name)
    .then(
      (addresses) => {
        if (exchange.done) return;
        exchange.atDeadline = null;
        admit(exchange, addresses, by.guard, found);
      },
      (error: unknown) => failLookup(exchange, host.name, error, startMs, health),
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
