/** The servers that other suites stand on: each starts, does its one thing, and is gone afterwards. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InfluxDB } from 'influx';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeSelfSigned, SERVER_NAMES } from '../support/certificates.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { startInfluxdb } from '../support/servers/influxdb.ts';
import { emptyMailbox, type Mailbox, readMailbox, waitForMail } from '../support/servers/mailbox.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { freePort } from '../support/servers/port.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { installed, isRoot } from '../support/servers/program.ts';
import { startPrometheus } from '../support/servers/prometheus.ts';
import { answers, serverFolder, startServer } from '../support/servers/server.ts';
import { groupLives } from '../support/tied-process.ts';

const START_MS_MAX = 5_000;

async function timed<T>(start: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const server = await start();
  expect(performance.now() - begun).toBeLessThan(START_MS_MAX);
  return server;
}

const get = async (url: string) => (await fetch(url)).text();

describe.skipIf(!installed('nginx'))('nginx', () => {
  it('answers with its pages, goes away, and comes back on the same port', async () => {
    await using nginx = await timed(() => startNginx({ pages: { '/': 'first\n', '/deep/page': 'second\n' } }));
    const url = `http://127.0.0.1:${nginx.port}`;
    expect(await get(url)).toBe('first\n');
    expect(await get(`${url}/deep/page`)).toBe('second\n');
    expect((await fetch(`${url}/none`)).status).toBe(404);
    const pid = nginx.pid!;
    await nginx.stop();
    expect(nginx.pid).toBeUndefined();
    expect(groupLives(pid)).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
    await nginx.start();
    expect(await get(url)).toBe('first\n');
  });

  it('offers TLS when given a certificate', async () => {
    await using nginx = await startNginx({ tls: await makeSelfSigned(SERVER_NAMES) });
    expect(await answers(nginx.tlsPort!)).toBe(true);
    const plainOnTls = await fetch(`http://127.0.0.1:${nginx.tlsPort}`);
    expect(await plainOnTls.text()).toContain('plain HTTP request was sent to HTTPS port');
  });
});

describe.skipIf(!installed('nginx'))('a server that does not start', () => {
  it('says so with its name and its own words', async () => {
    const folder = await serverFolder('broken');
    const start = startServer({
      program: 'nginx',
      args: ['-p', folder, '-c', 'missing.conf', '-e', 'stderr'],
      folder,
      ready: () => Promise.resolve(false),
    });
    await expect(start).rejects.toThrow(/nginx did not start in .*: it ended with code 1\n.*missing\.conf/s);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(!installed('postfix') || !installed('dovecot') || !isRoot())('Postfix and Dovecot', () => {
  const alice: Mailbox = { address: 'alice@example.test', password: 'one word' };
  let postfix: Postfix;
  let dovecot: Dovecot;

  beforeAll(async () => {
    postfix = await timed(() => startPostfix({ mailboxes: [alice] }));
    dovecot = await timed(() => startDovecot({ mailboxes: [alice], maildirs: postfix.maildirs }));
  });
  afterAll(async () => {
    await dovecot?.close();
    await postfix?.close();
  });

  const send = (to: string, subject: string, { tls = false }: { tls?: boolean } = {}) =>
    createTransport({
      host: '127.0.0.1',
      port: tls ? postfix.tlsPort : postfix.port,
      secure: tls,
      requireTLS: true,
      tls: { ca: postfix.certificate },
    }).sendMail({ from: 'kepil@example.test', to, subject, text: 'Қолжетімділік 99,8 %' });

  it.each([{ tls: false }, { tls: true }])(
    'take a mail and give it back (TLS from the first byte: $tls)',
    async ({ tls }) => {
      await emptyMailbox(dovecot, alice);
      await send(alice.address, 'Қараша есебі', { tls });
      const [mail] = await waitForMail(dovecot, alice);
      expect(mail?.parsed.subject).toBe('Қараша есебі');
      expect(mail?.parsed.text).toContain('Қолжетімділік 99,8 %');
      expect(mail?.raw.toString('latin1')).toMatch(/^Received: .* with ESMTPS/ms);
      expect(await answers(dovecot.tlsPort)).toBe(true);
    },
  );

  it('refuse an unknown recipient with 550 and another domain with 554', async () => {
    await expect(send('nobody@example.test', 'no')).rejects.toMatchObject({ responseCode: 550 });
    await expect(send('someone@elsewhere.test', 'no')).rejects.toMatchObject({ responseCode: 554 });
  });

  it('keep mail while Postfix is away and take more when it is back', async () => {
    await emptyMailbox(dovecot, alice);
    await send(alice.address, 'before');
    await waitForMail(dovecot, alice);
    await postfix.stop();
    await expect(send(alice.address, 'lost')).rejects.toMatchObject({ code: 'ESOCKET' });
    await postfix.start();
    await send(alice.address, 'after');
    await waitForMail(dovecot, alice, { count: 2 });
    const subjects = (await readMailbox(dovecot, alice)).map(({ parsed }) => parsed.subject);
    expect(subjects).toEqual(['before', 'after']);
  });
});

describe.skipIf(!installed('influxd'))('InfluxDB', () => {
  it('takes a point and answers it, also after it was away', async () => {
    await using server = await timed(startInfluxdb);
    const influx = new InfluxDB({ host: '127.0.0.1', port: server.port, database: 'kepil' });
    await influx.createDatabase('kepil');
    await influx.writePoints([{ measurement: 'probe', tags: { check: 'web' }, fields: { seconds: 0.25 } }]);
    await server.stop();
    await server.start();
    const rows = await influx.query<{ check: string; seconds: number }>('select "check", "seconds" from "probe"');
    expect(rows.map(({ check, seconds }) => ({ check, seconds }))).toEqual([{ check: 'web', seconds: 0.25 }]);
  });
});

describe.skipIf(!installed('prometheus'))('Prometheus', () => {
  it('scrapes what is served and answers queries on it', async () => {
    const pages = createServer((_, response) => response.end('kepil_test{service="a"} 42\nkepil_odd +Inf\n'));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    try {
      const target = `127.0.0.1:${(pages.address() as AddressInfo).port}`;
      const scrape = [{ job: 'kepil', target }];
      await using prometheus = await timed(() => startPrometheus({ scrape, scrapeInterval: '1s' }));
      const find = async () => expect(await prometheus.query('kepil_test')).toHaveLength(1);
      await vi.waitFor(find, { timeout: 10_000, interval: 100 });
      const [sample] = await prometheus.query('kepil_test');
      expect(sample).toMatchObject({ labels: { job: 'kepil', service: 'a', instance: target }, value: 42 });
      expect((await prometheus.query('kepil_odd'))[0]?.value).toBe(Number.POSITIVE_INFINITY);
      await expect(prometheus.query('kepil_test{')).rejects.toThrow('parse error');
    } finally {
      pages.closeAllConnections();
      pages.close();
    }
  });
});

describe('a free port', () => {
  it('is none that the system gives to outgoing connections', async () => {
    expect(await freePort()).toBeLessThan(32_768);
  });
});
