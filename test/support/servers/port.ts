/**
 * Ports that stay ours while a server is down. A port of the system's ephemeral range would not do: between a stop and a
 * start an outgoing connection can take it as its source, and one that dials the stopped server can even be given the
 * very port it dials and so connect to itself, which would look like a server that answers.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ephemeral ranges of Linux (32768) and macOS (49152), above most well-known services. */
const LOWEST = 20_000;
const BEYOND_HIGHEST = 32_000;

/** A free port on IPv4 loopback, drawn at random so that test files running side by side seldom draw the same. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(LOWEST, BEYOND_HIGHEST);
    if (await bindable(port)) return port;
  }
  throw new Error(`no free port of 50 drawn between ${LOWEST} and ${BEYOND_HIGHEST}`);
}

function bindable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
