/** Reads services files in threads, which end with it: their memory goes back to the system, and the event loop is free meanwhile. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PackedServices } from './packed-services.ts';
import type { Surroundings } from './read-services.ts';

/** A file as it is handed to a thread. */
export interface ToRead {
  readonly name: string;
  /** UTF-8. */
  readonly text: Uint8Array;
}

/**
 * The generation in which a thread's objects begin, in MiB: what is read of a file is either dropped with the next or passed on,
 * and is not to be copied about before.
 */
const YOUNG_MIB = 96;

/**
 * What is read of each file, in their order.
 * @throws what ended a thread before its time.
 */
export async function readInThreads(
  files: readonly ToRead[],
  surroundings: Surroundings,
  threads: number,
): Promise<readonly PackedServices[]> {
  const readings: PackedServices[] = [];
  const left = files.entries();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./services-worker.ts', import.meta.url), {
      workerData: surroundings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    const died = once(worker, 'exit').then(([code]) => {
      throw new Error(`a thread that reads services files ended with ${code}`);
    });
    // Awaited only while a file is read; a thread that is ended below ends too.
    died.catch(() => {});
    try {
      for (const [index, file] of left) {
        worker.postMessage(file);
        const [reading] = (await Promise.race([once(worker, 'message'), died])) as [PackedServices];
        readings[index] = reading;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, files.length) }, work));
  return readings;
}
