/** Who logs in, how, and that nobody else learns of it: not the evidence, not whoever listens. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { describeTarget, type MailServer, type Target } from '../../src/probes/target.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import * as mail from './mail-scripts.ts';
import { CREDENTIALS, hear, IMAP, POP3, POP3_OPEN, SMTP, SMTP_OPEN, say, TOKEN } from './mail-scripts.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

const probing = startProbing();
const servers: HostileServer[] = [];

afterEach(async () => {
  await expectNothingLeft(probing, servers.splice(0));
});
afterAll(() => probing.close());

async function probe(
  script: readonly Step[],
  target: { readonly kind: 'smtp' | 'imap' | 'pop3' } & Partial<MailServer>,
) {
  const server = await startHostileServer(script);
  servers.push(server);
  const result = await probing.run({
    target: { host: '127.0.0.1', port: server.port, security: 'plain', credentials: CREDENTIALS, ...target },
    timeoutMs: 2_000,
  });
  return { result, heard: server.heard.join('') };
}

const SMTP_END = [SMTP.quit, SMTP.bye, 'close'] as const;
const IMAP_END = [hear(/LOGOUT\r\n/), say('* BYE'), 'close'] as const;
const offer = (capabilities: string) => [IMAP.greeting, IMAP.capability, say(`* CAPABILITY ${capabilities}`, 'k1 OK')];

describe('a login', () => {
  it('to SMTP is AUTH PLAIN', async () => {
    const { result, heard } = await probe([...SMTP_OPEN, SMTP.auth, SMTP.welcome, ...SMTP_END], { kind: 'smtp' });
    expect(result).toMatchObject({ outcome: 'ok', evidence: { status: 235 } });
    expect(heard).toContain(`AUTH PLAIN ${TOKEN}\r\nQUIT\r\n`);
  });

  it('to SMTP is AUTH LOGIN where that is all, however it is spelt', async () => {
    const script = [
      ...[SMTP.banner, SMTP.ehlo, say('250 auth=login'), hear(/AUTH LOGIN\r\n/), say('334 VXNlcm5hbWU6')],
      ...[hear(/YWxpY2U=\r\n/), say('334 UGFzc3dvcmQ6'), hear(/\r\n/), SMTP.welcome, ...SMTP_END],
    ];
    const { result, heard } = await probe(script, { kind: 'smtp' });
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(heard).toContain(Buffer.from('Opensesame7').toString('base64'));
  });

  it('to IMAP is AUTHENTICATE PLAIN, in one step or two', async () => {
    const one = [...offer('IMAP4rev1 AUTH=PLAIN SASL-IR'), IMAP.login, say('k2 OK'), ...IMAP_END];
    expect(await probe(one, { kind: 'imap' })).toMatchObject({ result: { outcome: 'ok' } });
    const two = [
      ...[...offer('IMAP4rev1 AUTH=PLAIN'), hear(/AUTHENTICATE PLAIN\r\n/), say('* OK a moment', '+ ')],
      ...[hear(new RegExp(`${TOKEN}\r\n`)), say('k2 OK [CAPABILITY IMAP4rev1] in'), ...IMAP_END],
    ];
    expect(await probe(two, { kind: 'imap' })).toMatchObject({ result: { outcome: 'ok' } });
  });

  it('to IMAP is LOGIN where that is all, quoted, and with literals where it must be', async () => {
    const script = (pieces: number): Step[] => [
      ...offer('IMAP4rev1'),
      ...Array.from({ length: pieces }, () => [hear(/\}\r\n/), say('+ go on')]).flat(),
      ...[hear(/[^}]\r\n/), say('k2 OK'), ...IMAP_END],
    ];
    const login = async (password: string, pieces: number) => {
      const credentials = { ...CREDENTIALS, password };
      const { result, heard } = await probe(script(pieces), { kind: 'imap', credentials });
      expect(result).toMatchObject({ outcome: 'ok' });
      return Buffer.from(heard, 'latin1').toString();
    };
    expect(await login('a "b" \\c', 0)).toContain('k2 LOGIN "alice" "a \\"b\\" \\\\c"\r\n');
    expect(await login('құпия', 1)).toContain('k2 LOGIN "alice" {10}\r\nқұпия\r\n');
  });

  it.each(['smtp', 'imap', 'pop3'] as const)(
    'to %s that would be overheard is not tried: it is void, and no byte of it leaves',
    async (kind) => {
      const scripts = { smtp: SMTP_OPEN, imap: offer('IMAP4rev1 AUTH=PLAIN SASL-IR'), pop3: POP3_OPEN };
      const { inPlainText: _, ...credentials } = CREDENTIALS;
      const { result, heard } = await probe([...scripts[kind], 'silence'], { kind, credentials });
      expect(result).toMatchObject({ outcome: 'void', error: 'internal_error' });
      expect(heard).not.toMatch(/AUTH|LOGIN|USER|alice/);
      expect(heard).not.toContain(TOKEN);
    },
  );

  it.each(['smtp', 'imap', 'pop3'] as const)('to %s with a line end in it is not tried', async (kind) => {
    const scripts = { smtp: SMTP_OPEN, imap: offer('IMAP4rev1'), pop3: POP3_OPEN };
    const credentials = { ...CREDENTIALS, password: 'x\r\nDELE 1' };
    const { result, heard } = await probe([...scripts[kind], 'silence'], { kind, credentials });
    expect(result).toMatchObject({ outcome: 'void', error: 'internal_error' });
    expect(heard).not.toContain('DELE');
  });
});

describe('credentials', () => {
  const forms = [
    'Opensesame7',
    'OPENSESAME7',
    '<<Open-sesame-7>>',
    TOKEN,
    Buffer.from('Opensesame7').toString('base64'),
  ];
  const echoes = (form: string): [string, 'smtp' | 'imap' | 'pop3', Step[]][] => [
    ['refusing AUTH', 'smtp', [...SMTP_OPEN, SMTP.auth, say(`535 5.7.8 ${form} is wrong`)]],
    ['for a reply to AUTH', 'smtp', [...SMTP_OPEN, SMTP.auth, say(form)]],
    ['refusing the login', 'imap', [...offer('IMAP4rev1'), IMAP.login, say(`k2 NO [${form}] ${form}`)]],
    ['for a reply to the login', 'imap', [...offer('IMAP4rev1'), IMAP.login, say(`k9 ${form}`)]],
    ['going away', 'imap', [...offer('IMAP4rev1'), IMAP.login, say(`* BYE ${form}`), 'close']],
    ['refusing PASS', 'pop3', [...POP3_OPEN, POP3.user, POP3.ok, POP3.pass, say(`-ERR [${form}] ${form}`)]],
    ['for a reply to PASS', 'pop3', [...POP3_OPEN, POP3.user, POP3.ok, POP3.pass, say(form)]],
    ['refusing STAT', 'pop3', [...POP3_OPEN, POP3.user, POP3.ok, POP3.pass, POP3.ok, POP3.stat, say(`-ERR ${form}`)]],
  ];
  it.each(forms.flatMap((form) => echoes(form).map((row) => [form, ...row] as const)))(
    'said back as %s by a server %s over %s are in no evidence',
    async (form, _what, kind, script) => {
      const { result } = await probe([...script, 'silence'], { kind });
      expect(result.outcome).toBe('fail');
      const told = JSON.stringify(result);
      expect(told).not.toContain(form);
      expect(told.toLowerCase().replace(/[^a-z0-9]/g, '')).not.toContain('opensesame7');
    },
  );

  it('are in no description of a target', () => {
    const server = { host: 'mail.example.kz', port: 587, security: 'starttls', credentials: CREDENTIALS } as const;
    const targets: Target[] = [
      { kind: 'smtp', ...server },
      { kind: 'imap', ...server },
      { kind: 'pop3', ...server },
      { ...mail.deliveryTarget(25, 143), submission: server, mailbox: server },
    ];
    expect(targets.map(describeTarget)).toEqual([
      'smtp://mail.example.kz:587 (starttls)',
      'imap://mail.example.kz:587 (starttls)',
      'pop3://mail.example.kz:587 (starttls)',
      'smtp://mail.example.kz:587 (starttls) to imap://mail.example.kz:587 (starttls)',
    ]);
  });
});
