/**
 * The daemon's HTTP side: health, metrics, probes for scrapes, and read-only views of what the journal says. It changes nothing: what
 * changes things goes through the command line, which the machine's own permissions guard.
 */
import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import type { StatementSet } from '../domain/contract/statement-result.ts';
import { parseMonth } from '../domain/time/contract-calendar.ts';
import { statementSetToJson } from '../report/statement-json.ts';
import type { StatusView } from '../report/status.ts';
import { admitting, isThisMachine } from './local-only.ts';
import { addProbeRoute, type ProbeSource } from './probe-route.ts';

/** What the server shows; its caller knows where it comes from. */
export interface ApiSources {
  readonly metrics: { readonly contentType: string; chunks(): AsyncIterable<Uint8Array | string> };
  /** Why the daemon is not ready to be relied on; empty when it is. */
  readonly unready: () => readonly string[];
  readonly status: () => StatusView;
  /** Statements of a contract-clock month; of one service where it is named, empty where there is none of that name. */
  readonly statements: (month: string | undefined, service: string | undefined) => StatementSet | Promise<StatementSet>;
  /** One probe on behalf of a scrape, and who may ask for it. */
  readonly probe: ProbeSource;
}

/** Chunks of metrics printed before the one before is sent. */
const CHUNKS_AHEAD = 2;
const PACKED_CHUNK = 64 * 1024;

/**
 * Builds the server; the caller listens and closes.
 * `/api/v1` carries customers' data and has no accounts yet, so it answers to its own machine only.
 */
export function createServer(sources: ApiSources): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: 64 * 1024, forceCloseConnections: true });

  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', (_request, reply) => {
    const reasons = sources.unready();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  server.get('/metrics', (request, reply) => {
    reply.header('content-type', sources.metrics.contentType).header('vary', 'accept-encoding');
    const text = Readable.from(sources.metrics.chunks(), { highWaterMark: CHUNKS_AHEAD });
    // Packing costs a third of the printing again: to send the bytes within this machine costs less.
    if (isThisMachine(request.socket) || !takesGzip(request.headers['accept-encoding'])) return reply.send(text);
    const packed = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: PACKED_CHUNK });
    // The reader that goes away ends the printing; a defect in the printing cuts the answer short, as without gzip.
    pipeline(text, packed, () => {});
    return reply.header('content-encoding', 'gzip').send(packed);
  });

  server.register(async (api) => {
    api.addHook('onRequest', admitting({ clients: [], names: [] }));
    api.get('/api/v1/status', () => sources.status());
    api.get<{ Querystring: { month?: string; service?: string } }>('/api/v1/statements', async (request, reply) => {
      const { month, service } = request.query;
      const repeated = (['month', 'service'] as const).find((field) => Array.isArray(request.query[field]));
      if (repeated) {
        return reply.code(400).send({ error: 'bad_request', field: repeated, message: 'found more than one' });
      }
      const problem = month === undefined ? undefined : monthProblem(month);
      if (problem) return reply.code(400).send({ error: 'bad_request', field: 'month', message: problem });
      const set = await sources.statements(month, service);
      if (service !== undefined && set.statements.length === 0) {
        return reply.code(404).send({ error: 'not_found', field: 'service', message: 'no service has that id' });
      }
      return statementSetToJson(set);
    });
  });
  addProbeRoute(server, sources.probe);
  return server;
}

/** Whether `accept-encoding` names gzip and does not refuse it (RFC 9110, 12.5.3). */
function takesGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));
}

function monthProblem(month: string): string | undefined {
  try {
    parseMonth(month);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
