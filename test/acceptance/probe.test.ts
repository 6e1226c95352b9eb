/** Probes by hand and for scrapes, with the real program. */
import { appendFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKepil, startDaemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';

const STARTED = ({ msg }: { readonly msg?: unknown }) => msg === 'kepil is running';

describe('the daemon and the command', () => {
  let site: Server;
  let url: string;
  let config: DaemonConfig;
  beforeAll(async () => {
    site = createServer((request, response) => {
      if (request.url !== '/silent') response.end(`the page for ${request.headers['x-token'] ?? 'nobody'}`);
    });
    await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    config = await writeDaemonConfig({
      subscriptions: [{ id: 's1', checks: [{ id: 'home', http: url, contains: 'the page' }] }],
    });
    await appendFile(
      config.path,
      `modules: { told: { prober: http, http: { preferred_ip_protocol: ip4, headers: { X-Token: "\${TOKEN}" }, fail_if_body_not_matches_regexp: ["for hunter2$"] } } }\n`,
    );
  });
  afterAll(async () => {
    site.closeAllConnections();
    site.close();
    await config[Symbol.asyncDispose]();
  });

  it('answer scrapes with the modules of the configuration, and stop in seconds in the midst of one', async () => {
    await using daemon = startDaemon({ configPath: config.path, env: { TOKEN: 'hunter2' } });
    await daemon.waitForLog(STARTED, 10_000);
    const ask = (module: string, target: string) =>
      fetch(`${config.url}/probe?${new URLSearchParams({ module, target })}`).then((answer) => answer.text());
    expect(await ask('told', url)).toMatch(/^probe_success 1$/m);
    expect(await ask('told', `${url.slice(0, -1)}:bad/`)).toMatch(/^probe_success 0$/m);
    expect(await ask('http_post_2xx', url)).toMatch(/^probe_success 1$/m);
    const hanging = ask('http_2xx', `${url}silent`).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    await hanging;
    expect(JSON.stringify(daemon.logs())).not.toContain('hunter2');
  });

  it('probe a configured check by its id, with no daemon running', async () => {
    const { code, stdout, stderr } = await runKepil(['probe', 's1/web/home', '--config', config.path], {
      env: { TOKEN: 'hunter2' },
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^s1\/web\/home: http:\S+\nIt serves, with status 200: /);
    expect(stdout).not.toContain('\x1b');
  });
});
