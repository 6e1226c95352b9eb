/** Mail servers that do what they should not, at every step: each ends within its deadline, by its own word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure, ProbeResult } from '../../src/probes/outcome.ts';
import type { MailSecurity, SmtpTarget, Target } from '../../src/probes/target.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import * as mail from './mail-scripts.ts';
import {
  CREDENTIALS,
  hear,
  IMAP,
  IMAP_OPEN,
  MAILBOX_OPEN,
  POP3,
  POP3_OPEN,
  SMTP,
  SMTP_OPEN,
  say,
} from './mail-scripts.ts';
import { expectNothingLeft, startProbing } from './probing.ts';

/** Long enough to come to the step that is meant on a busy machine. */
const DEADLINE_MS = 500;
const LATE_MS = 400;

const probing = startProbing();
const servers: HostileServer[] = [];
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(async () => {
  await expectNothingLeft(probing, servers);
  await probing.close();
});

async function serve(script: readonly Step[]): Promise<number> {
  const server = await startHostileServer(script);
  servers.push(server);
  return server.port;
}

async function expectWord(word: Failure, target: Target): Promise<ProbeResult> {
  const isSlow = word.endsWith('_timeout');
  const timeoutMs = isSlow ? DEADLINE_MS : 5_000;
  const startMs = performance.now();
  const result = await probing.run({ target, timeoutMs, trust: [certificates.ca] });
  expect({ ...result, error: result.outcome === 'ok' ? 'none' : result.error }).toMatchObject({
    outcome: 'fail',
    error: word,
  });
  expect(performance.now() - startMs).toBeLessThan(timeoutMs + LATE_MS);
  const told = JSON.stringify(result);
  expect(told).not.toMatch(/opensesame/i);
  expect(told).not.toContain(mail.TOKEN);
  expect(result.evidence.seen).toMatch(/^[\x20-\x7e]{1,600}$/);
  return result;
}

type Row = readonly [what: string, word: Failure, script: readonly Step[]];
const LONG = 'x'.repeat(1024 * 1024);
/** In large pieces: the server shares our thread, and must not keep it. */
const flood = (text: string): Step => ({ flood: text.repeat(2_000) });
const TLS_GARBAGE: Step = { say: Buffer.from('160303ffff0badc0de00000000', 'hex') };

