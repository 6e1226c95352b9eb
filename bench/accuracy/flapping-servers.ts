/**
 * Web servers that fail by a random script, in a process of their own: a listener of each target on loopback. Reports each
 * outage, with the instants between which it began and ended, to the process that forked it.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { MODES, type Mode } from './scripted-target.ts';

export interface FlapOrder {
  readonly targets: number;
  readonly seed: number;
  readonly intervalMs: number;
  /** No outage begins so long or longer after the start. */
  readonly forMs: number;
  readonly lengthMs: { readonly from: number; readonly to: number };
}

export type FlapReport =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | {
      readonly kind: 'outage';
      readonly target: number;
      readonly start: number;
      readonly end: number;
      readonly mode: Mode;
    }
  | { readonly kind: 'done' };

class FlappingServer {
  readonly #server: Server;
  readonly #held = new Set<ServerResponse>();
  #mode: Mode | undefined;
  #port = 0;

  constructor() {
    this.#server = createServer((_request, response) => {
      response.setHeader('connection', 'close');
      if (this.#mode === 'hangs') {
        this.#held.add(response);
        response.on('close', () => this.#held.delete(response));
      } else {
        response.writeHead(this.#mode === 'errs' ? 503 : 200).end('here');
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', 1_024, resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Resolves with when it was so. */
  async fail(mode: Mode): Promise<number> {
    this.#mode = mode;
    if (mode === 'refuses') {
      this.#server.close();
      this.#server.closeAllConnections();
    }
    return Date.now();
  }

  async recover(): Promise<number> {
    if (this.#mode === 'refuses') await this.listen();
    this.#mode = undefined;
    for (const response of this.#held) response.writeHead(200).end('here');
    return Date.now();
  }
}

const report = (message: FlapReport): void => void process.send?.(message);

process.once('message', async (order: FlapOrder) => {
  const servers = Array.from({ length: order.targets }, () => new FlappingServer());
  report({ kind: 'listening', ports: await Promise.all(servers.map((server) => server.listen())) });
  const endsAt = Date.now() + order.forMs;
  const random = new SeededRandom(order.seed);
  await Promise.all(
    servers.map(async (server, target) => {
      const own = random.fork();
      await wait(1.5 * order.intervalMs);
      for (;;) {
        await wait(own.whole(0, 2 * order.intervalMs));
        const mode = own.pick(MODES);
        const lengthMs = own.magnitude(order.lengthMs.from, order.lengthMs.to);
        if (Date.now() + lengthMs > endsAt) return;
        const start = await server.fail(mode);
        await wait(lengthMs);
        report({ kind: 'outage', target, start, end: await server.recover(), mode });
        await wait(2 * order.intervalMs);
      }
    }),
  );
  await wait(2 * order.intervalMs);
  report({ kind: 'done' });
});
process.on('disconnect', () => process.exit());
