/** The exporter thread's own main: answers orders from the port, each when it is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../runtime/clock.ts';
import { createExporter } from './exporter.ts';
import type { ProbeOrder } from './order.ts';

const port = parentPort;
if (!port) throw new Error('exporter-worker runs as a worker thread only');

const { allow, trust } = workerData as { readonly allow: readonly string[]; readonly trust: readonly string[] };
const exporter = createExporter({ clock: systemClock, allow, trust });

port.on('message', async (message: { readonly id: number; readonly order: ProbeOrder } | 'stop') => {
  if (message === 'stop') {
    await exporter.close();
    port.close();
    return;
  }
  const { id, order } = message;
  try {
    port.postMessage({ id, answer: await exporter.answer(order) });
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