describe.concurrent('SMTP with a login and the parties of a mail: a server that', () => {
  const loggedIn = [...SMTP_OPEN, SMTP.auth, SMTP.welcome];
  const accepted = [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, SMTP.ok];
  const loginOnly = [SMTP.banner, SMTP.ehlo, say('250 AUTH LOGIN'), hear(/AUTH LOGIN\r\n/)];
  const rows: Row[] = [
    ['is silent after AUTH', 'reply_timeout', [...SMTP_OPEN, SMTP.auth, 'silence']],
    ['is silent after MAIL FROM', 'reply_timeout', [...loggedIn, SMTP.from, 'silence']],
    ['is silent after RCPT TO', 'reply_timeout', [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, 'silence']],
    ['is silent after RSET', 'reply_timeout', [...accepted, SMTP.rset, 'silence']],
    ['drips its offers', 'reply_timeout', [SMTP.banner, SMTP.ehlo, { drip: `250-${'x'.repeat(900)}`, everyMs: 5 }]],
    ['resets at AUTH', 'connection_closed', [...SMTP_OPEN, SMTP.auth, 'reset']],
    ['closes at RCPT TO', 'connection_closed', [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, 'close']],
    ['resets at RSET', 'connection_closed', [...accepted, SMTP.rset, 'reset']],
    ['refuses the password', 'auth_refused', [...SMTP_OPEN, SMTP.auth, say('535 5.7.8 no')]],
    ['refuses the mechanism', 'auth_refused', [...SMTP_OPEN, SMTP.auth, say('504 5.5.4 what?')]],
    ['cannot tell for now', 'smtp_code', [...SMTP_OPEN, SMTP.auth, say('454 4.7.0 later')]],
    ['goes away at AUTH', 'smtp_code', [...SMTP_OPEN, SMTP.auth, say('421 4.3.2 closing'), 'close']],
    ['asks for more after the whole of AUTH', 'smtp_code', [...SMTP_OPEN, SMTP.auth, say('334 ')]],
    ['offers no AUTH', 'auth_refused', [SMTP.banner, SMTP.ehlo, say('250-x', '250 AUTHENTIC PLAIN')]],
    ['offers another AUTH', 'auth_refused', [SMTP.banner, SMTP.ehlo, say('250 AUTH CRAM-MD5 XOAUTH2')]],
    [
      'refuses the user of AUTH LOGIN',
      'auth_refused',
      [...loginOnly, say('334 VXNlcm5hbWU6'), hear(/\n/), say('535 no')],
    ],
    ['takes AUTH LOGIN for done at once', 'smtp_code', [...loginOnly, say('235 2.7.0 welcome')]],
    ['prompts without end', 'smtp_protocol', [...loginOnly, say('334 a', '334 b', '334 c')]],
    ['refuses the sender', 'smtp_code', [...loggedIn, SMTP.from, say('550 5.7.1 not you')]],
    ['refuses the recipient', 'smtp_code', [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, say('550 5.1.1 unknown')]],
    ['puts the recipient off', 'smtp_code', [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, say('451 4.7.1 greylisted')]],
    ['goes away at RCPT TO', 'smtp_code', [...loggedIn, SMTP.from, SMTP.ok, SMTP.rcpt, say('421 bye'), 'close']],
    ['refuses RSET', 'smtp_code', [...accepted, SMTP.rset, say('500 no')]],
    ['answers before it is asked', 'smtp_protocol', [say('220 hi', '250 AUTH PLAIN'), 'silence']],
    ['answers MAIL FROM with its AUTH', 'smtp_protocol', [...SMTP_OPEN, SMTP.auth, say('235 ok', '250 ok'), 'silence']],
    ['changes the code within a reply', 'smtp_protocol', [...SMTP_OPEN, SMTP.auth, say('235-ok', '535 no')]],
    ['ends a reply with a NUL', 'smtp_protocol', [{ say: '220\0hi\r\n' }]],
    ['ends lines with CR alone', 'reply_timeout', [{ say: '220 hi\r250 hi\r' }, 'silence']],
    ['sends empty lines', 'smtp_protocol', [{ say: '\r\n\r\n\r\n' }]],
    ['offers without end', 'reply_too_large', [SMTP.banner, SMTP.ehlo, flood('250-AUTH PLAIN LOGIN\r\n')]],
    [
      'offers a line of a megabyte',
      'reply_too_large',
      [SMTP.banner, SMTP.ehlo, { say: `250-AUTH ${LONG}` }, 'silence'],
    ],
    ['answers AUTH without end', 'reply_too_large', [...SMTP_OPEN, SMTP.auth, flood('235-go on\r\n')]],
  ];
  it.each(rows)('%s ends with %s', async (_what, word, script) => {
    const target: SmtpTarget = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: await serve(script),
      security: 'plain',
      credentials: CREDENTIALS,
      sender: 'a@example.test',
      recipient: 'b@example.test',
    };
    await expectWord(word, target);
  });
});

