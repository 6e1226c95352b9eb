/** `/probe?target=&module=`: one probe on behalf of a scrape. Whoever may ask makes this machine connect elsewhere. */
import type { FastifyInstance } from 'fastify';
import { admitting, type Clients, isFromAnotherSite } from './local-only.ts';

export interface ProbeQuestion {
  readonly target: string | undefined;
  readonly module: string | undefined;
  /** Answer with what was done, for a person. */
  readonly debug: boolean;
  /** The header X-Prometheus-Scrape-Timeout-Seconds. */
  readonly scrapeTimeout: string | undefined;
}

export interface ProbeAnswer {
  readonly status: 200 | 400 | 403 | 503;
  readonly text: string;
}

export interface ProbeSource extends Clients {
  readonly answer: (question: ProbeQuestion) => Promise<ProbeAnswer>;
}

/** Probes at a time; a scrape beyond them is told to come again rather than be queued past its time. */
const CONCURRENT_MAX = 64;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const PLAIN_TYPE = 'text/plain; charset=utf-8';
const PARAMETERS = ['target', 'module', 'debug'] as const;

type Query = Readonly<Record<string, string | string[] | undefined>>;

/** Adds the route. */
export function addProbeRoute(server: FastifyInstance, source: ProbeSource): void {
  let running = 0;
  server.register(async (scope) => {
    scope.addHook('onRequest', admitting(source));
    scope.get<{ Querystring: Query }>('/probe', async (request, reply) => {
      reply.type(PLAIN_TYPE).header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
      if (isFromAnotherSite(request)) return reply.code(403).send('a page of another site may not ask this\n');
      const problem = problemOf(request.query);
      if (problem !== undefined) return reply.code(400).send(problem);
      if (running >= CONCURRENT_MAX) {
        return reply.code(503).header('retry-after', '1').send(`${CONCURRENT_MAX} probes are running already\n`);
      }
      running += 1;
      try {
        const question = questionOf(request.query, request.headers['x-prometheus-scrape-timeout-seconds']);
        const { status, text } = await source.answer(question).catch(lost);
        if (status === 200 && !question.debug) reply.type(METRICS_TYPE);
        return reply.code(status).send(text);
      } finally {
        running -= 1;
      }
    });
  });
}

/** The thread that probes was lost: it says nothing of the target. */
function lost(error: unknown): ProbeAnswer {
  return { status: 503, text: `the probe was lost: ${error instanceof Error ? error.message : String(error)}\n` };
}

/** What the exporter would heed and we do not have is refused, not passed over. */
function problemOf(query: Query): string | undefined {
  for (const [name, value] of Object.entries(query)) {
    if (!(PARAMETERS as readonly string[]).includes(name)) {
      return `Unknown parameter: expected ${PARAMETERS.join(', ')}\n`;
    }
    if (typeof value !== 'string') return `Parameter ${name} is there more than once\n`;
  }
  return undefined;
}

function questionOf(query: Query, scrapeTimeout: string | string[] | undefined): ProbeQuestion {
  const parameter = (name: (typeof PARAMETERS)[number]): string | undefined => {
    const value = query[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    target: parameter('target'),
    module: parameter('module'),
    debug: parameter('debug') === 'true',
    scrapeTimeout: typeof scrapeTimeout === 'string' ? scrapeTimeout : undefined,
  };
}
