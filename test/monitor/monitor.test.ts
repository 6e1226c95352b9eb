import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { phaseOf } from '../../src/monitor/schedule.ts';
import type { Batch, CanarySettings, FoundEdge, WatchedCheck } from '../../src/monitor/watched-check.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { watched } from './scripted-probes.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A web server whose status the test chooses. */
async function site(): Promise<{ readonly port: number; status: number }> {
  const state = { port: 0, status: 200 };
  const server: Server = createServer((_request, response) => {
    response.writeHead(state.status).end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.port = (server.address() as AddressInfo).port;
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return state;
}

function checkOf(id: string, port: number, settings: Partial<WatchedCheck> = {}): WatchedCheck {
  return watched(id, {
    intervalMs: SECOND,
    policy: { maxGapMs: 30 * SECOND, failures: 2, successes: 2 },
    request: {
      target: { kind: 'http', url: `http://127.0.0.1:${port}/`, status: [{ from: 200, to: 399 }] },
      timeoutMs: SECOND,
    },
    allow: ['127.0.0.0/8'],
    ...settings,
  });
}

function watch(threads: number, checks: readonly WatchedCheck[], canaries?: CanarySettings) {
  const sights: boolean[] = [];
  const batches: Batch[] = [];
  const lost: string[] = [];
  const wakers = new Set<() => void>();
  const monitor = new Monitor({
    clock: systemClock,
    threads,
    checks,
    canaries,
    onSight: (isBlind) => sights.push(isBlind),
    onBatch: (batch) => {
      batches.push(batch);
      for (const wake of wakers) wake();
    },
    onWorkerLost: (reason) => lost.push(String(reason)),
  });
  cleanups.push(() => monitor.stop());
  const edges = (): readonly FoundEdge[] => batches.flatMap((batch) => batch.edges);
  /** Resolves with the first answer that is not undefined, asked again at every batch. */
  const until = <T>(ask: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const answer = ask();
        if (answer === undefined) return;
        wakers.delete(look);
        resolve(answer);
      };
      wakers.add(look);
      look();
    });
  return { monitor, batches, lost, edges, until, sights };
}

async function took(work: () => Promise<unknown>): Promise<Millis> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

