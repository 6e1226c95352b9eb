import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMailer, type Mailer, type OutgoingMail } from '../../../src/outputs/mail/mailer.ts';
import { messageIdFor } from '../../../src/outputs/mail/message-id.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type Identity, makeSelfSigned } from '../../support/certificates.ts';
import { type Reaction, type ScriptedRelay, type Step, startRelay } from '../../support/smtp-relay.ts';

const MAIL: OutgoingMail = {
  to: 'aigerim@example.kz',
  messageId: messageIdFor('statement/s1/2026-03/1', 'example.kz'),
  language: 'kk',
  subject: 'Есеп',
  text: 'Бәрі жақсы.\n',
  html: '<p>Бәрі жақсы.</p>',
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(
  script: Partial<Record<Step, Reaction>> = {},
  options: { query?: string; user?: string; deadlineMs?: number; closeGraceMs?: number } = {},
): Promise<{ relay: ScriptedRelay; mailer: Mailer }> {
  const { query = '', user = '', ...rest } = options;
  const relay = await startRelay(script);
  const mailer = createMailer({
    relay: `${relay.url.replace('//', `//${user}`)}${query}`,
    from: 'Example Hosting <sla@example.kz>',
    clock: systemClock,
    deadlineMs: 5_000,
    ...rest,
  });
  cleanups.push(relay.close, mailer.close);
  return { relay, mailer };
}

function headers(message: string): string {
  return message.slice(0, message.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
}

describe('a mail that the relay takes', () => {
  it('is accepted in the words of the relay, for one recipient, with an explicit envelope', async () => {
    const { relay, mailer } = await setUp();
    expect(await mailer.send(MAIL)).toEqual({ outcome: 'accepted', response: '250 2.0.0 queued as 4F2A' });
    const envelope = relay.commands.filter((line) => /^(MAIL|RCPT)/.test(line));
    expect(envelope).toEqual(['MAIL FROM:<sla@example.kz>', 'RCPT TO:<aigerim@example.kz>']);
  });

  it('says that a program wrote it, in which language, and carries the Message-ID it was given', async () => {
    const { relay, mailer } = await setUp();
    await mailer.send(MAIL);
    await mailer.send(MAIL);
    const [first = '', second = ''] = relay.messages.map(headers);
    expect(first).toContain('Auto-Submitted: auto-generated');
    expect(first).toContain('Content-Language: kk');
    expect(first).toContain('To: aigerim@example.kz');
    expect(first).toContain('From: Example Hosting <sla@example.kz>');
    expect(first).not.toMatch(/List-Unsubscribe|X-Mailer/i);
    const id = /^Message-ID: (.*)$/im;
    expect(id.exec(first)?.[1]).toBe(MAIL.messageId);
    expect(id.exec(second)?.[1]).toBe(MAIL.messageId);
  });

  it('carries attachments by value', async () => {
    const { relay, mailer } = await setUp();
    const content = new TextEncoder().encode('{"asOf":1}');
    await mailer.send({ ...MAIL, attachments: [{ filename: 's.json', contentType: 'application/json', content }] });
    expect(relay.messages[0]).toContain('filename=s.json');
    expect(relay.messages[0]).toContain(Buffer.from(content).toString('base64'));
  });

  it('leaves no connection behind, even when the relay does not answer QUIT', async () => {
    const { relay, mailer } = await setUp({ QUIT: 'silence' });
    expect((await mailer.send(MAIL)).outcome).toBe('accepted');
    await expect.poll(relay.openSockets, { timeout: 4_000 }).toBe(0);
  });
});

describe('a mail that the relay does not take', () => {
  it.each<[string, Partial<Record<Step, Reaction>>, boolean, string]>([
    ['an unknown recipient is permanent', { RCPT: '550 5.1.1 no such user' }, true, '550 5.1.1 no such user'],
    ['a full mailbox is temporary', { RCPT: '452 4.2.2 full' }, false, '452 4.2.2 full'],
    ['a refused sender is permanent', { MAIL: '553 5.1.8 bad sender' }, true, '553 5.1.8 bad sender'],
    ['a refused content is permanent', { message: '554 5.7.1 spam' }, true, '554 5.7.1 spam'],
    ['DATA put off is temporary', { DATA: '451 4.3.0 later' }, false, '451 4.3.0 later'],
    ['a busy relay is temporary', { greeting: '421 4.3.2 busy' }, false, '421 4.3.2 busy'],
    ['421 in the middle is temporary', { RCPT: '421 4.3.2 shutting down' }, false, '421 4.3.2 shutting down'],
    ['a relay that refuses everyone is its own trouble', { greeting: '554 no service' }, false, '554 no service'],
    ['a relay that wants a login is our trouble', { MAIL: '530 5.7.0 login first' }, false, '530 5.7.0 login first'],
  ])('%s', async (_name, script, permanent, response) => {
    const { relay, mailer } = await setUp(script);
    const outcome = await mailer.send(MAIL);
    expect(outcome).toMatchObject({ outcome: 'refused', permanent });
    expect(outcome.response).toContain(response);
    await expect.poll(relay.openSockets).toBe(0);
  });

  it('is in doubt, and so refused for now, when the connection drops after the message', async () => {
    const { relay, mailer } = await setUp({ message: 'drop' });
    expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
    expect(relay.messages).toHaveLength(1);
  });

  it.each<Step>(['greeting', 'EHLO', 'RCPT', 'message'])(
    'is refused for now when the relay falls silent at %s',
    async (step) => {
      const { relay, mailer } = await setUp({ [step]: 'silence' }, { deadlineMs: 150 });
      const outcome = await mailer.send(MAIL);
      expect(outcome).toMatchObject({ outcome: 'refused', permanent: false });
      expect(outcome.response).toMatch(/within 0\.15 s|timeout|never received/i);
      await expect.poll(relay.openSockets).toBe(0);
    },
  );

  it('is refused for now when nobody listens', async () => {
    const { relay, mailer } = await setUp();
    await relay.close();
    expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
  });

  it('is refused for now when STARTTLS is required and not offered, and is then not shown to the relay', async () => {
    const { relay, mailer } = await setUp({}, { query: '?tls=required' });
    expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
    expect(relay.messages).toEqual([]);
  });

  it('keeps a password back from a relay without TLS unless the URL says otherwise', async () => {
    const closed = await setUp({}, { user: 'u:secret@' });
    expect(await closed.mailer.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
    expect(closed.relay.commands.join('\n')).not.toContain('AUTH');
    const open = await setUp({}, { user: 'u:secret@', query: '?tls=off' });
    expect((await open.mailer.send(MAIL)).outcome).toBe('accepted');
    expect(open.relay.commands.join('\n')).toContain('AUTH PLAIN');
  });

  it('is refused for now on a wrong password, which the outcome does not tell', async () => {
    const { mailer } = await setUp({ AUTH: '535 5.7.8 bad credentials' }, { user: 'u:secret@', query: '?tls=off' });
    const outcome = await mailer.send(MAIL);
    expect(outcome).toMatchObject({ outcome: 'refused', permanent: false });
    expect(outcome.response).not.toContain('secret');
  });
});

describe('a relay with a certificate of its own making', () => {
  let certificate: Identity;
  beforeAll(async () => {
    certificate = await makeSelfSigned(['relay.test']);
  });

  it.each([
    ['', 'refused', 0],
    ['?verify=off', 'accepted', 1],
    ['?verify=off&tls=required', 'accepted', 1],
    ['?tls=off', 'accepted', 1],
  ] as const)('%j: %s', async (query, outcome, messages) => {
    const relay = await startRelay({}, certificate);
    const relayUrl = `${relay.url}${query}`;
    const mailer = createMailer({ relay: relayUrl, from: 'sla@example.kz', clock: systemClock, deadlineMs: 5_000 });
    cleanups.push(relay.close, mailer.close);
    expect(await mailer.send(MAIL)).toMatchObject({ outcome });
    expect(relay.messages).toHaveLength(messages);
    expect(relay.commands.includes('STARTTLS')).toBe(query !== '?tls=off');
  });

  it('never sees the password while its certificate is not trusted', async () => {
    const relay = await startRelay({}, certificate);
    const url = relay.url.replace('//', '//user:secret@');
    const strict = createMailer({ relay: url, from: 'sla@example.kz', clock: systemClock, deadlineMs: 5_000 });
    const lenient = createMailer({
      relay: `${url}?verify=off`,
      from: 'sla@example.kz',
      clock: systemClock,
      deadlineMs: 5_000,
    });
    cleanups.push(relay.close, strict.close, lenient.close);
    expect(await strict.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
    expect(relay.commands.join()).not.toContain('AUTH');
    expect((await lenient.send(MAIL)).outcome).toBe('accepted');
    expect(relay.commands.join()).toContain('AUTH');
  });
});

describe('hostile values', () => {
  it('a reply of control characters and 10 000 letters is one printable line of 300', async () => {
    const { mailer } = await setUp({ message: `250 ok \u001b[31m\u202e${'x'.repeat(10_000)}` });
    const { outcome, response } = await mailer.send(MAIL);
    expect(outcome).toBe('accepted');
    expect(response).toHaveLength(300);
    expect(response).not.toMatch(/\p{C}/u);
  });

  it('a reply without an end is cut off', async () => {
    const { mailer } = await setUp({ MAIL: `250-${'x'.repeat(100_000)}` }, { deadlineMs: 1_000 });
    expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'refused', permanent: false });
  });

  it.each([
    'a@b.kz>\r\nRCPT TO:<evil@example.com',
    'a@b.kz\r\nBcc: evil@example.com',
    'a@b.kz, evil@example.com',
    'Name <a@b.kz>',
    '"a b"@b.kz',
    'a@b.kz\u0000',
    'айгерім@b.kz',
    '@b.kz',
    'a@',
    'a@b kz',
    '',
  ])('the address %j is refused for good, and nothing is sent', async (to) => {
    const { relay, mailer } = await setUp();
    const outcome = await mailer.send({ ...MAIL, to });
    expect(outcome).toMatchObject({ outcome: 'refused', permanent: true });
    expect(relay.commands).toEqual([]);
  });

  it('a subject, a file name and a Message-ID cannot add a header', async () => {
    const { relay, mailer } = await setUp();
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\nbody';
    expect((await mailer.send({ ...MAIL, messageId: `<${evil}@example.kz>` })).outcome).toBe('refused');
    await mailer.send({
      ...MAIL,
      subject: evil,
      attachments: [{ filename: evil, contentType: `text/plain\r\nBcc: evil@example.com`, content: 'x' }],
    });
    expect(relay.messages).toHaveLength(1);
    expect(relay.messages[0]).not.toMatch(/^Bcc:/im);
    expect(headers(relay.messages[0]!)).toContain('Subject: x Bcc: evil@example.com body');
  });

  it('an international domain is sent in ASCII', async () => {
    const { relay, mailer } = await setUp();
    expect((await mailer.send({ ...MAIL, to: 'a@сайт.қаз' })).outcome).toBe('accepted');
    expect(relay.commands).toContain('RCPT TO:<a@xn--80aswg.xn--80ao21a>');
  });
});

describe('closing', () => {
  it('cuts a mail under way after its grace, which is then refused for now', async () => {
    const { relay, mailer } = await setUp({ RCPT: 'silence' }, { closeGraceMs: 50 });
    const sending = mailer.send(MAIL);
    await expect.poll(() => relay.commands.length).toBeGreaterThan(1);
    await mailer.close();
    expect(await sending).toMatchObject({ outcome: 'refused', permanent: false });
    await expect.poll(relay.openSockets).toBe(0);
  });

  it('takes no mail afterwards, and can be asked twice', async () => {
    const { relay, mailer } = await setUp();
    await mailer.close();
    await mailer.close();
    expect(await mailer.send(MAIL)).toEqual({
      outcome: 'refused',
      permanent: false,
      response: 'the mailer is closed',
    });
    expect(relay.commands).toEqual([]);
  });
});