describe.concurrent('IMAP with a login and the inbox: a server that', () => {
  const asked = [IMAP.greeting, IMAP.capability];
  const offered = [...asked, IMAP.offers('k1')];
  const tried = [...offered, IMAP.login];
  const examined = [...IMAP_OPEN, hear(/k3 EXAMINE INBOX\r\n/)];
  const twoSteps = [...asked, say('* CAPABILITY IMAP4rev1 AUTH=PLAIN', 'k1 OK'), hear(/AUTHENTICATE PLAIN\r\n/)];
  const rows: Row[] = [
    ['is silent after the login', 'reply_timeout', [...tried, 'silence']],
    ['is silent where it should ask for the token', 'reply_timeout', [...twoSteps, 'silence']],
    ['is silent after EXAMINE', 'reply_timeout', [...examined, 'silence']],
    ['is silent within a literal', 'reply_timeout', [...examined, say('* LIST () "/" {10}', 'abc'), 'silence']],
    ['drips untagged lines', 'reply_timeout', [...tried, { drip: '* OK x\r\n'.repeat(99), everyMs: 5 }]],
    ['resets at the login', 'connection_closed', [...tried, 'reset']],
    ['closes at EXAMINE', 'connection_closed', [...examined, 'close']],
    ['closes within a literal', 'connection_closed', [...examined, say('* LIST () "/" {10}', 'abc'), 'close']],
    ['refuses the password', 'auth_refused', [...tried, say('k2 NO [AUTHENTICATIONFAILED] no')]],
    ['refuses the password without a code', 'auth_refused', [...tried, say('k2 NO')]],
    ['cannot tell for now', 'imap_status', [...tried, say('k2 NO [UNAVAILABLE] later')]],
    ['does not know the command', 'imap_status', [...tried, say('k2 BAD what?')]],
    ['goes away at the login', 'imap_status', [...tried, say('* BYE too many'), 'close']],
    ['goes away at EXAMINE', 'imap_status', [...examined, say('* BYE shutting down'), 'close']],
    ['has no inbox', 'imap_status', [...examined, say('k3 NO [NONEXISTENT] no')]],
    ['takes no logins', 'auth_refused', [...asked, say('* CAPABILITY IMAP4rev1 LOGINDISABLED', 'k1 OK')]],
    ['is logged in before anybody says who', 'imap_protocol', [say('* PREAUTH welcome')]],
    ['asks for more after the whole of it', 'imap_protocol', [...tried, say('+ go on')]],
    ['takes the login for done before the token', 'imap_protocol', [...twoSteps, say('k2 OK welcome')]],
    ['answers with another tag', 'imap_protocol', [...tried, say('k3 OK welcome')]],
    ['answers with a tag that ours begins', 'imap_protocol', [...tried, say('k22 OK welcome')]],
    ['answers before it is asked', 'imap_protocol', [say('* OK hi', '* CAPABILITY IMAP4rev1', 'k1 OK'), 'silence']],
    ['answers EXAMINE with its login', 'imap_protocol', [...tried, say('k2 OK welcome', 'k3 OK done'), 'silence']],
    ['announces a literal of gigabytes', 'reply_too_large', [...examined, say('* LIST () "/" {999999999}'), 'silence']],
    ['announces one beyond numbers', 'reply_too_large', [...examined, say('* X {99999999999999999999}'), 'silence']],
    ['hides its reply in a literal', 'reply_timeout', [...examined, say('* X {12}', 'k3 OK done', ''), 'silence']],
    ['sends literals without end', 'reply_too_large', [...examined, flood('* X {3}\r\nabc\r\n')]],
    ['lists capabilities without end', 'reply_too_large', [...asked, flood('* CAPABILITY IMAP4rev1\r\n')]],
    ['has capabilities of a megabyte', 'reply_too_large', [...asked, { say: `* CAPABILITY ${LONG}` }, 'silence']],
    ['says other things without end', 'reply_too_large', [...tried, flood('* OK still here\r\n')]],
    ['sends a NUL for a space', 'imap_protocol', [{ say: '* OK\0\r\n' }]],
  ];
  it.each(rows)('%s ends with %s', async (_what, word, script) => {
    const port = await serve(script);
    await expectWord(word, {
      kind: 'imap',
      host: '127.0.0.1',
      port,
      security: 'plain',
      credentials: CREDENTIALS,
      inbox: true,
    });
  });
});

