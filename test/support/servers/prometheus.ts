/** Prometheus scraping what a test serves. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './port.ts';
import { respondsWell, type Server, serverFolder, startServer } from './server.ts';

interface Scrape {
  readonly job: string;
  /** `host:port`; its `/metrics` is read. */
  readonly target: string;
}

export interface PrometheusOptions {
  readonly scrape: readonly Scrape[];
  /** Prometheus duration, such as `1s`. */
  readonly scrapeInterval: string;
  /** Scrape jobs as they stand in its configuration, besides. */
  readonly jobs?: readonly object[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends Server {
  readonly port: number;
  /** Answers an instant query that yields a vector. Throws with Prometheus' own words when the query is bad. */
  query(promql: string): Promise<readonly Sample[]>;
}

/** Starts Prometheus with an empty store. Throws when it does not start (see `startServer`). */
export async function startPrometheus({
  scrape,
  scrapeInterval,
  jobs: more = [],
}: PrometheusOptions): Promise<Prometheus> {
  const folder = await serverFolder('prometheus');
  const port = await freePort();
  const file = join(folder, 'prometheus.yml');
  const jobs = scrape.map(({ job, target }) => ({ job_name: job, static_configs: [{ targets: [target] }] }));
  const global = { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval };
  await writeFile(file, stringify({ global, scrape_configs: [...jobs, ...more] }));
  const server = await startServer({
    program: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folder,
    ready: () => respondsWell(`http://127.0.0.1:${port}/-/ready`),
  });
  return Object.assign(server, { port, query: (promql: string) => query(port, promql) });
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

async function query(port: number, promql: string): Promise<readonly Sample[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { error, data } = (await response.json()) as Answer;
  if (data === undefined) throw new Error(`prometheus: ${promql}: ${error}`);
  if (data.resultType !== 'vector') throw new Error(`prometheus: ${promql}: a ${data.resultType}, expected a vector`);
  return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: prometheusNumber(text) }));
}

function prometheusNumber(text: string): number {
  return text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text);
}
