/**
 * Random and mutated replies to every mail conversation, without sockets: none crashes it, hangs it or makes it hold more
 * than its bounds. `MAIL_FUZZ_INPUTS=1000000 npx vitest run test/probes/mail-fuzz.test.ts` for the long form;
 * `MAIL_FUZZ_SEED` for other inputs than every run's.
 */
import { expect, it } from 'vitest';
import { converseMailbox, converseSubmission, MAILBOX_BOUNDS } from '../../src/probes/delivery-probe.ts';
import { Exchange } from '../../src/probes/exchange.ts';
import { converseImap } from '../../src/probes/imap-probe.ts';
import { COMMON_BOUNDS, type Talk } from '../../src/probes/line-dialogue.ts';
import { MailSession } from '../../src/probes/mail-session.ts';
import { FAILURES, type ProbeResult } from '../../src/probes/outcome.ts';
import { conversePop3 } from '../../src/probes/pop3-probe.ts';
import { converseSmtp } from '../../src/probes/smtp-probe.ts';
import type { DeliveryTarget, MailSecurity, MailServer, Target } from '../../src/probes/target.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { CREDENTIALS, deliveryTarget, messageFound } from './mail-scripts.ts';

const INPUTS = Number(process.env.MAIL_FUZZ_INPUTS ?? 8_000);
const SEED = Number(process.env.MAIL_FUZZ_SEED ?? 20260217);
const INPUT_MS_MAX = 2_000;
const MEGABYTE = 1024 * 1024;

/** What a decent server answers to what was sent, and to the connection (an empty text). */
type Answer = (sent: string) => string;

const smtpAnswer: Answer = (sent) => {
  const [verb = ''] = sent.split(/[ \r:]/);
  if (verb === '') return '220 mail.example ESMTP\r\n';
  if (verb === 'EHLO') return '250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n';
  if (verb === 'AUTH') return '235 2.7.0 ok\r\n';
  if (verb === 'DATA') return '354 go on\r\n';
  return verb === 'QUIT' || verb === 'STARTTLS' ? '220 ok\r\n' : '250 ok\r\n';
};

function imapAnswer(random: SeededRandom): Answer {
  const foundAt = random.pick([0, 0.3, 1]);
  let sought = '';
  return (sent) => {
    if (sent === '') return '* OK [CAPABILITY IMAP4rev1] ready\r\n';
    const [tag = '', ...words] = sent.trimEnd().split(' ');
    const command = words.join(' ');
    const done = `${tag} OK done\r\n`;
    if (command === 'CAPABILITY') return `* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR UIDPLUS\r\n${done}`;
    if (command.startsWith('UID SEARCH')) sought = command;
    if (command.startsWith('UID SEARCH')) return `* SEARCH${random.chance(foundAt) ? ' 7 9' : ''}\r\n${done}`;
    if (command.startsWith('UID FETCH')) return `${messageFound(sought)}${messageFound(sought, '9')}${done}`;
    return `* 3 EXISTS\r\n${done}`;
  };
}

const pop3Answer: Answer = (sent) => {
  if (sent.startsWith('CAPA')) return '+OK list\r\nUSER\r\nSTLS\r\n.\r\n';
  return sent.startsWith('STAT') ? '+OK 2 320\r\n' : '+OK\r\n';
};

const TOKENS = [
  ...['\r\n', '\n', '\r', '\0', ' ', '-', '+', '*', '.', '{', '}', '[', ']', '"', '(', ')', '\xff', '\x1b[2J'],
  ...['220 ', '250-', '250 ', '334 ', '354 ', '421 ', '535 ', '554-', '999 ', '* OK ', '* BYE\r\n', '* PREAUTH ', '+ '],
  ...['k1 ', 'k2 OK\r\n', 'k3 NO ', 'k4 BAD\r\n', '* SEARCH ', '* 1 FETCH (UID 7 ', 'BODY[X] {3}\r\nabc)\r\n', ' UID '],
  ...['{0}\r\n', '{1}\r\n', '{65536}\r\n', '{65537}\r\n', '{999999999}\r\n', '{99999999999999999999}\r\n', '{-1}\r\n'],
  ...['+OK ', '-ERR ', '.\r\n', '..\r\n', 'USER\r\n', 'STLS\r\n', '[IN-USE] ', '* CAPABILITY ', 'AUTH=PLAIN ', 'OK'],
  ...['AUTH LOGIN\r\n', 'LOGINDISABLED ', '[AUTHENTICATIONFAILED] ', 'Opensesame7', '4294967296', '1,2:*'],
];

const REFUSALS = ['421', '451', '454', '535', '550', '554', '334', '235', 'NO', 'BAD', '-ERR', '+OK', 'OK'];