describe.concurrent('POP3 with a login: a server that', () => {
  const user = [...POP3_OPEN, POP3.user];
  const pass = [...user, POP3.ok, POP3.pass];
  const stat = [...pass, POP3.ok, POP3.stat];
  const rows: Row[] = [
    ['is silent', 'reply_timeout', ['silence']],
    ['is silent after CAPA', 'reply_timeout', [POP3.greeting, POP3.capa, 'silence']],
    ['is silent within the list', 'reply_timeout', [POP3.greeting, POP3.capa, say('+OK', 'USER'), 'silence']],
    ['is silent after USER', 'reply_timeout', [...user, 'silence']],
    ['is silent after PASS', 'reply_timeout', [...pass, 'silence']],
    ['is silent after STAT', 'reply_timeout', [...stat, 'silence']],
    ['drips its greeting', 'reply_timeout', [{ drip: `+OK ${'x'.repeat(900)}`, everyMs: 5 }]],
    ['closes at once', 'connection_closed', ['close']],
    ['resets at CAPA', 'connection_closed', [POP3.greeting, POP3.capa, 'reset']],
    ['closes within the list', 'connection_closed', [POP3.greeting, POP3.capa, say('+OK', 'USER'), 'close']],
    ['resets at PASS', 'connection_closed', [...pass, 'reset']],
    ['greets with an error', 'pop3_status', [say('-ERR too busy'), 'close']],
    ['greets like another protocol', 'pop3_protocol', [say('220 mail.example ESMTP'), 'silence']],
    ['greets with half a word', 'pop3_protocol', [say('+OKAY'), 'silence']],
    ['greets in small letters', 'pop3_protocol', [say('+ok'), 'silence']],
    ['refuses the user', 'auth_refused', [...user, say('-ERR no such user')]],
    ['refuses the password', 'auth_refused', [...pass, say('-ERR [AUTH] no')]],
    ['has the mailbox locked', 'pop3_status', [...pass, say('-ERR [IN-USE] locked')]],
    ['cannot tell for now', 'pop3_status', [...pass, say('-ERR [SYS/TEMP] later')]],
    ['takes no users', 'auth_refused', [POP3.greeting, POP3.capa, say('+OK', 'TOP', '.')]],
    ['does not know STAT', 'pop3_status', [...stat, say('-ERR what?')]],
    ['counts no messages', 'pop3_protocol', [...stat, say('+OK many')]],
    ['counts with signs', 'pop3_protocol', [...stat, say('+OK -1 99')]],
    ['answers before it is asked', 'pop3_protocol', [say('+OK hi', '+OK', 'USER', '.'), 'silence']],
    ['goes on after the list', 'pop3_protocol', [POP3.greeting, POP3.capa, say('+OK', 'USER', '.', '+OK'), 'silence']],
    ['lists without end', 'reply_too_large', [POP3.greeting, POP3.capa, say('+OK'), flood('USER\r\n')]],
    ['greets with a megabyte', 'reply_too_large', [{ say: `+OK ${LONG}` }, 'silence']],
    ['has terminal escapes for a greeting', 'pop3_protocol', [{ say: '\x1b[2J\x1b]0;+OK\x07\r\n' }]],
  ];
  it.each(rows)('%s ends with %s', async (_what, word, script) => {
    const port = await serve(script);
    await expectWord(word, { kind: 'pop3', host: '127.0.0.1', port, security: 'plain', credentials: CREDENTIALS });
  });
});

