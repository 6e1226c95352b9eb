/** The configuration is read again on SIGHUP: all of it or nothing, and nobody's outage is cut in two by it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINUTE } from '../../src/domain/time/instant.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readFacts } from '../support/journal-file.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { installed } from '../support/servers/program.ts';
import { awayFromMonthEnd, metric, startKepil } from './kepil.ts';

const PATIENCE = { timeout: 15_000, interval: 100 };
const WITHIN_MS = 15_000;

describe.skipIf(!installed('nginx'))('a reload', () => {
  let nginx: Nginx;
  let config: DaemonConfig;
  let daemon: Daemon;

  const services = (): string => join(config.folder, 'services', 'all.yaml');
  const states = async (check: string) =>
    (await readFacts(config.journalPath, 'edge')).flatMap((edge) => (edge.check === check ? edge.to : []));
  const statesBecome = (check: string, ...wanted: readonly string[]) =>
    vi.waitFor(async () => expect(await states(check)).toEqual(wanted), PATIENCE);
  const reload = (msg: string) => {
    const seen = daemon.logs().length;
    process.kill(daemon.pid, 'SIGHUP');
    return daemon.waitForLog((line) => line.msg === msg && daemon.logs().indexOf(line) >= seen, WITHIN_MS);
  };

  beforeAll(async () => {
    await awayFromMonthEnd();
    nginx = await startNginx();
  }, 5 * MINUTE);
  afterAll(() => nginx?.close());
  beforeEach(async () => {
    await nginx.start();
    const http = `http://127.0.0.1:${nginx.port}/`;
    const check = { id: 'home', http, interval: '1s', timeout: '800ms', maxGap: '30s' };
    config = await writeDaemonConfig({
      subscriptions: ['stays', 'goes'].map((id) => ({ id, checks: [check] })),
    });
    daemon = await startKepil(config);
    await statesBecome('stays/web/home', 'up');
    await statesBecome('goes/web/home', 'up');
  });
  afterEach(async () => {
    await daemon?.stop();
    await config?.[Symbol.asyncDispose]();
  });

  it('in the middle of an outage keeps it one outage, ends what is removed and begins what is new', async () => {
    await nginx.stop();
    await statesBecome('stays/web/home', 'up', 'down');
    const text = await readFile(services(), 'utf8');
    // The service that goes becomes another; the check that stays is judged otherwise.
    await writeFile(
      services(),
      text.replaceAll('goes', 'comes').replace('id: home', 'id: home\n            successes: 1'),
    );
    await reload('the configuration was reloaded');
    await nginx.start();
    await statesBecome('stays/web/home', 'up', 'down', 'up');
    await vi.waitFor(async () => expect((await states('comes/web/home')).at(-1)).toBe('up'), PATIENCE);
    expect((await states('goes/web/home')).at(-1)).toBe('unknown');
    const lifecycle = await readFacts(config.journalPath, 'lifecycle');
    expect(lifecycle.at(-1)).toMatchObject({ service: 'goes', status: 'ended' });
    expect(await metric(config, 'kepil_config_last_reload_successful')).toBe('1');
  });

  it('of a file with mistakes changes nothing and names each of them', async () => {
    const text = await readFile(services(), 'utf8');
    await writeFile(services(), text.replaceAll('goes', 'comes').replaceAll('interval: 1s', 'interval: soon'));
    const line = await reload('the configuration was not reloaded');
    expect(line.problems).toEqual([expect.stringContaining('soon'), expect.stringContaining('soon')]);
    expect(await metric(config, 'kepil_config_last_reload_successful')).toBe('0');
    await nginx.stop();
    await statesBecome('goes/web/home', 'up', 'down');
    expect((await readFacts(config.journalPath, 'service')).map((fact) => fact.id)).toEqual(['stays', 'goes']);
  });

  it('refuses another journal, and says of another address that it waits for a start', async () => {
    const text = await readFile(config.path, 'utf8');
    await writeFile(config.path, `${text}vantage: elsewhere\n`);
    expect((await reload('the configuration was not reloaded')).problems).toEqual([expect.stringContaining('vantage')]);
    await writeFile(config.path, `${text}statements: { sendOnDay: 3 }\n`);
    await reload('settings changed that take effect at the next start');
    expect(daemon.logs().at(-1)?.settings).toEqual(['statements']);
  });

  it('gives /probe the guard of the new configuration', async () => {
    const success = async () => {
      const target = encodeURIComponent(`http://127.0.0.1:${nginx.port}/`);
      const response = await fetch(`${config.url}/probe?module=http_2xx&target=${target}`);
      return { status: response.status, text: await response.text() };
    };
    expect((await success()).text).toContain('probe_success 1');
    const text = await readFile(config.path, 'utf8');
    await writeFile(config.path, text.replace('127.0.0.0/8', '127.0.0.99/32'));
    await reload('the configuration was reloaded');
    expect(await success()).toMatchObject({ status: 403, text: expect.stringContaining('guard_refused') });
  });
});
