/** The main of a thread that reads services files: one after the other, as they are handed to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { packServices } from './packed-services.ts';
import { readServices, type Surroundings } from './read-services.ts';
import type { ToRead } from './services-threads.ts';

const port = parentPort;
if (!port) throw new Error('services-worker runs as a worker thread only');

const surroundings = workerData as Surroundings;
port.on('message', ({ name, text }: ToRead) => {
  port.postMessage(packServices(readServices(name, Buffer.from(text).toString(), surroundings)));
});
