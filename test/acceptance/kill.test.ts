/** The daemon is killed at bad moments and started again: nothing that was recorded is lost, and nothing is made up. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EdgeFact } from '../../src/domain/facts/fact.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readEntries, readFacts } from '../support/journal-file.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { type Mailbox, waitForMail } from '../support/servers/mailbox.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { installed, isRoot } from '../support/servers/program.ts';
import { awayFromMonthEnd, kepil, startKepil, statementOf } from './kepil.ts';

const PATIENCE = { timeout: 15_000, interval: 100 };

describe.skipIf(!installed('nginx'))('a daemon killed in the middle of an outage', () => {
  let nginx: Nginx;
  let config: DaemonConfig;
  let daemon: Daemon | undefined;

  const edges = () => readFacts(config.journalPath, 'edge');
  const edgesBecome = (...states: readonly EdgeFact['to'][]) =>
    vi.waitFor(async () => expect((await edges()).map((edge) => edge.to)).toEqual(states), PATIENCE);

  beforeAll(async () => {
    await awayFromMonthEnd();
    nginx = await startNginx();
  }, 5 * MINUTE);
  afterAll(() => nginx?.close());
  beforeEach(() => nginx.start());
  afterEach(async () => {
    await daemon?.stop();
    await config?.[Symbol.asyncDispose]();
  });

  /** Watches nginx, lets it fall, and kills the daemon once the outage is on record. */
  async function killWhileDown(maxGap: string): Promise<readonly JournalEntry[]> {
    const http = `http://127.0.0.1:${nginx.port}/`;
    const check = { id: 'home', http, interval: '1s', timeout: '800ms', maxGap };
    config = await writeDaemonConfig({ subscriptions: [{ id: 's1', checks: [check] }] });
    daemon = await startKepil(config);
    await edgesBecome('up');
    await nginx.stop();
    await edgesBecome('up', 'down');
    await daemon.kill9();
    return readEntries(config.journalPath);
  }

  async function expectNothingLost(before: readonly JournalEntry[]): Promise<void> {
    const after = await readEntries(config.journalPath);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
    expect(JSON.parse(await kepil(config, 'verify', '--json'))).toMatchObject({ ok: true });
  }

  it('goes on with the same outage when it is back within maxGap', async () => {
    const before = await killWhileDown('30s');
    daemon = await startKepil(config);
    await systemClock.sleep(2_500);
    await nginx.start();
    await edgesBecome('up', 'down', 'up');
    await expectNothingLost(before);
    const [, down, up] = await edges();
    const { month, segments } = await statementOf(config, 's1');
    expect(month.outages).toBe(1);
    expect(segments.map((segment) => segment.class)).toEqual(['unplanned']);
    expect(month.ms.unplanned).toBe(midpoint(up!) - midpoint(down!));
  });

  it('leaves the gap unknown, between two outages, when it is back later than that', async () => {
    const before = await killWhileDown('3s');
    const killedAt = systemClock.now();
    await systemClock.sleep(4_000);
    const restartedAt = systemClock.now();
    daemon = await startKepil(config);
    await edgesBecome('up', 'down', 'unknown', 'down');
    await nginx.start();
    await edgesBecome('up', 'down', 'unknown', 'down', 'up');
    await expectNothingLost(before);
    const [, down, unknown, again, up] = await edges();
    expect(unknown!.latest).toBeLessThanOrEqual(killedAt);
    expect(again!.earliest).toBeGreaterThanOrEqual(restartedAt);
    const { month, segments } = await statementOf(config, 's1');
    expect(month.outages).toBe(2);
    expect(segments.map(({ start, end }) => [Date.parse(start), Date.parse(end)])).toEqual([
      [midpoint(down!), unknown!.latest],
      [again!.latest, midpoint(up!)],
    ]);
    expect(month.ms.unplanned).toBe(unknown!.latest - midpoint(down!) + midpoint(up!) - again!.latest);
  });
});

describe.skipIf(!installed('postfix') || !installed('dovecot') || !isRoot())('a daemon killed while it mails', () => {
  const boxes = Array.from({ length: 24 }, (_, i): Mailbox => ({ address: `c${i}@example.test`, password: 'secret' }));
  let postfix: Postfix;
  let dovecot: Dovecot;

  beforeAll(async () => {
    postfix = await startPostfix({ mailboxes: boxes });
    dovecot = await startDovecot({ mailboxes: boxes, maildirs: postfix.maildirs });
  });
  afterAll(async () => {
    await dovecot?.close();
    await postfix?.close();
  });

  it('tells every customer once it is back, each on record once and with one Message-ID', async () => {
    await using config = await writeDaemonConfig({
      relay: `smtp://127.0.0.1:${postfix.port}?tls=off`,
      subscriptions: boxes.map(({ address }, i) => ({
        id: `c${i}`,
        email: address,
        checks: [{ id: 'home', http: 'http://127.0.0.1:9/', interval: '60s' }],
      })),
    });
    const noticesSent = () => readFacts(config.journalPath, 'notice');
    const killed = await startKepil(config);
    const start = systemClock.now() + 3 * DAY;
    const [from, to] = [start, start + HOUR].map((instant) => new Date(instant).toISOString());
    await kepil(config, 'work', 'plan', '--start', from!, '--end', to!);
    await killed.waitForLog((line) => line.msg === 'mail accepted by the relay', 10_000);
    await killed.kill9();
    const before = await readEntries(config.journalPath);
    expect((await noticesSent()).length).toBeLessThan(boxes.length);

    await using daemon = await startKepil(config);
    await vi.waitFor(async () => expect(await noticesSent()).toHaveLength(boxes.length), PATIENCE);
    const notices = await noticesSent();
    expect(new Set(notices.map((notice) => notice.customer)).size).toBe(boxes.length);
    const attempts = await readFacts(config.journalPath, 'mail-attempted');
    for (const [i, box] of boxes.entries()) {
      const sameCustomer = ({ customer }: { customer: string }) => customer === `c${i}`;
      const ids = new Set(attempts.filter(sameCustomer).map((attempt) => attempt.messageId));
      expect(ids.size).toBe(1);
      for (const { parsed } of await waitForMail(dovecot, box)) expect(ids).toContain(parsed.messageId);
      expect(notices.find(sameCustomer)?.evidence?.messageId).toBe([...ids][0]);
    }
    expect((await readEntries(config.journalPath)).slice(0, before.length)).toEqual(before);
    expect(JSON.parse(await kepil(config, 'verify', '--json'))).toMatchObject({ ok: true });
    expect(daemon.exitCode).toBeUndefined();
  });
});

function midpoint({ earliest, latest }: EdgeFact): number {
  return Math.floor((earliest + latest) / 2);
}
