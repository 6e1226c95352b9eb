/** A configuration folder made for one test: a good one, with the files that the test replaces. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Configuration, ConfiguredService } from '../../src/config/configuration.ts';
import { type LoadResult, loadConfiguration } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { CustomerFact } from '../../src/domain/facts/fact.ts';

export const MAIN = `contracts: contracts/*.yaml
contract: basic
services: services/*.yaml
journal: { path: ../data/kepil.sqlite }
listen: { host: 127.0.0.1, port: 9300 }
`;

export const CONTRACT = `id: basic
provider: Acme
offset: "+05:00"
currency: KZT
editions:
  - name: first
    target: 99.8%
    tally: calendar
    plannedWork: { quietHours: ["01:00-06:00"], lead: 48h, clause: "7.1" }
    exclusions: []
    credit: { hourly: { share: 1%, hours: exact }, cap: 100%, mode: on-claim, clause: "8.3" }
    notices: []
    requests:
      high: { response: 1h, resolution: 8h }
      medium: { response: 2h, resolution: 24h }
      low: { response: 4h, resolution: 72h }
    lifecycle: { restoreDays: 7, fullRefundDays: 14, settlementWorkingDays: 15 }
`;

export const SERVICES = `customers:
  - { id: c1, name: Acme, email: ops@acme.kz, locale: kk }
services:
  - id: s1
    customer: c1
    lifecycle: [{ from: 2026-01-01T00:00:00+05:00, status: active }]
    fees: [{ from: 2026-01-01T00:00:00+05:00, monthly: { amount: "12000.00", currency: KZT } }]
    components:
      web: { checks: [{ id: home, http: "https://acme.kz/" }] }
`;

export type Files = Readonly<Record<string, string>>;

/** Runs with the path of a good configuration with some of its files replaced or added; the folder is gone afterwards. */
export async function inFolder<Result>(files: Files, run: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'kepil-config-'));
  try {
    const all: Files = {
      'kepil.yaml': MAIN,
      'contracts/basic.yaml': CONTRACT,
      'services/acme.yaml': SERVICES,
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await run(join(folder, 'kepil.yaml'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

export type Env = Readonly<Record<string, string>>;

/** The problems of a configuration as lines, with file names relative to its folder. */
export async function problemsOf(files: Files, env: Env = {}): Promise<string[]> {
  return inFolder(files, async (path) => {
    const result = await read(path, env);
    if (result.ok) return [];
    return result.problems.map((problem) => formatProblem(problem).replaceAll(`${dirname(path)}/`, ''));
  });
}

/** The value of a configuration that must be good. */
export async function configurationOf(files: Files = {}, env: Env = {}): Promise<WholeConfiguration> {
  const result = await inFolder(files, (path) => read(path, env));
  if (result.ok) return whole(result.configuration);
  throw new Error(result.problems.map(formatProblem).join('\n'));
}

/** A configuration with all that it defines in lists. */
export interface WholeConfiguration extends Configuration {
  readonly customers: readonly CustomerFact[];
  readonly services: readonly ConfiguredService[];
}

export function whole(configuration: Configuration): WholeConfiguration {
  return { ...configuration, customers: [...configuration.customers], services: [...configuration.services] };
}

export function read(path: string, env: Env = {}): Promise<LoadResult> {
  return loadConfiguration({ path, env, readFile: (name) => readFile(name, 'utf8') });
}
