/**
 * A process that has just started reads and compiles code on its first probe: tens of milliseconds that would be told as
 * the target's. So one probe goes to a server of our own first.
 */
import { createServer } from 'node:net';
import { createProber } from '../probes/probe.ts';
import { DEFAULT_STATUS } from '../probes/target.ts';
import { createGuard } from '../probes/target-guard.ts';
import type { Clock } from '../runtime/clock.ts';

const HOST = '127.0.0.1';
const TIMES = 3;
const WITHIN_MS = 500;
const REPLY = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

/** Probes a server in this process over loopback. Where that cannot be, it is left out. */
export async function warmUp(clock: Clock): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(REPLY));
  });
  const prober = createProber({ clock, guard: createGuard({ allow: [HOST] }) });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, HOST, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') return;
    const target = { kind: 'http', url: `http://${HOST}:${address.port}/`, status: DEFAULT_STATUS } as const;
    for (let times = 0; times < TIMES; times += 1) await prober.run({ target, timeoutMs: WITHIN_MS });
  } catch {
    // The probe that was asked for goes out all the same.
  } finally {
    await prober.close();
    server.close();
  }
}
