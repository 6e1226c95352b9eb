import { afterAll, afterEach, expect, it } from 'vitest';
import { commonId } from '../../src/probes/delivery-message.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import * as mail from './mail-scripts.ts';
import { hear, IMAP, IMAP_OPEN, MAILBOX_OPEN, SMTP_OPEN, say } from './mail-scripts.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

const probing = startProbing();
const servers: HostileServer[] = [];

afterEach(async () => {
  await expectNothingLeft(probing, servers.splice(0));
});
afterAll(() => probing.close());

async function trip(submission: readonly Step[], mailbox: readonly Step[], timeoutMs = 3_000) {
  const ends = [await startHostileServer(submission), await startHostileServer(mailbox)] as const;
  servers.push(...ends);
  const target = mail.deliveryTarget(ends[0].port, ends[1].port);
  const result = await probing.run({ target, timeoutMs });
  return { result, target, submitted: ends[0].heard.join(''), read: ends[1].heard.join('') };
}

it('is up when the message is found, and the message is deleted', async () => {
  const { result, target, submitted, read } = await trip(mail.SUBMISSION, mail.mailboxWithMessage());
  expect(result).toMatchObject({ outcome: 'ok' });
  expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs', 'deliveryMs']);
  const [head = '', body = ''] = submitted.split('DATA\r\n')[1]?.split('\r\n\r\n') ?? [];
  expect(head).toMatch(/^From: Kepil <kepil@example\.test>\r\nTo: <alice@example\.test>\r\n/);
  expect(head).toMatch(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\n/);
  expect(head).toContain('\r\nAuto-Submitted: auto-generated\r\n');
  expect(body).toMatch(/\r\n\.\r\nQUIT\r\n$/);
  const [, id] = /\r\nMessage-ID: <([^>]+)>\r\n/.exec(head) ?? [];
  expect(id).toMatch(new RegExp(`^${commonId(target)}[-0-9a-f]{36}@example\\.test$`));
  expect(read).toContain(`k7 UID SEARCH HEADER Message-ID "<${id}>"\r\n`);
  expect(read).toContain('k9 UID STORE 7 +FLAGS.SILENT (\\Deleted)\r\nk10 UID EXPUNGE 7\r\nk11 LOGOUT\r\n');
});

it('measures the delay from the acceptance on', async () => {
  let looks = 0;
  let sought = '';
  const mailbox: Step[] = [
    ...MAILBOX_OPEN,
    {
      always: (heard) => {
        const [tag = ''] = heard.split(' ');
        if (heard.includes('FETCH')) return `${mail.messageFound(sought)}${tag} OK\r\n`;
        if (!heard.includes('SEARCH')) return `${tag} OK\r\n`;
        sought = heard;
        looks += 1;
        return looks < 4 ? `* SEARCH\r\n${tag} OK\r\n` : `* SEARCH 7\r\n${tag} OK\r\n`;
      },
    },
  ];
  const { result } = await trip(mail.SUBMISSION, mailbox);
  expect(result).toMatchObject({ outcome: 'ok' });
  expect(looks).toBe(4);
  expect(result.phases.deliveryMs).toBeGreaterThan(290);
  expect(result.phases.deliveryMs).toBeLessThan(result.durationMs);
});

