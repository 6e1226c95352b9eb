/**
 * A process that runs one sort of probe at a pace, or as many as can be, while it is told to: bare sockets, bare undici,
 * Kepil's prober without the daemon around it, or requests to a multi-target exporter. Its parent reads its CPU time.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Exchanges,
  exporterExchanges,
  proberExchanges,
  socketExchanges,
  thinExchanges,
  undiciExchanges,
} from './exchanges.ts';
import { CONCURRENCY, type Kind, type Pace } from './kinds.ts';

export type LoadSort = 'socket' | 'thin' | 'undici' | 'prober' | 'driver';

/** What the parent tells first. */
export interface LoadOrder {
  readonly sort: LoadSort;
  readonly kind: Kind;
  readonly pace: Pace;
  readonly ports: readonly number[];
  readonly ca: string;
  /** Where the exporter listens; with `driver` only. */
  readonly exporterPort?: number;
}

/** Targets that take turns, for those that hold none of their own. */
const TARGETS = 1_000;

function exchangesOf(order: LoadOrder): Exchanges {
  switch (order.sort) {
    case 'socket':
      return socketExchanges(order, TARGETS);
    case 'thin':
      return thinExchanges(order, TARGETS);
    case 'undici':
      return undiciExchanges(order, TARGETS);
    case 'prober':
      return proberExchanges(order, TARGETS);
    case 'driver':
      return exporterExchanges(order, TARGETS);
  }
}

const order = await new Promise<LoadOrder>((resolve) => process.once('message', resolve));
const once = exchangesOf(order);
let isRunning = false;
let ordinal = 0;
let failures = 0;

function send(): Promise<void> {
  ordinal += 1;
  return once(ordinal % TARGETS).catch(noteFailure);
}

async function saturate(): Promise<void> {
  while (isRunning) await send();
}

async function keepPace(perSecond: number): Promise<void> {
  const startMs = performance.now();
  for (let sent = 0; isRunning; ) {
    const due = Math.floor(((performance.now() - startMs) / 1_000) * perSecond);
    for (; sent < due; sent += 1) void send();
    await wait(1_000 / perSecond);
  }
}

/** On a machine that is short of time some fail; said once, they are no reason to end. */
function noteFailure(error: unknown): void {
  failures += 1;
  if (failures === 1) console.error(`${order.sort} ${order.kind}: an exchange failed: ${String(error).slice(0, 300)}`);
}

function run(): Promise<unknown> {
  if (order.pace !== null) return keepPace(order.pace);
  return Promise.all(Array.from({ length: CONCURRENCY }, saturate));
}

process.on('message', (told) => {
  isRunning = told === 'run';
  if (isRunning) void run();
});
process.on('disconnect', () => {
  if (failures > 1) console.error(`${order.sort} ${order.kind}: ${failures} exchanges failed`);
  process.exit();
});
process.send?.('ready');
