/** A prober for loopback servers, and the proof that its probes leave nothing behind. */
import { expect } from 'vitest';
import type { Lookup, NameServers } from '../../src/probes/name-servers.ts';
import { createProber, type Prober } from '../../src/probes/probe.ts';
import { DEFAULT_STATUS, type HttpTarget, type MailSecurity } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import type { HostileServer } from '../support/hostile-server.ts';

export interface Probing extends Prober {
  /** Timers that were started and have neither run nor been cancelled. */
  readonly timers: number;
}

/** Name servers of which nothing is known but their lookup, and that are never doubted. */
function trustBlindly(lookup: Lookup): NameServers {
  return { lookup, health: { ask: async () => 'works', since: () => 'works' }, servers: () => [], close: () => {} };
}

interface ProbingSettings {
  readonly lookup?: Lookup;
  readonly names?: NameServers;
  readonly allow?: readonly string[];
}

/** A prober that may dial loopback, on a clock that counts its timers. */
export function startProbing(settings: ProbingSettings = {}): Probing {
  let timers = 0;
  const clock: Clock = {
    ...systemClock,
    after(ms, callback) {
      timers += 1;
      let open = true;
      const over = () => {
        if (open) timers -= 1;
        open = false;
      };
      const cancel = systemClock.after(ms, () => {
        over();
        callback();
      });
      return () => {
        over();
        cancel();
      };
    },
  };
  const guard = createGuard({ allow: settings.allow ?? ['127.0.0.0/8', '::1/128'] });
  const names = settings.lookup === undefined ? settings.names : trustBlindly(settings.lookup);
  const prober = createProber({ clock, guard, ...(names === undefined ? {} : { names }) });
  return {
    ...prober,
    get timers() {
      return timers;
    },
  };
}

/**
 * Proves that the probes left nothing behind: no server has a connection that its client did not close, and once the
 * servers are closed no TCP connection of this process and no timer of the prober is left. Waits two seconds at most.
 */
export async function expectNothingLeft(probing: Probing, servers: Iterable<HostileServer>): Promise<void> {
  const kept = [...servers];
  const notClosed = () => kept.reduce((total, server) => total + server.open, 0);
  const connections = () => process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|TLS)/.test(name)).length;
  await waitFor(() => notClosed() === 0);
  expect(notClosed()).toBe(0);
  for (const server of kept) await server.close();
  await waitFor(() => probing.timers === 0 && connections() === 0);
  expect({ timers: probing.timers, connections: connections() }).toEqual({ timers: 0, connections: 0 });
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let waits = 0; waits < 200 && !condition(); waits += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function httpTarget(
  port: number,
  more: Partial<HttpTarget> & { scheme?: string; path?: string } = {},
): HttpTarget {
  const { scheme = 'http', path = '/', ...rest } = more;
  return { kind: 'http', url: `${scheme}://127.0.0.1:${port}${path}`, status: DEFAULT_STATUS, ...rest };
}

export function mailTarget<K extends 'smtp' | 'imap' | 'pop3'>(
  kind: K,
  port: number,
  security: MailSecurity = 'plain',
) {
  return { kind, host: '127.0.0.1', port, security };
}
