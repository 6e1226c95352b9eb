import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import type { Batch, CanarySettings, FoundEdge, WatchedCheck } from '../../src/monitor/watched-check.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
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

function watch(
  threads: number,
  checks: readonly WatchedCheck[],
  clock: Clock = systemClock,
  canaries?: CanarySettings,
) {
  const sights: boolean[] = [];
  const batches: Batch[] = [];
  const lost: string[] = [];
  const restarts: Millis[] = [];
  const troubles: string[] = [];
  const wakers = new Set<() => void>();
  const monitor = new Monitor({
    clock,
    threads,
    checks,
    limits: { perServer: 8, inFlight: 1_000, extra: 1 },
    jitter: { part: 0, seed: 0 },
    onTrouble: (reason) => troubles.push(reason === undefined ? 'over' : String(reason)),
    canaries,
    onSight: (isBlind) => sights.push(isBlind),
    onBatch: (batch) => {
      batches.push(batch);
      for (const wake of wakers) wake();
    },
    onWorkerLost: (reason, restartMs) => {
      lost.push(String(reason));
      restarts.push(restartMs);
      for (const wake of wakers) wake();
    },
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
  return { monitor, batches, lost, restarts, troubles, edges, until, sights };
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
      systemClock,
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
      for (const sample of batch.samples) newest.set(sample.check, sample.sentAt + Math.ceil(sample.durationMs));
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
        phaseMs: n * 50,
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

  it('makes the checks of a thread that keeps dying unknown, covers the others, and says so until it lives', async () => {
    const web = await site();
    const clock = new ManualClock();
    // Each thread of its own group; the one of `bad` throws at each probe of it, a moment after it knows of `beside`.
    const good = checkOf('good', web.port, { group: 'a' });
    const beside = checkOf('beside', web.port, { group: 'b', recorded: { state: 'up', through: Date.now() } });
    const bad = checkOf('bad', web.port, { group: 'b', phaseMs: 500, allow: ['no range'] });
    const { monitor, lost, restarts, troubles, edges, until, batches } = watch(2, [good, beside, bad], clock);
    monitor.start();
    for (let deaths = 1; deaths <= 3; deaths += 1) {
      await until(() => (lost.length === deaths ? true : undefined));
      await clock.advance(restarts.at(-1)!);
    }
    expect(restarts).toEqual([SECOND, 2 * SECOND, 4 * SECOND]);
    expect(troubles).toEqual([expect.stringContaining('no range')]);
    expect(edges().findLast((edge) => edge.check === 'beside')?.to).toBe('unknown');
    const since = Date.now();
    await until(() => batches.find((batch) => (batch.coverage[0]?.through ?? 0) > since));

    monitor.change([good, beside]);
    const besideIs = () => edges().findLast((edge) => edge.check === 'beside')?.to;
    // It may die once more before it hears of the change.
    await until(() => (lost.length === 4 || besideIs() === 'up' ? true : undefined));
    await clock.advance(2 * MINUTE);
    await until(() => troubles.find((trouble) => trouble === 'over'));
    await until(() => (besideIs() === 'up' ? true : undefined));
    expect(troubles).toHaveLength(lost.length - 1);
  });

  it('goes over to other checks without a pause for those that stay', async () => {
    const web = await site();
    const before = [checkOf('stays', web.port), checkOf('goes', web.port, { phaseMs: 500 })];
    const { monitor, edges, until, batches } = watch(2, before);
    monitor.start();
    await until(() => (edges().length === 2 ? true : undefined));
    web.status = 503;
    await until(() => edges().find((edge) => edge.check === 'stays' && edge.to === 'down'));
    monitor.change([
      checkOf('stays', web.port, { policy: { maxGapMs: 30 * SECOND, failures: 2, successes: 1 } }),
      checkOf('comes', web.port),
    ]);
    await until(() => edges().find((edge) => edge.check === 'comes'));
    web.status = 200;
    await until(() =>
      edges().find((edge) => edge.check === 'stays' && edge.to === 'up' && edge.earliest < edge.latest),
    );
    const told = (id: string) => edges().flatMap((edge) => (edge.check === id ? edge.to : []));
    expect(told('stays')).toEqual(['up', 'down', 'up']);
    expect(told('goes').at(-1)).toBe('unknown');
    expect(told('comes')).toContain('down');
    const slots = batches.flatMap((batch) => batch.samples).filter((sample) => sample.check === 'stays');
    const gaps = slots.map(({ sentAt }, i) => sentAt - (slots[i - 1]?.sentAt ?? sentAt));
    expect(Math.max(...gaps)).toBeLessThan(1_300);
  });

  it('stops when it was never started, and again', async () => {
    const { monitor } = watch(1, []);
    await monitor.stop();
    await monitor.stop();
  });
});