describe.concurrent('STARTTLS before a login: a server that', () => {
  const start = {
    smtp: [...SMTP_OPEN, hear(/STARTTLS\r\n/)],
    imap: [IMAP.greeting, IMAP.capability, IMAP.offers('k1'), hear(/STARTTLS\r\n/)],
    pop3: [...POP3_OPEN, hear(/STLS\r\n/)],
  };
  const agree = { smtp: say('220 go'), imap: say('k2 OK go'), pop3: say('+OK go') };
  const refuse = { smtp: say('454 no'), imap: say('k2 NO no'), pop3: say('-ERR no') };
  const rows = (['smtp', 'imap', 'pop3'] as const).flatMap((kind) => {
    const agreed = [...start[kind], agree[kind]];
    const protocol: Failure = `${kind}_protocol`;
    const injected = [...start[kind], { say: Buffer.concat([agree[kind], refuse[kind]].map((step) => bytesOf(step))) }];
    return [
      [kind, 'refuses it', 'starttls_refused', () => [...start[kind], refuse[kind]]],
      [kind, 'is silent at it', 'reply_timeout', () => [...start[kind], 'silence']],
      [kind, 'agrees and says more in plain text', protocol, () => [...injected, 'silence']],
      [
        kind,
        'agrees and goes on in plain text',
        'tls_handshake',
        () => [...agreed, hear(/./s), agree[kind], 'silence'],
      ],
      [
        kind,
        'agrees and sends garbage for TLS',
        'tls_handshake',
        () => [...agreed, hear(/./s), TLS_GARBAGE, 'silence'],
      ],
      [kind, 'agrees and is silent', 'tls_timeout', () => [...agreed, 'silence']],
      [kind, 'agrees and resets', 'tls_handshake', () => [...agreed, hear(/./s), 'reset']],
      [kind, 'has an expired certificate', 'tls_expired', () => [...agreed, { tls: certificates.expired }, 'silence']],
      [
        kind,
        'has another’s certificate',
        'tls_name_mismatch',
        () => [...agreed, { tls: certificates.wrongName }, 'silence'],
      ],
      [kind, 'is silent under TLS', 'reply_timeout', () => [...agreed, { tls: certificates.valid }, 'silence']],
      [
        kind,
        'closes under TLS',
        'connection_closed',
        () => [...agreed, { tls: certificates.valid }, hear(/\n/), 'close'],
      ],
    ] satisfies [typeof kind, string, Failure, () => readonly Step[]][];
  });
  it.each(rows)('speaks %s and %s ends with %s, and is told no password', async (kind, _what, word, script) => {
    const port = await serve(script());
    const { inPlainText: _, ...credentials } = CREDENTIALS;
    await expectWord(word, { kind, host: '127.0.0.1', port, security: 'starttls', credentials });
    const heard = servers.find((server) => server.port === port)?.heard.join('') ?? '';
    expect(heard).not.toContain('alice');
    expect(heard).not.toContain('AUTH');
    expect(heard).not.toContain(mail.TOKEN);
  });

  it('answers the greeting with PREAUTH is believed nothing', async () => {
    const port = await serve([say('* PREAUTH welcome'), 'silence']);
    await expectWord('imap_protocol', { kind: 'imap', host: '127.0.0.1', port, security: 'starttls' });
  });
});

describe.concurrent('a mail round trip whose mailbox', () => {
  const searched = [...MAILBOX_OPEN, hear(/k6 NOOP\r\n/), IMAP.ok('k6'), hear(/k7 UID SEARCH .*\r\n/)];
  const found = [...searched, say('* SEARCH 7', 'k7 OK done'), hear(/k8 UID FETCH .*\r\n/)];
  const selected = MAILBOX_OPEN.slice(0, -1);
  /** Nothing is ever found. */
  const empty: Step = {
    always: (heard) => {
      const [tag = ''] = heard.split(' ');
      return `${heard.includes('SEARCH') ? '* SEARCH\r\n' : ''}${tag} OK done\r\n`;
    },
  };
  const rows: Row[] = [
    ['is silent before anything is sent', 'reply_timeout', [...selected, 'silence']],
    ['is silent at the look', 'reply_timeout', [...searched, 'silence']],
    ['is silent at the reading', 'reply_timeout', [...found, 'silence']],
    ['never has it', 'delivery_timeout', [...MAILBOX_OPEN, empty]],
    [
      'says that it is there and has another',
      'reply_timeout',
      [...found, say('* 1 FETCH (UID 7 BODY[X] {5}', 'other)', 'k8 OK'), 'silence'],
    ],
    ['closes at the look', 'connection_closed', [...searched, 'close']],
    ['resets at the look', 'connection_closed', [...searched, 'reset']],
    ['goes away at the look', 'imap_status', [...searched, say('* BYE'), 'close']],
    ['refuses the look', 'imap_status', [...searched, say('k7 NO no')]],
    ['finds messages without end', 'reply_too_large', [...searched, flood('* SEARCH 1 2 3 4 5 6 7 8 9\r\n')]],
    [
      'finds a message of gigabytes',
      'reply_too_large',
      [...found, say('* 1 FETCH (UID 7 BODY[X] {999999999}'), 'silence'],
    ],
    ['does not open', 'imap_status', [...IMAP_OPEN, hear(/k3/), IMAP.offers('k3'), hear(/SELECT/), say('k4 NO')]],
    [
      'refuses the password',
      'auth_refused',
      [IMAP.greeting, IMAP.capability, IMAP.offers('k1'), IMAP.login, say('k2 NO')],
    ],
    ['is another protocol', 'imap_protocol', [SMTP.banner]],
  ];
  it.each(rows)('%s ends with %s', async (_what, word, script) => {
    await expectWord(word, mail.deliveryTarget(await serve(mail.SUBMISSION), await serve(script)));
  });
});

