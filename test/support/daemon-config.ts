/** Configuration folders for a daemon under test: the files that an operator would write, in a temporary folder. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Locale } from '../../src/domain/facts/fact.ts';
import { freePort } from './servers/port.ts';

const SHIPPED_CONTRACTS = fileURLToPath(new URL('../../config/contracts', import.meta.url));
/** Before any instant that a test speaks of. */
const LONG_AGO = '2026-01-01T00:00:00+05:00';

/** A check as a services file has it. */
export type CheckEntry = Readonly<Record<string, unknown>> & { readonly id: string };

/** A customer with one service of the customer's id, active since long ago. */
export interface Subscription {
  readonly id: string;
  readonly email?: string;
  readonly locale?: Locale;
  /** KZT, a decimal string. Default 12000.00. */
  readonly monthlyFee?: string;
  /** ISO 8601 with offset; absent: the service goes on. */
  readonly endedFrom?: string;
  /** Of the component `web`. */
  readonly checks: readonly CheckEntry[];
}

export interface DaemonConfigOptions {
  readonly subscriptions?: readonly Subscription[];
  /** What checks leave out, as `probing.defaults` has it. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** PEM texts of authorities to trust. */
  readonly trust?: readonly string[];
  /** `smtp:` URL. */
  readonly relay?: string;
  readonly influx?: { readonly url: string; readonly database: string };
  /** The block `sandbox`, as the main file has it. */
  readonly sandbox?: unknown;
  /** Other blocks of the main file, as it has them. */
  readonly blocks?: Readonly<Record<string, unknown>>;
}

export interface DaemonConfig extends AsyncDisposable {
  readonly folder: string;
  /** Of the main file. */
  readonly path: string;
  readonly journalPath: string;
  /** Where the daemon will answer. */
  readonly url: string;
}

/** Writes a configuration that watches loopback and listens on a free port; disposing of it removes the folder. */
export async function writeDaemonConfig(options: DaemonConfigOptions): Promise<DaemonConfig> {
  const { subscriptions = [], defaults = {}, trust = [], relay, influx, sandbox, blocks = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kepil-daemon-'));
  const port = await freePort();
  await cp(SHIPPED_CONTRACTS, join(folder, 'contracts'), { recursive: true });
  await mkdir(join(folder, 'services'));
  await writeFile(join(folder, 'services', 'all.yaml'), stringify(servicesFile(subscriptions)));
  const trustFiles = trust.map((_, index) => `trust-${index}.pem`);
  await Promise.all(trustFiles.map((name, index) => writeFile(join(folder, name), trust[index] ?? '')));
  const main = {
    contracts: 'contracts/*.yaml',
    contract: 'ps-builder',
    services: 'services/*.yaml',
    journal: { path: 'data/kepil.sqlite' },
    listen: { host: '127.0.0.1', port },
    probing: { allow: ['127.0.0.0/8'], trust: trustFiles, defaults },
    ...(relay === undefined ? {} : { mail: { relay, from: 'Kepil SLA <sla@example.test>' } }),
    ...(influx === undefined ? {} : { influx }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...blocks,
  };
  const path = join(folder, 'kepil.yaml');
  await writeFile(path, stringify(main));
  return {
    folder,
    path,
    journalPath: join(folder, 'data', 'kepil.sqlite'),
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function servicesFile(subscriptions: readonly Subscription[]): unknown {
  return {
    customers: subscriptions.map(({ id, email = `${id}@example.test`, locale = 'en' }) => ({
      id,
      name: `Customer ${id}`,
      email,
      locale,
    })),
    services: subscriptions.map(({ id, monthlyFee = '12000.00', endedFrom, checks }) => ({
      id,
      customer: id,
      lifecycle: [
        { from: LONG_AGO, status: 'active' },
        ...(endedFrom === undefined ? [] : [{ from: endedFrom, status: 'ended' }]),
      ],
      fees: [{ from: LONG_AGO, monthly: { amount: monthlyFee, currency: 'KZT' } }],
      components: { web: { checks } },
    })),
  };
}