it('deletes what earlier runs left, and nothing that only pretends to be theirs', async () => {
  const target = mail.deliveryTarget(1, 1);
  const mine = `Message-ID: <${commonId(target)}0@example.test>\r\n\r\n`;
  const other = 'Message-ID: <kepil-0000000000000000-0@example.test>\r\n\r\n';
  const fetched = (uid: number, header: string) => `* 1 FETCH (BODY[X] {${header.length}}\r\n${header} UID ${uid})\r\n`;
  const mailbox: Step[] = [
    ...[...IMAP_OPEN, hear(/k3 CAPABILITY/), say('* CAPABILITY IMAP4rev1', 'k3 OK'), hear(/SELECT/), IMAP.ok('k4')],
    ...[hear(new RegExp(`k5 UID SEARCH HEADER Message-ID "${commonId(target)}"`)), say('* SEARCH 3 5 9', 'k5 OK')],
    ...[hear(/k6 UID FETCH 3,5,9 /)],
    { say: `${fetched(3, mine)}${fetched(5, other)}${fetched(9, mine)}${fetched(12, mine)}k6 OK\r\n` },
    ...[hear(/k7 UID STORE 3,9 /), IMAP.ok('k7'), hear(/k8 EXPUNGE\r\n/), IMAP.ok('k8'), 'silence' as const],
  ];
  const { read, submitted } = await trip([...SMTP_OPEN, hear(/MAIL/), say('550 no')], mailbox);
  expect(read).toContain('k7 UID STORE 3,9 +FLAGS.SILENT (\\Deleted)\r\nk8 EXPUNGE\r\n');
  expect(submitted).toContain('MAIL FROM:<kepil@example.test>');
});

it('tells a mailbox that falls silent from a message that does not come', async () => {
  const silent = await trip(mail.SUBMISSION, [...MAILBOX_OPEN, 'silence'], 500);
  expect(silent.result).toMatchObject({
    error: 'reply_timeout',
    evidence: { seen: 'mailbox: no answer to a search within 500 ms' },
  });
  const empty: Step = {
    always: (heard) => `${heard.includes('SEARCH') ? '* SEARCH\r\n' : ''}${heard.split(' ')[0]} OK\r\n`,
  };
  const late = await trip(mail.SUBMISSION, [...MAILBOX_OPEN, empty], 500);
  expect(late.result).toMatchObject({ error: 'delivery_timeout' });
});

it('sends nothing that it could not find again', async () => {
  const { result, submitted } = await trip(mail.SUBMISSION, [say('* BYE overloaded'), 'close']);
  expect(result).toMatchObject({ error: 'imap_status', evidence: { seen: 'mailbox: * BYE overloaded' } });
  expect(submitted).toBe('');
});

it('is up although the message cannot be deleted: it was delivered', async () => {
  const script = mail.mailboxWithMessage();
  const until = script.findIndex((step) => typeof step === 'object' && 'hear' in step && `${step.hear}`.includes('k9'));
  const { result } = await trip(mail.SUBMISSION, [...script.slice(0, until + 1), say('k9 NO read-only')]);
  expect(result).toMatchObject({ outcome: 'ok' });
});

it.each(['submission', 'mailbox'] as const)('asks the guard about its %s', async (side) => {
  const target = mail.deliveryTarget(25, 143);
  const server = await startHostileServer([...MAILBOX_OPEN, 'silence']);
  servers.push(server);
  const own = { ...target.mailbox, port: server.port };
  const refused = { ...own, host: '10.0.0.1' };
  const ends = side === 'mailbox' ? { mailbox: refused, submission: own } : { mailbox: own, submission: refused };
  const result = await probing.run({ target: { ...target, ...ends }, timeoutMs: 2_000 });
  expect(result).toMatchObject({
    outcome: 'void',
    error: 'guard_refused',
    evidence: { address: '10.0.0.1', seen: expect.stringMatching(`^${side}: 10.0.0.1 is private`) },
  });
});

it('of a defect of ours is void: a port that cannot be, an address that is none', async () => {
  const server = await startHostileServer([...MAILBOX_OPEN, 'silence']);
  const relay = await startHostileServer([...SMTP_OPEN, 'silence']);
  servers.push(server, relay);
  const target = mail.deliveryTarget(relay.port, server.port);
  for (const wrong of [{ submission: { ...target.submission, port: 0 } }, { from: 'a@b.kz>\r\nDATA' }]) {
    const result = await probing.run({ target: { ...target, ...wrong }, timeoutMs: 2_000 });
    expect(result).toMatchObject({ outcome: 'void', error: 'internal_error' });
  }
});