describe.concurrent('a mail round trip whose submission server', () => {
  const from = [...SMTP_OPEN, SMTP.from];
  const rcpt = [...from, SMTP.ok, SMTP.rcpt];
  const data = [...rcpt, SMTP.ok, SMTP.data];
  const message = [...data, SMTP.goAhead, SMTP.message];
  const rows: Row[] = [
    ['refuses the sender', 'delivery_rejected', [...from, say('550 5.7.1 not you')]],
    ['refuses the recipient', 'delivery_rejected', [...rcpt, say('550 5.1.1 unknown')]],
    ['puts the recipient off', 'delivery_rejected', [...rcpt, say('451 4.7.1 greylisted')]],
    ['refuses DATA', 'delivery_rejected', [...data, say('554 5.5.1 no')]],
    ['takes DATA for the message', 'delivery_rejected', [...data, say('250 thanks')]],
    ['refuses the message', 'delivery_rejected', [...message, say('554 5.7.1 spam')]],
    ['goes away at the message', 'smtp_code', [...message, say('421 closing'), 'close']],
    ['is silent at the greeting', 'reply_timeout', ['silence']],
    ['is silent at DATA', 'reply_timeout', [...data, 'silence']],
    ['is silent after the message', 'reply_timeout', [...message, 'silence']],
    ['closes after the message', 'connection_closed', [...message, 'close']],
    ['resets at DATA', 'connection_closed', [...data, 'reset']],
    ['answers the message before it comes', 'smtp_protocol', [...data, say('354 go', '250 thanks'), 'silence']],
    ['greets without end', 'reply_too_large', [flood('220-hello\r\n')]],
  ];
  it.each(rows)('%s ends with %s', async (_what, word, script) => {
    const result = await expectWord(
      word,
      mail.deliveryTarget(await serve(script), await serve([...MAILBOX_OPEN, 'silence'])),
    );
    expect(result.evidence.seen).toMatch(/^submission: /);
  });
});

describe.concurrent('a mailbox, while the message is handed in,', () => {
  it.each([
    ['resets', 'connection_closed', 'reset'],
    ['talks without end', 'reply_too_large', flood('* OK x\r\n')],
  ] as [string, Failure, Step][])('that %s is told from the submission server', async (_what, word, step) => {
    const submission = await serve(['silence']);
    const waits: Step = { drip: '* OK\r\n', everyMs: 20 };
    const result = await expectWord(word, mail.deliveryTarget(submission, await serve([...MAILBOX_OPEN, waits, step])));
    expect(result.evidence.seen).toMatch(/^mailbox: /);
  });
});