function mutate(text: string, random: SeededRandom): string {
  let mutated = text;
  for (let edits = random.magnitude(1, 8); edits > 0; edits -= 1) {
    const at = random.whole(0, mutated.length);
    const until = Math.min(mutated.length, at + random.magnitude(1, 40));
    const [head, cut, tail] = [mutated.slice(0, at), mutated.slice(at, until), mutated.slice(until)];
    switch (random.whole(0, 7)) {
      case 0:
        mutated = head + tail;
        break;
      case 1:
        mutated = head + cut + cut + tail;
        break;
      case 2:
        mutated = head + random.pick(TOKENS) + tail;
        break;
      case 3:
        mutated = head + random.pick(TOKENS) + cut + tail;
        break;
      case 4:
        mutated = head + noise(random, random.magnitude(1, 60)) + tail;
        break;
      case 5:
        mutated = head;
        break;
      case 6:
        // A refusal in good form leads further than noise.
        mutated = mutated.replace(/\d{3}(?=[ -])|\bOK\b|\+OK/, () => random.pick(REFUSALS));
        break;
      default:
        // Rarely past every bound.
        mutated = head + random.pick(TOKENS).repeat(random.chance(0.01) ? 40_000 : random.whole(1, 4)) + tail;
    }
  }
  return mutated;
}

function noise(random: SeededRandom, length: number): string {
  let text = '';
  for (let k = 0; k < length; k += 1) text += String.fromCharCode(random.whole(0, 255));
  return text;
}

/** A clock on which nothing happens by itself: its timers run when they are told to. */
class PaperClock implements Clock {
  #timers: (() => void)[] = [];
  #nowMs = 0;
  now = () => 1_700_000_000_000;
  monotonicMs = () => this.#nowMs;
  sleep = () => Promise.reject(new Error('nobody sleeps here'));
  after = (_ms: number, callback: () => void) => {
    this.#timers.push(callback);
    return () => {
      this.#timers = this.#timers.filter((timer) => timer !== callback);
    };
  };

  /** Runs the timer that was started last: the pause, or the deadline where there is no other. */
  run(): void {
    this.#timers.pop()?.();
  }

  /** Runs the timer that was started first: the deadline. */
  expire(): void {
    this.#timers.shift()?.();
  }
}

interface Play {
  readonly random: SeededRandom;
  readonly exchange: Exchange;
  readonly isOver: () => boolean;
}

/** One end of a paper connection: what is sent waits for an answer, of which some are spoilt. */
function converseOnPaper(
  { random, exchange, isOver }: Play,
  server: MailServer,
  answer: Answer,
  bounds: typeof COMMON_BOUNDS,
  converse: (session: MailSession) => Talk,
  ended: (thrown?: unknown) => void,
): () => boolean {
  let unanswered: string[] = [''];
  let destroyed = false;
  const wire = {
    localAddress: '127.0.0.1',
    write: (text: string) => unanswered.push(text),
    destroy: () => {
      destroyed = true;
    },
  };
  const session = new MailSession(exchange, server, { wire, upgrade: (moved) => moved(wire) }, { bounds, ended });
  session.dialogue.start(converse(session));
  const spoil = random.pick([0, 0.05, 0.2, 1]);
  return () => {
    const sent = unanswered.shift();
    if (sent === undefined || destroyed || isOver()) return false;
    const decent = answer(sent);
    let bytes = random.chance(spoil) ? mutate(decent, random) : decent;
    if (random.chance(spoil / 20)) bytes = noise(random, random.magnitude(1, 3_000));
    while (bytes !== '') {
      const length = random.chance(0.5) ? bytes.length : random.magnitude(1, bytes.length);
      session.take(bytes.slice(0, length));
      bytes = bytes.slice(length);
      if (session.dialogue.unread.length > bounds.totalBytesMax) throw new Error('it holds more than its bounds');
    }
    if (random.chance(spoil / 10)) session.dialogue.close();
    unanswered = unanswered.slice(0, 100);
    return true;
  };
}

