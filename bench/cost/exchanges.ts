/**
 * One probe of each kind, by those who do it in a process of the benchmark. Each exchange is on a connection of its own and
 * is the same on the wire as Kepil's, as near as its library can. Each rejects when the target did not serve.
 */
import { connect } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { Client, Pool } from 'undici';
import { createProber } from '../../src/probes/probe.ts';
import { DEFAULT_STATUS, type ProbeRequest, type Target } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { addressOf, type Kind } from './kinds.ts';
import type { LoadOrder } from './load.ts';
import { exchangeThin } from './thin-exchange.ts';

/** Runs the probe of the n-th target. */
export type Exchanges = (ordinal: number) => Promise<void>;

const TIMEOUT_MS = 10_000;
/** More connections than probes at a time, so that none waits for another. */
const DRIVER_CONNECTIONS = 128;

/** Bare sockets: what the exchange costs without parsing, deadline or bounds. */
export function socketExchanges({ kind, ports, ca }: LoadOrder, targets: number): Exchanges {
  const secureContext = createSecureContext({ ca });
  const isWeb = kind === 'http' || kind === 'https';
  const requests = Array.from(
    { length: targets },
    (_, n) => `GET /${n} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nuser-agent: bench\r\naccept: */*\r\n\r\n`,
  );
  const commands = kind === 'smtp' ? ['EHLO [127.0.0.1]\r\n', 'QUIT\r\n'] : ['k1 CAPABILITY\r\n', 'k4 LOGOUT\r\n'];
  return (ordinal) =>
    new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: ports[ordinal % ports.length] ?? 0 };
      const socket = kind === 'https' ? connectTls({ ...to, secureContext, ALPNProtocols: ['http/1.1'] }) : connect(to);
      let text = '';
      let step = 0;
      socket.on('error', reject);
      if (isWeb) {
        socket.once(kind === 'https' ? 'secureConnect' : 'connect', () => socket.write(requests[ordinal] ?? ''));
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1');
          if (!text.endsWith('xx')) return;
          socket.destroy();
          if (text.startsWith('HTTP/1.1 200')) resolve();
          else reject(new Error(text));
        });
        return;
      }
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.endsWith('\n')) return;
        text = '';
        const command = commands[step];
        step += 1;
        if (command !== undefined) {
          socket.write(command);
          return;
        }
        socket.destroy();
        resolve();
      });
    });
}

/** An exchange of our own over a plain socket, with deadline and bounds: what could be had without undici. */
export function thinExchanges({ ports }: LoadOrder, targets: number): Exchanges {
  const paths = Array.from({ length: targets }, (_, n) => `/${n}`);
  return (ordinal) =>
    new Promise((resolve, reject) => {
      const to = { port: ports[ordinal % ports.length] ?? 0, path: paths[ordinal] ?? '', timeoutMs: TIMEOUT_MS };
      exchangeThin(to, (ok) => (ok ? resolve() : reject(new Error('no good reply'))));
    });
}

/** Bare undici: a `Client` a probe, with the library's own connection. */
export function undiciExchanges({ kind, ports, ca }: LoadOrder, targets: number): Exchanges {
  const secureContext = createSecureContext({ ca });
  const origins = ports.map((port) => `${kind}://127.0.0.1:${port}`);
  const paths = Array.from({ length: targets }, (_, n) => `/${n}`);
  const options = kind === 'https' ? { allowH2: false, connect: { secureContext, maxCachedSessions: 0 } } : {};
  return async (ordinal) => {
    const client = new Client(origins[ordinal % origins.length] ?? '', options);
    await new Promise<void>((resolve, reject) => {
      client.dispatch(
        { path: paths[ordinal] ?? '', method: 'GET', reset: true },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status) => status === 200 || reject(new Error(`status ${status}`)),
          onResponseData: () => {},
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    await client.destroy();
  };
}

/** Kepil's prober: deadline, bounds, guard, evidence and words, without the daemon. */
export function proberExchanges({ kind, ports, ca }: LoadOrder, targets: number): Exchanges {
  // As in a prober thread.
  Error.stackTraceLimit = 1;
  const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });
  const requests = Array.from(
    { length: targets },
    (_, ordinal): ProbeRequest => ({ target: targetOf(kind, ports, ordinal), timeoutMs: TIMEOUT_MS, trust: [ca] }),
  );
  return async (ordinal) => {
    const request = requests[ordinal];
    if (request === undefined) throw new RangeError(`target ${ordinal}`);
    const result = await prober.run(request);
    if (result.outcome !== 'ok') throw new Error(JSON.stringify(result));
  };
}

function targetOf(kind: Kind, ports: readonly number[], ordinal: number): Target {
  if (kind === 'http' || kind === 'https') {
    return { kind: 'http', url: addressOf(kind, ports, ordinal), status: DEFAULT_STATUS };
  }
  return { kind, host: '127.0.0.1', port: ports[ordinal % ports.length] ?? 0, security: 'plain' };
}

/** Requests to the exporter over connections that stay: its own CPU is measured, not this process's. */
export function exporterExchanges({ kind, ports, exporterPort }: LoadOrder, targets: number): Exchanges {
  const pool = new Pool(`http://127.0.0.1:${exporterPort}`, { connections: DRIVER_CONNECTIONS });
  const paths = Array.from(
    { length: targets },
    (_, ordinal) => `/probe?module=${kind}&target=${encodeURIComponent(addressOf(kind, ports, ordinal))}`,
  );
  return async (ordinal) => {
    const { body } = await pool.request({ path: paths[ordinal] ?? '', method: 'GET' });
    const text = await body.text();
    if (!text.includes('\nprobe_success 1')) throw new Error(text);
  };
}