describe.concurrent('at every step, a server that', () => {
  const [from, rcpt] = [
    [SMTP.from, SMTP.ok],
    [SMTP.rcpt, SMTP.ok],
  ];
  const kinds = {
    smtp: {
      script: [...SMTP_OPEN, SMTP.auth, SMTP.welcome, ...from, ...rcpt, SMTP.rset],
      away: () => say('421 4.3.2 closing'),
      word: 'smtp_code' as const,
    },
    imap: {
      script: [...IMAP_OPEN, hear(/k3 EXAMINE INBOX\r\n/)],
      away: () => say('* BYE closing'),
      word: 'imap_status' as const,
    },
    pop3: {
      script: [...POP3_OPEN, POP3.user, POP3.ok, POP3.pass, POP3.ok, POP3.stat],
      away: (at: number) => say(`-ERR ${at < 4 ? '' : '[SYS/TEMP] '}closing`),
      word: 'pop3_status' as const,
    },
  };
  const rows = (['smtp', 'imap', 'pop3'] as const).flatMap((kind) => {
    const { script, away, word } = kinds[kind];
    const turns = [0, ...script.flatMap((step, at) => (typeof step === 'object' && 'hear' in step ? [at + 1] : []))];
    return turns.flatMap((at): [string, number, string, Failure, readonly Step[]][] => {
      const until = script.slice(0, at);
      // CAPA need not be known.
      const isGone = kind === 'pop3' && at === 2 ? 'connection_closed' : word;
      return [
        [kind, at, 'is silent', 'reply_timeout', [...until, 'silence']],
        [kind, at, 'says half a line', 'reply_timeout', [...until, { say: '2' }, 'silence']],
        [kind, at, 'closes', 'connection_closed', [...until, 'close']],
        // At once it may come before we know of the connection.
        [
          kind,
          at,
          'resets',
          'connection_closed',
          [...until, ...(at === 0 ? [{ drip: '220', everyMs: 30 }] : []), 'reset'],
        ],
        [kind, at, 'goes away', isGone, [...until, away(at), 'close']],
        [kind, at, 'says bytes without end', 'reply_too_large', [...until, flood('\0')]],
      ];
    });
  });
  it.each(rows)('speaks %s and at step %i %s', async (kind, _at, _what, word, script) => {
    const server = {
      host: '127.0.0.1',
      port: await serve(script),
      security: 'plain',
      credentials: CREDENTIALS,
    } as const;
    const parties = { sender: 'a@example.test', recipient: 'b@example.test' };
    if (kind === 'smtp') await expectWord(word, { kind, ...server, ...parties });
    else if (kind === 'imap') await expectWord(word, { kind, ...server, inbox: true });
    else await expectWord(word, { kind: 'pop3', ...server });
  });
});

describe.concurrent('implicit TLS', () => {
  it.each(
    (['smtp', 'imap', 'pop3'] as const).flatMap((kind) => [
      [kind, 'garbage', 'tls_handshake', [hear(/./s), TLS_GARBAGE, 'silence']] as const,
      [kind, 'a plain greeting', 'tls_handshake', [say('220 hi'), 'silence']] as const,
      [kind, 'silence', 'tls_timeout', ['silence']] as const,
      [kind, 'a reset', 'tls_handshake', [hear(/./s), 'reset']] as const,
    ]),
  )('of %s answered by %s ends with %s', async (kind, _what, word, script) => {
    const security: MailSecurity = 'tls';
    await expectWord(word, { kind, host: '127.0.0.1', port: await serve(script), security, credentials: CREDENTIALS });
  });
});

it('that flood, a hundred at a time, take no more memory than their bounds', async () => {
  const ports = await Promise.all(
    ['220-x\r\n', '* OK x\r\n', '+OK x', '* 1 X {9}\r\n'].map((text) => serve([flood(text)])),
  );
  const kinds = ['smtp', 'imap', 'pop3', 'imap'] as const;
  const before = process.memoryUsage();
  const runs = Array.from({ length: 100 }, (_, k) => {
    const target: Target = { kind: kinds[k % 4]!, host: '127.0.0.1', port: ports[k % 4]!, security: 'plain' };
    return probing.run({ target, timeoutMs: 20_000 });
  });
  for (const result of await Promise.all(runs)) expect(result.outcome).toBe('fail');
  const { heapUsed, external } = process.memoryUsage();
  // A hundred times 64 KiB, and what the servers in this process hold ready.
  expect(heapUsed + external - before.heapUsed - before.external).toBeLessThan(64 * LONG.length);
});

function bytesOf(step: Step): Buffer {
  return typeof step === 'object' && 'say' in step ? Buffer.from(step.say) : Buffer.alloc(0);
}
