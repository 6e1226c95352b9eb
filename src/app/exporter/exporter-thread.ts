/**
 * The exporter in a thread of its own: what strangers' pages and expressions cost is paid there, not by the probes on
 * schedule and not by the daemon's main thread.
 *
 * 1. The thread starts with the first order; a daemon that nobody scrapes so has none.
 * 2. A thread that dies, or does not answer long after an order's time is over, is ended; its orders reject, and the next
 *    one starts another.
 */
import { Worker } from 'node:worker_threads';
import { type Millis, SECOND } from '../../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../../runtime/clock.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';

export interface ExporterThreadOptions {
  readonly clock: Clock;
  readonly allow: readonly string[];
  readonly trust: readonly string[];
}

export interface ExporterThread {
  /** Rejects when the thread is lost or stopped meanwhile. */
  answer(order: ProbeOrder): Promise<ProbeAnswer>;
  stop(): Promise<void>;
}

/** A probe ends within its own deadline: a thread that is so much later is stuck. */
const STUCK_AFTER: Millis = 10 * SECOND;
const STOP_WITHIN: Millis = SECOND;

interface Waiting {
  readonly resolve: (answer: ProbeAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly cancel: CancelTimer;
}

type Reply = { readonly id: number } & ({ readonly answer: ProbeAnswer } | { readonly error: string });

/** Starts nothing yet. */
export function createExporterThread({ clock, allow, trust }: ExporterThreadOptions): ExporterThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;
  let stopped = false;

  const take = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    found?.cancel();
    return found;
  };
  const loseAll = (why: Error): void => {
    for (const id of [...waiting.keys()]) take(id)?.reject(why);
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./exporter-worker.ts', import.meta.url), { workerData: { allow, trust } });
    let reason: Error | undefined;
    started.on('message', (reply: Reply) => {
      const found = take(reply.id);
      if ('answer' in reply) found?.resolve(reply.answer);
      else found?.reject(new Error(reply.error));
    });
    started.on('error', (error: Error) => {
      reason = error;
    });
    started.on('exit', () => {
      if (worker !== started) return;
      worker = undefined;
      loseAll(reason ?? new Error('the thread that probes for /probe ended'));
    });
    return started;
  };

  return {
    answer(order) {
      if (stopped) return Promise.reject(new Error('the daemon is stopping'));
      worker ??= start();
      const serving = worker;
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        const cancel = clock.after(order.timeoutMs + STUCK_AFTER, () => void serving.terminate());
        waiting.set(id, { resolve, reject, cancel });
        serving.postMessage({ id, order });
      });
    },
    async stop() {
      stopped = true;
      const ending = worker;
      if (ending === undefined) return;
      await new Promise<void>((resolve) => {
        const force = clock.after(STOP_WITHIN, () => void ending.terminate());
        ending.once('exit', () => {
          force();
          resolve();
        });
        ending.postMessage('stop');
      });
    },
  };
}
