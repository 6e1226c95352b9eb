/** One batch to InfluxDB 1.x through the `influx` package, and what its answer means for the batch. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InfluxDB, type IPoint } from 'influx';
import { SCHEMA } from './point.ts';

export interface InfluxConnection {
  /** `http://` or `https://`, host, port and, behind a proxy, a path. */
  readonly url: string;
  readonly database: string;
  readonly username?: string;
  readonly password?: string;
}

/**
 * `written`; `rejected`: the server answered that it will never take `points` of them, the rest is written; `away`: try the
 * whole batch again later, which is harmless since a point overwrites itself.
 */
type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'rejected'; readonly points: number; readonly reason: string }
  | { readonly kind: 'away'; readonly reason: string };

export interface InfluxClient {
  /** Never rejects. */
  write(batch: readonly IPoint[]): Promise<WriteResult>;
  /** Cuts its connections; a write under way ends as `away`. */
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;
const REASON_LENGTH = 300;

/** The client's own pool would set a host aside after a failure, with timers that hold the process; we wait ourselves. */
const noBackoff = {
  getDelay: () => 0,
  next: () => noBackoff,
  reset: () => noBackoff,
};

/** Makes a client; it connects when it writes. Throws TypeError when the URL is none. */
export function createInfluxClient(connection: InfluxConnection): InfluxClient {
  const url = new URL(connection.url);
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const influx = new InfluxDB({
    hosts: [
      {
        protocol: secure ? 'https' : 'http',
        host: url.hostname,
        port: Number(url.port || (secure ? 443 : 80)),
        path: url.pathname.replace(/\/$/, ''),
        options: { agent },
      },
    ],
    database: connection.database,
    ...(connection.username === undefined
      ? {}
      : { username: connection.username, password: connection.password ?? '' }),
    // The client writes the database into the objects that it is given.
    schema: SCHEMA.map((one) => ({ ...one, database: connection.database })),
    pool: { maxRetries: 0, requestTimeout: REQUEST_TIMEOUT_MS, backoff: noBackoff },
  });

  async function write(batch: readonly IPoint[], mayCreate = true): Promise<WriteResult> {
    let sent: Promise<void>;
    try {
      sent = influx.writePoints([...batch], { precision: 'ms' });
    } catch (error) {
      // Encoding comes first and throws at once: no later try would end otherwise.
      return { kind: 'rejected', points: batch.length, reason: messageOf(error) };
    }
    try {
      await sent;
      return { kind: 'written' };
    } catch (error) {
      const message = messageOf(error);
      const reason = message.slice(0, REASON_LENGTH);
      const status = statusOf(error);
      if (status === 404 && mayCreate) {
        // InfluxDB answers so when the database is not there: never made, or dropped while we ran.
        const problem = await createDatabase();
        return problem === undefined ? write(batch, false) : { kind: 'away', reason: problem };
      }
      if (status === undefined || !isFinal(status)) return { kind: 'away', reason };
      return { kind: 'rejected', points: rejectedPoints(message, batch.length), reason };
    }
  }

  async function createDatabase(): Promise<string | undefined> {
    try {
      await influx.createDatabase(connection.database);
      return undefined;
    } catch (error) {
      return messageOf(error).slice(0, REASON_LENGTH);
    }
  }

  return { write: (batch) => write(batch), close: () => agent.destroy() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** 401 and 403 are mended by an operator, 404 by making the database, 408 and 429 by time; another 4xx is final. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
}

/** The client's error for an answer that is not 2xx holds the answer; any other error is of the network. */
function statusOf(error: unknown): number | undefined {
  const answer = error instanceof Error && 'res' in error ? error.res : undefined;
  return typeof answer === 'object' && answer !== null && 'statusCode' in answer
    ? Number(answer.statusCode)
    : undefined;
}

/** `partial write: … dropped=2` or a line for each point that could not be parsed: the server wrote the others. */
function rejectedPoints(message: string, all: number): number {
  if (!message.includes('partial write')) return all;
  const dropped = Number(/dropped=(\d+)/.exec(message)?.[1] ?? 0);
  const unparsed = message.split('unable to parse').length - 1;
  return Math.min(dropped + unparsed, all);
}
