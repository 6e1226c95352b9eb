/** Every mail probe against Postfix and Dovecot: plain, STARTTLS, TLS, logins good and bad, and mail there and back. */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commonId } from '../../src/probes/delivery-message.ts';
import { createProber, type Prober } from '../../src/probes/probe.ts';
import type { DeliveryTarget, MailCredentials, Target } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Dovecot, pop3Installed, startDovecot } from '../support/servers/dovecot.ts';
import { emptyMailbox, type Mailbox, readMailbox, waitForMail } from '../support/servers/mailbox.ts';
import { freePort } from '../support/servers/port.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { installed, isRoot } from '../support/servers/program.ts';

const canRun = installed('postfix') && installed('dovecot') && isRoot();

describe.skipIf(!canRun || !pop3Installed())('Postfix and Dovecot', () => {
  const alice: Mailbox = { address: 'alice@example.test', password: 'one "word" \\ and құпия' };
  const bob: Mailbox = { address: 'bob@example.test', password: 'bob' };
  const good: MailCredentials = { username: alice.address, password: alice.password };
  const bad: MailCredentials = { ...good, password: 'Opensesame7' };
  const host = '127.0.0.1';
  let certificates: Certificates;
  let postfix: Postfix;
  let dovecot: Dovecot;
  let prober: Prober;

  beforeAll(async () => {
    certificates = await makeCertificates();
    const tls = certificates.valid;
    const saslPort = await freePort();
    postfix = await startPostfix({ mailboxes: [alice, bob], saslPort, tls });
    dovecot = await startDovecot({ mailboxes: [alice, bob], maildirs: postfix.maildirs, pop3: true, saslPort, tls });
    prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });
  });
  afterAll(async () => {
    await prober?.close();
    await dovecot?.close();
    await postfix?.close();
  });

  const reader = () => ({ port: dovecot.port, certificate: certificates.ca });

  async function probe(target: Target, timeoutMs = 10_000) {
    const result = await prober.run({ target, timeoutMs, trust: [certificates.ca] });
    expect(JSON.stringify(result)).not.toContain('Opensesame7');
    return result;
  }

  const parties = { sender: 'kepil@example.test', recipient: alice.address };
  const up: [string, () => Target][] = [
    ['SMTP in plain text', () => ({ kind: 'smtp', host, port: postfix.port, security: 'plain' })],
    ['SMTP over TLS', () => ({ kind: 'smtp', host, port: postfix.tlsPort, security: 'tls' })],
    [
      'a recipient under STARTTLS',
      () => ({ kind: 'smtp', host, port: postfix.port, security: 'starttls', ...parties }),
    ],
    ['no sender', () => ({ kind: 'smtp', host, port: postfix.port, security: 'plain', recipient: alice.address })],
    [
      'a login and a recipient at submission',
      () => ({ kind: 'smtp', host, port: postfix.submissionPort, security: 'starttls', credentials: good, ...parties }),
    ],
    ['IMAP in plain text', () => ({ kind: 'imap', host, port: dovecot.port, security: 'plain' })],
    [
      'an inbox under STARTTLS',
      () => ({ kind: 'imap', host, port: dovecot.port, security: 'starttls', credentials: good, inbox: true }),
    ],
    [
      'an inbox over TLS',
      () => ({ kind: 'imap', host, port: dovecot.tlsPort, security: 'tls', credentials: good, inbox: true }),
    ],
    ['POP3 in plain text', () => ({ kind: 'pop3', host, port: dovecot.pop3Port, security: 'plain' })],
    [
      'a POP3 mailbox under STLS',
      () => ({ kind: 'pop3', host, port: dovecot.pop3Port, security: 'starttls', credentials: good }),
    ],
    [
      'a POP3 mailbox over TLS',
      () => ({ kind: 'pop3', host, port: dovecot.pop3TlsPort, security: 'tls', credentials: good }),
    ],
  ];
  it.each(up)('are up: %s', async (_what, target) => {
    expect(await probe(target())).toMatchObject({ outcome: 'ok' });
  });

  const down: [string, string, () => Target][] = [
    [
      'a recipient that is not there',
      'smtp_code',
      () => ({ kind: 'smtp', host, port: postfix.port, security: 'plain', recipient: 'nobody@example.test' }),
    ],
    [
      'no login where there must be one',
      'smtp_code',
      () => ({ kind: 'smtp', host, port: postfix.submissionPort, security: 'starttls', ...parties }),
    ],
    [
      'a wrong password at submission',
      'auth_refused',
      () => ({ kind: 'smtp', host, port: postfix.submissionPort, security: 'starttls', credentials: bad }),
    ],
    [
      'a login where none is taken',
      'auth_refused',
      () => ({ kind: 'smtp', host, port: postfix.tlsPort, security: 'tls', credentials: good }),
    ],
    [
      'a wrong password for IMAP',
      'auth_refused',
      () => ({ kind: 'imap', host, port: dovecot.port, security: 'starttls', credentials: bad }),
    ],
    [
      'a wrong password for POP3',
      'auth_refused',
      () => ({ kind: 'pop3', host, port: dovecot.pop3Port, security: 'starttls', credentials: bad }),
    ],
    ['TLS on a plain port', 'tls_handshake', () => ({ kind: 'pop3', host, port: dovecot.pop3Port, security: 'tls' })],
  ];
  it.each(down)('are down by their own word: %s is %s', async (_what, error, target) => {
    expect(await probe(target())).toMatchObject({ outcome: 'fail', error });
  });

  it('tell a mail that is only asked about from one that is sent: none arrives', async () => {
    expect(await readMailbox(reader(), alice)).toEqual([]);
  });

  describe('a mail round trip', () => {
    const trip = (more: Partial<DeliveryTarget> = {}): DeliveryTarget => ({
      kind: 'delivery',
      submission: { host, port: postfix.submissionPort, security: 'starttls', credentials: good },
      mailbox: { host, port: dovecot.port, security: 'starttls', credentials: good },
      from: 'kepil@example.test',
      to: alice.address,
      mark: 'acme/mail/trip@local',
      ...more,
    });

    it('arrives, says how long it took, and leaves no mail behind', async () => {
      const result = await probe(trip());
      expect(result).toMatchObject({ outcome: 'ok' });
      expect(result.phases.deliveryMs).toBeGreaterThan(0);
      expect(result.phases.deliveryMs).toBeLessThan(result.durationMs);
      expect(await readMailbox(reader(), alice)).toEqual([]);
    });

    it('that came too late is deleted by the next one, and other mail stays', async () => {
      const ids = [`${commonId(trip())}late`, `${commonId(trip({ mark: 'another' }))}late`];
      const relay = createTransport({ host, port: postfix.port, requireTLS: true, tls: { ca: certificates.ca } });
      for (const id of ids) {
        await relay.sendMail({ from: 'a@example.test', to: alice.address, messageId: `<${id}@example.test>` });
      }
      await waitForMail(reader(), alice, { count: 2 });
      expect(await probe(trip())).toMatchObject({ outcome: 'ok' });
      const left = await readMailbox(reader(), alice);
      expect(left.map(({ parsed }) => parsed.messageId)).toEqual([`<${ids[1]}@example.test>`]);
      await emptyMailbox(reader(), alice);
    });

    it('to a mailbox that is not there is rejected', async () => {
      const result = await probe(trip({ to: 'nobody@example.test' }));
      expect(result).toMatchObject({ error: 'delivery_rejected', evidence: { status: 550 } });
    });

    it('to another’s mailbox is never found', async () => {
      const result = await probe(trip({ to: bob.address }), 1_500);
      expect(result).toMatchObject({
        error: 'delivery_timeout',
        evidence: { seen: expect.stringMatching(/^mailbox: /) },
      });
      expect(await waitForMail(reader(), bob)).toHaveLength(1);
    });

    it('is not begun when nobody can look for the message', async () => {
      const { mailbox } = trip();
      const result = await probe(trip({ mailbox: { ...mailbox, credentials: bad } }));
      expect(result).toMatchObject({
        error: 'auth_refused',
        evidence: { seen: expect.stringMatching(/^mailbox: NO/) },
      });
      await systemClock.sleep(300);
      expect(await readMailbox(reader(), alice)).toEqual([]);
    });
  });
});
