// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the notation under test
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownServices } from '../../src/config/known-services.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { ReadingOptions } from '../../src/config/services-files.ts';
import { type Env, type Files, inFolder, SERVICES, whole } from './folder.ts';

const IN_THREADS: ReadingOptions = { threads: 2, threadsFromBytes: 0 };
const ENV = { PASSWORD: 'hunter2' };

/** Another file with as many services, the first of which has a check that logs in. */
const file = (n: number, services: number): string =>
  `customers:\n  - { id: c-${n}, name: Customer ${n}, email: c${n}@acme.kz, locale: ru }\nservices:\n${Array.from(
    { length: services },
    (_, i) => `  - id: s-${n}-${i}
    customer: c-${n}
    server: web-${i % 3}
    fees: [{ from: 2026-01-01T00:00:00+05:00, monthly: { amount: "1990.00", currency: KZT } }]
    components:
      web: { checks: [{ id: home, http: "https://s${i}.kz/" }] }
${i > 0 ? '' : '      mail: { checks: [{ id: box, imap: "mail.kz:993", username: u, password: "${PASSWORD}" }] }\n'}`,
  ).join('')}`;
const GOOD: Files = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`services/f${n}.yaml`, file(n, 250)]));
const BAD: Files = {
  ...GOOD,
  'services/broken.yaml': 'services: [',
  'services/f1.yaml': file(1, 3).replace('customer: c-1', 'customer: c-9').replace('1990.00', '1990.001'),
  'services/f2.yaml': file(2, 3).replace('${PASSWORD}', 'open').replace('id: s-2-2', 'id: s-0-2'),
  'services/f3.yaml': file(3, 3).replace('${PASSWORD}', '${NONE}').replace('locale', 'local'),
};

async function load(path: string, reading?: ReadingOptions, env: Env = ENV) {
  const result = await loadConfiguration({ path, env, readFile: (name) => readFile(name, 'utf8'), reading });
  return result.ok ? ({ ok: true, configuration: whole(result.configuration) } as const) : result;
}
const here = (path: string, env: Env = ENV) => load(path, undefined, env);

describe('services files in threads', () => {
  it('define what they define here', () =>
    inFolder(GOOD, async (path) => {
      const expected = await here(path);
      const there = await load(path, IN_THREADS);
      expect(expected.ok).toBe(true);
      expect(there).toEqual(expected);
    }));

  it.each([
    ['that is broken', BAD],
    ['that names nobody', { 'services/f0.yaml': file(0, 2).replace('customer: c-0', 'customer: c-9') }],
    ['with an id that another has', { ...GOOD, 'services/g.yaml': SERVICES.replaceAll('s1', 's-3-77') }],
    ['that is missing', { 'kepil.yaml': 'services: none/*.yaml\n' }],
  ])('have the problems that they have here: one %s', (_, files) =>
    inFolder(files, async (path) => {
      const expected = await here(path);
      expect(expected.ok).toBe(false);
      expect(await load(path, IN_THREADS)).toEqual(expected);
    }),
  );

  it('share what all checks have in common', () =>
    inFolder(GOOD, async (path) => {
      const result = await load(path, IN_THREADS);
      if (!result.ok) throw new Error('it is good');
      const { services, probing } = result.configuration;
      const allow = new Set(services.flatMap(({ checks }) => checks.map((check) => check.allow)));
      const vantages = new Set(services.flatMap(({ checks }) => checks.map((check) => check.fact.vantages)));
      expect([...allow]).toEqual([probing.allow]);
      expect(vantages.size).toBe(1);
    }));
});

describe('known services files', () => {
  it.each([
    ['here', { threads: 1, threadsFromBytes: Number.POSITIVE_INFINITY }],
    ['in a thread', { ...IN_THREADS, threads: 1 }],
  ])('are what they were, and read again where they change: %s', (_, reading) =>
    inFolder(GOOD, async (path) => {
      const known = new KnownServices();
      const folder = dirname(path);
      const agree = async (env: Env = ENV) => {
        const found = await load(path, { ...reading, known }, env);
        expect(found).toEqual(await here(path, env));
        return found;
      };
      await agree();
      await agree();
      await writeFile(join(folder, 'services/f1.yaml'), file(1, 20));
      await agree();
      await writeFile(join(folder, 'services/f2.yaml'), file(1, 20));
      expect((await agree()).ok).toBe(false);
      await writeFile(join(folder, 'services/f2.yaml'), file(7, 20));
      await agree();
    }),
  );

  it('are read again in other surroundings', () =>
    inFolder(GOOD, async (path) => {
      const known = new KnownServices();
      const reading = { ...IN_THREADS, threads: 1, known };
      await load(path, reading);
      expect(await load(path, reading, { PASSWORD: 'other' })).toEqual(await here(path, { PASSWORD: 'other' }));
      expect((await load(path, reading, {})).ok).toBe(false);
      const main = await readFile(path, 'utf8');
      await writeFile(path, `${main}probing: { defaults: { interval: 17s } }\n`);
      const result = await load(path, reading);
      expect(result).toEqual(await here(path));
      expect(result.ok && result.configuration.services[0]?.checks[0]?.fact.intervalMs).toBe(17_000);
    }));
});
