/**
 * Runs probes: the one way in to this room. A run resolves to a result and does not reject because the world is broken;
 * it ends within its deadline whatever the target does.
 */
import type { Clock } from '../runtime/clock.ts';
import { runOverBoth } from './both-families.ts';
import { probeDelivery } from './delivery-probe.ts';
import { probeDns } from './dns-probe.ts';
import { Exchange } from './exchange.ts';
import { probeHttp } from './http-probe.ts';
import { probeIcmp } from './icmp-probe.ts';
import { probeImap } from './imap-probe.ts';
import { createNameServers, type NameServers } from './name-servers.ts';
import type { ProbeResult } from './outcome.ts';
import { probePop3 } from './pop3-probe.ts';
import type { ProbeContext } from './probe-context.ts';
import { probeSmtp } from './smtp-probe.ts';
import type { ProbeRequest } from './target.ts';
import type { Guard } from './target-guard.ts';
import { probeTcp } from './tcp-probe.ts';
import { probeTls } from './tls-probe.ts';
import { createTrust, type Trust } from './trust.ts';
import type { Watch } from './watch.ts';

export interface ProberSettings {
  readonly clock: Clock;
  readonly guard: Guard;
  /** Default: the hosts file, then the machine's name servers. Closed by whoever made them. */
  readonly names?: NameServers;
  /** Default: its own. */
  readonly trust?: Trust;
}

export interface Prober {
  /** Runs one probe on a fresh connection. An aborted signal ends it as `void` `monitor_stopping`. Never rejects. */
  run(request: ProbeRequest, signal?: AbortSignal, watch?: Watch): Promise<ProbeResult>;
  /** Ends every probe that is running as `void` `monitor_stopping`; later ones end so at once. */
  close(): Promise<void>;
}

const STOPPING = 'the monitor is stopping';

/** A prober shares name servers and secure contexts between its probes, and nothing else. */
export function createProber(settings: ProberSettings): Prober {
  const { clock, guard } = settings;
  const names = settings.names ?? createNameServers({ clock });
  const context: ProbeContext = { guard, names, trust: settings.trust ?? createTrust() };
  const running = new Set<Exchange>();
  // One listener a signal: a listener a probe would make each registration walk those of all others.
  const bySignal = new WeakMap<AbortSignal, Set<Exchange>>();
  let closed = false;

  const groupOf = (signal: AbortSignal): Set<Exchange> => {
    const known = bySignal.get(signal);
    if (known !== undefined) return known;
    const group = new Set<Exchange>();
    bySignal.set(signal, group);
    signal.addEventListener('abort', () => stopAll(group), { once: true });
    return group;
  };

  const run = (request: ProbeRequest, signal?: AbortSignal, watch?: Watch): Promise<ProbeResult> =>
    new Promise((resolve) => {
      const group = signal === undefined ? undefined : groupOf(signal);
      const settled = (result: ProbeResult): void => {
        running.delete(exchange);
        group?.delete(exchange);
        resolve(result);
      };
      const exchange = new Exchange(clock, request, settled, watch);
      if (closed || signal?.aborted) {
        exchange.abandon('monitor_stopping', STOPPING);
        return;
      }
      running.add(exchange);
      group?.add(exchange);
      try {
        start(exchange, context);
      } catch (thrown) {
        exchange.failWith(thrown);
      }
    });

  return {
    run: (request, signal, watch) =>
      request.ip === 'both' ? runOverBoth(request, (one) => run(one, signal, watch)) : run(request, signal, watch),
    async close() {
      closed = true;
      stopAll(running);
      if (settings.names === undefined) names.close();
    },
  };
}

function start(exchange: Exchange, context: ProbeContext): void {
  const { target } = exchange.request;
  switch (target.kind) {
    case 'http':
      probeHttp(exchange, target, context);
      break;
    case 'smtp':
      probeSmtp(exchange, target, context);
      break;
    case 'imap':
      probeImap(exchange, target, context);
      break;
    case 'pop3':
      probePop3(exchange, target, context);
      break;
    case 'delivery':
      probeDelivery(exchange, target, context);
      break;
    case 'tls':
      probeTls(exchange, target, context);
      break;
    case 'tcp':
      probeTcp(exchange, target, context);
      break;
    case 'dns':
      probeDns(exchange, target, context);
      break;
    case 'icmp':
      probeIcmp(exchange, target, context);
      break;
  }
}

function stopAll(exchanges: Iterable<Exchange>): void {
  for (const exchange of [...exchanges]) exchange.abandon('monitor_stopping', STOPPING);
}