function fuzzOnce(random: SeededRandom): {
  readonly result: ProbeResult;
  readonly kind: string;
  readonly isTold: boolean;
} {
  const kind = random.pick(['smtp', 'imap', 'pop3', 'delivery'] as const);
  const security = random.pick<MailSecurity>(['plain', 'starttls', 'tls']);
  const server: MailServer = {
    host: '127.0.0.1',
    port: 1,
    security,
    ...(random.chance(0.7) ? { credentials: CREDENTIALS } : {}),
  };
  const trip: DeliveryTarget = { ...deliveryTarget(1, 1), submission: server };
  const target: Target = kind === 'delivery' ? trip : { kind, ...server };
  const clock = new PaperClock();
  const results: ProbeResult[] = [];
  const exchange = new Exchange(clock, { target, timeoutMs: 1_000 }, (result) => results.push(result));
  exchange.enter('firstByteMs');
  const play: Play = { random, exchange, isOver: () => results.length > 0 };
  const ended = (thrown?: unknown) => (thrown === undefined ? exchange.succeed() : exchange.failWith(thrown));
  const ends: (() => boolean)[] = [];
  switch (kind) {
    case 'smtp': {
      const parties = random.chance(0.5) ? { sender: 'a@b.kz', recipient: 'c@d.kz' } : {};
      const talk = (session: MailSession) => converseSmtp(session, { kind, ...server, ...parties });
      ends.push(converseOnPaper(play, server, smtpAnswer, COMMON_BOUNDS, talk, ended));
      break;
    }
    case 'imap': {
      const talk = (session: MailSession) => converseImap(session, { kind, ...server, inbox: true });
      ends.push(converseOnPaper(play, server, imapAnswer(random), COMMON_BOUNDS, talk, ended));
      break;
    }
    case 'pop3':
      ends.push(converseOnPaper(play, server, pop3Answer, COMMON_BOUNDS, conversePop3, ended));
      break;
    case 'delivery': {
      const submit = (text: string, submitted: () => void) => {
        const talk = (session: MailSession) => converseSubmission(session, trip, text);
        const over = (thrown?: unknown) => (thrown === undefined ? submitted() : exchange.failWith(thrown));
        ends.push(converseOnPaper(play, server, smtpAnswer, COMMON_BOUNDS, talk, over));
      };
      const talk = (session: MailSession) => converseMailbox(session, trip, submit);
      ends.push(converseOnPaper(play, trip.mailbox, imapAnswer(random), MAILBOX_BOUNDS, talk, ended));
    }
  }
  // Everybody says what they have to say; then time passes, until the deadline.
  for (let pauses = 0; results.length === 0; ) {
    if (ends.map((end) => end()).some(Boolean)) continue;
    pauses += 1;
    if (pauses < 20) clock.run();
    else clock.expire();
  }
  expect(results).toHaveLength(1);
  const [result] = results;
  if (result === undefined) throw new Error('it hangs');
  // Without a login the password in the replies is a word like any other.
  const isTold = server.credentials !== undefined && /opensesame7/i.test(result.evidence.seen ?? '');
  return { result, kind, isTold };
}

it(`ends ${INPUTS} conversations with random and mutated replies, each by a word of the list`, {
  timeout: 3_600_000,
}, () => {
  const random = new SeededRandom(SEED);
  const words = new Map<string, number>();
  let slowestMs = 0;
  let earlyBytes = 0;
  const startMs = performance.now();
  for (let input = 0; input < INPUTS; input += 1) {
    const seed = random.whole(0, 2 ** 32 - 1);
    const beganMs = performance.now();
    const { result, kind, isTold } = fuzzOnce(new SeededRandom(seed));
    const tookMs = performance.now() - beganMs;
    slowestMs = Math.max(slowestMs, tookMs);
    const word = result.outcome === 'ok' ? 'ok' : result.error;
    words.set(`${kind} ${word}`, (words.get(`${kind} ${word}`) ?? 0) + 1);
    const { seen = '', expected = '' } = result.evidence;
    const isSound = word === 'ok' || (FAILURES as readonly string[]).includes(word);
    if (!isSound || !/^[\x20-\x7e]{0,1000}$/.test(seen + expected) || isTold || tookMs > INPUT_MS_MAX) {
      throw new Error(`input ${input}, MAIL_FUZZ_SEED of one input ${seed}: ${tookMs} ms, ${JSON.stringify(result)}`);
    }
    if (input === Math.floor(INPUTS / 10)) earlyBytes = process.memoryUsage().rss;
  }
  const grownBytes = process.memoryUsage().rss - earlyBytes;
  if (INPUTS > 100_000) {
    const perSecond = Math.round((INPUTS / (performance.now() - startMs)) * 1_000);
    process.stdout.write(
      `${INPUTS} inputs, ${perSecond}/s, slowest ${slowestMs.toFixed(0)} ms, grown by ${Math.round(grownBytes / MEGABYTE)} MiB\n` +
        `${[...words]
          .toSorted()
          .map(([word, count]) => `${word} ${count}`)
          .join(', ')}\n`,
    );
  }
  expect(grownBytes).toBeLessThan(128 * MEGABYTE);
  // The mutations go deep: every kind comes to its good end, and to its own words.
  for (const kind of ['smtp', 'imap', 'pop3', 'delivery']) expect(words.get(`${kind} ok`)).toBeGreaterThan(0);
  for (const word of ['smtp smtp_code', 'imap imap_status', 'pop3 pop3_status', 'delivery delivery_timeout']) {
    expect(words.get(word)).toBeGreaterThan(0);
  }
});