describe('Monitor', () => {
  it('takes a failure for an outage only while its canaries answer', async () => {
    const [web, canary] = [await site(), await site()];
    const { request, allow } = checkOf('canary', canary.port);
    const canaries = { canaries: [{ request, allow }], need: 1, intervalMs: 60 * SECOND };
    const { monitor, batches, edges, sights, until } = watch(
      2,
      [checkOf('a', web.port), checkOf('b', web.port)],
      canaries,
    );
    monitor.start();
    await until(() => (edges().length === 2 ? true : undefined));
    Object.assign(web, { status: 503 });
    Object.assign(canary, { status: 503 });
    const words = () =>
      new Set(batches.flatMap(({ samples }) => samples.map(({ check, error }) => `${check} ${error}`)));
    await until(() => (words().has('a monitor_blind') && words().has('b monitor_blind') ? true : undefined));
    expect(edges()).toHaveLength(2);
    Object.assign(canary, { status: 200 });
    await until(() => (edges().filter(({ to }) => to === 'down').length === 2 ? true : undefined));
    expect(sights).toEqual([true, false]);
  });

  it('finds an outage and its end in a worker thread, with evidence', async () => {
    const web = await site();
    const { monitor, edges, until } = watch(1, [checkOf('c', web.port)]);
    monitor.start();
    await until(() => edges().find((edge) => edge.to === 'up'));
    web.status = 503;
    const down = await until(() => edges().find((edge) => edge.to === 'down'));
    web.status = 200;
    const up = await until(() => edges().find((edge) => edge.to === 'up' && edge.earliest > down.latest));
    expect(down.earliest).toBeLessThan(down.latest);
    expect(down.evidence).toMatchObject({ error: 'http_status', status: 503, address: '127.0.0.1' });
    expect(up.earliest).toBeLessThan(up.latest);
  });

  it('covers nothing until every thread has spoken, and then what all of them cover', async () => {
    const web = await site();
    const slow = checkOf('slow', web.port, { intervalMs: SECOND, phaseMs: 900 });
    const { monitor, batches, until } = watch(2, [checkOf('fast', web.port, { phaseMs: 100 }), slow]);
    monitor.start();
    await until(() => batches.find((batch) => (batch.coverage[0]?.through ?? null) !== null));
    await until(() => (batches.flatMap((batch) => batch.samples).length >= 6 ? true : undefined));
    const newest = new Map<string, number>();
    for (const batch of batches) {
      for (const sample of batch.samples) newest.set(sample.check, sample.sentAt);
      const through = batch.coverage[0]?.through;
      if (newest.size === 2 && through) expect(through).toBeLessThanOrEqual(Math.min(...newest.values()));
    }
    expect(batches[0]?.coverage).toEqual([]);
  });

  it('replaces a thread that dies after a second, and goes on from what that had found', async () => {
    const web = await site();
    // What no configuration lets through, and what a defect would do: the thread throws when `bad` is first probed.
    const bad = checkOf('bad', web.port, {
      intervalMs: 20 * SECOND,
      phaseMs: (Date.now() + 3 * SECOND) % (20 * SECOND),
      allow: ['no range'],
    });
    const good = checkOf('good', web.port, { recorded: { state: 'unknown', through: 0 } });
    const { monitor, edges, lost, until, batches } = watch(1, [good, bad]);
    monitor.start();
    await until(() => edges().find((edge) => edge.to === 'up'));
    while (lost.length === 0) await systemClock.sleep(10);
    const diedAt = Date.now();
    const coveredThen = Math.max(...batches.map((batch) => batch.coverage[0]?.through ?? 0));
    web.status = 500;
    const down = await until(() => edges().find((edge) => edge.to === 'down'));
    expect(down.latest).toBeGreaterThanOrEqual(diedAt + SECOND - 50);
    expect(down.earliest).toBe(coveredThen);
    expect(edges().map((edge) => edge.to)).toEqual(['up', 'down']);
    expect(lost).toEqual([expect.stringContaining('no range')]);
    expect(batches.at(-1)?.inFlight).toBeLessThanOrEqual(1);
  });

  it('stops within its deadline, probes in flight or not, and hands over what was found', async () => {
    const hanging = createServer(() => {});
    hanging.listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    cleanups.push(async () => {
      hanging.closeAllConnections();
      await new Promise((resolve) => hanging.close(resolve));
    });
    const { port } = hanging.address() as AddressInfo;
    const checks = Array.from({ length: 20 }, (_, n) =>
      checkOf(`c${n}`, port, {
        phaseMs: phaseOf(n, SECOND),
        request: { target: { kind: 'http', url: `http://127.0.0.1:${port}/`, status: [] }, timeoutMs: 60 * SECOND },
      }),
    );
    const { monitor, batches, until } = watch(2, checks);
    monitor.start();
    await until(() => batches.find((batch) => batch.inFlight >= 5));
    expect(await took(() => monitor.stop())).toBeLessThan(1_800);
    expect(batches.at(-1)?.inFlight).toBe(0);
    const handedOver = batches.length;
    await systemClock.sleep(1_200);
    expect(batches).toHaveLength(handedOver);
  });

  it('stops while a thread that died waits to be replaced', async () => {
    const web = await site();
    const { monitor, lost } = watch(1, [checkOf('c', web.port, { allow: ['no range'] })]);
    monitor.start();
    while (lost.length === 0) await systemClock.sleep(20);
    await systemClock.sleep(100);
    const ms = await Promise.race([took(() => monitor.stop()), systemClock.sleep(4_000).then(() => 4_000)]);
    expect(ms).toBeLessThan(1_800);
    await systemClock.sleep(1_200);
    expect(lost).toHaveLength(1);
  });

  it('stops when it was never started, and again', async () => {
    const { monitor } = watch(1, []);
    await monitor.stop();
    await monitor.stop();
  });
});
