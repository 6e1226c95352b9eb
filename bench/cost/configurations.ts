/** The configurations that the programs run with: their own files, as an operator would write them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { addressOf, type Kind } from './kinds.ts';

const SHIPPED_CONTRACTS = fileURLToPath(new URL('../../config/contracts/ps-builder.yaml', import.meta.url));

/** Longer than any contender waits for its turn: nothing becomes unknown by waiting. */
const MAX_GAP = '1d';

export interface FleetSettings {
  readonly kind: Kind;
  readonly ports: readonly number[];
  /** How many targets. */
  readonly targets: number;
  readonly intervalSeconds: number;
}

/** Kepil's: each target the only check of a service of its own, journal and metrics on. Returns the main file. */
export async function writeKepil(
  folder: string,
  { kind, ports, targets, intervalSeconds }: FleetSettings,
  { port, ca }: { readonly port: number; readonly ca: string },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ca.pem'), ca);
  const checkOf = (n: number) => {
    const address = addressOf(kind, ports, n);
    return kind === 'http' || kind === 'https' ? { http: address } : { [kind]: address, security: 'plain' };
  };
  await writeFile(
    join(folder, 'services.yaml'),
    stringify(
      {
        customers: [{ id: 'bench', name: 'Bench', email: 'bench@bench.example', locale: 'en' }],
        services: Array.from({ length: targets }, (_, n) => ({
          id: `s${n}`,
          customer: 'bench',
          lifecycle: [{ from: '2026-01-01T00:00:00+05:00', status: 'active' }],
          components: {
            [kind === 'http' || kind === 'https' ? 'web' : 'mail']: {
              checks: [
                {
                  id: 'only',
                  ...checkOf(n),
                  interval: `${intervalSeconds}s`,
                  timeout: timeoutOf(intervalSeconds),
                  maxGap: MAX_GAP,
                },
              ],
            },
          },
        })),
      },
      { aliasDuplicateObjects: false },
    ),
  );
  const main = join(folder, 'kepil.yaml');
  await writeFile(
    main,
    stringify({
      contracts: SHIPPED_CONTRACTS,
      contract: 'ps-builder',
      services: 'services.yaml',
      journal: { path: 'journal.sqlite' },
      listen: { host: '127.0.0.1', port },
      vantage: 'bench',
      probing: { allow: ['127.0.0.0/8'], trust: ['ca.pem'] },
    }),
  );
  return main;
}

/** The exporter's: a module a kind, with the exchange that Kepil has. Returns the file. */
export async function writeExporter(folder: string): Promise<string> {
  const file = join(folder, 'exporter.yaml');
  const talk = (steps: readonly object[]) => ({ prober: 'tcp', timeout: '5s', tcp: { query_response: steps } });
  const web = { prober: 'http', timeout: '5s', http: { preferred_ip_protocol: 'ip4' } };
  await writeFile(
    file,
    stringify(
      {
        modules: {
          http: web,
          https: web,
          smtp: talk([
            { expect: '^220 ' },
            { send: 'EHLO [127.0.0.1]\r' },
            { expect: '^250 ' },
            { send: 'QUIT\r' },
            { expect: '^221 ' },
          ]),
          imap: talk([
            { expect: '^\\* OK' },
            { send: 'k1 CAPABILITY\r' },
            { expect: '^k1 OK' },
            { send: 'k4 LOGOUT\r' },
            { expect: '^\\* BYE' },
          ]),
        },
      },
      { aliasDuplicateObjects: false },
    ),
  );
  return file;
}

/** Prometheus': every target through the exporter. Returns the file. */
export async function writePrometheus(
  folder: string,
  { kind, ports, targets, intervalSeconds }: FleetSettings,
  exporterPort: number,
): Promise<string> {
  const file = join(folder, 'prometheus.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    stringify({
      global: { scrape_interval: `${intervalSeconds}s`, scrape_timeout: timeoutOf(intervalSeconds) },
      scrape_configs: [
        {
          job_name: 'bench',
          metrics_path: '/probe',
          params: { module: [kind] },
          static_configs: [{ targets: Array.from({ length: targets }, (_, n) => addressOf(kind, ports, n)) }],
          relabel_configs: [
            { source_labels: ['__address__'], target_label: '__param_target' },
            { source_labels: ['__param_target'], target_label: 'instance' },
            { target_label: '__address__', replacement: `127.0.0.1:${exporterPort}` },
          ],
        },
      ],
    }),
  );
  return file;
}

function timeoutOf(intervalSeconds: number): string {
  return `${Math.min(5, intervalSeconds)}s`;
}
