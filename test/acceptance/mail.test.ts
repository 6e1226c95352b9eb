/** Notices and statements on their whole way: from a verb through the daemon and a real relay into customers' mailboxes. */
import type { ParsedMail } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  formatInstant,
  formatMonth,
  monthInterval,
  monthOf,
  previousMonth,
} from '../../src/domain/time/contract-calendar.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readFacts, recordPast } from '../support/journal-file.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { type Mailbox, type ReceivedMail, readMailbox, waitForMail } from '../support/servers/mailbox.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { installed, isRoot } from '../support/servers/program.ts';
import { creditOf, kepil, OFFSET_MINUTES, startKepil, statementOf } from './kepil.ts';

/** Rounds of the daemon in which a mail that should not go out would have gone. */
const FURTHER_ROUNDS_MS = 3 * SECOND;
const FEE = '12000.00';
/** A port on which nobody listens: what is seen there is of no matter here. */
const CHECK = { id: 'home', http: 'http://127.0.0.1:9/', interval: '60s' };

const aigul: Mailbox = { address: 'aigul@example.test', password: 'one' };
const boris: Mailbox = { address: 'boris@example.test', password: 'two' };
const clara: Mailbox = { address: 'clara@example.test', password: 'three' };

const available = installed('postfix') && installed('dovecot') && isRoot();

describe.skipIf(!available)('mail through Postfix into Dovecot', () => {
  let postfix: Postfix;
  let dovecot: Dovecot;

  beforeAll(async () => {
    const mailboxes = [aigul, boris, clara];
    postfix = await startPostfix({ mailboxes });
    dovecot = await startDovecot({ mailboxes, maildirs: postfix.maildirs });
  });
  afterAll(async () => {
    await dovecot?.close();
    await postfix?.close();
  });

  const relayUrl = () => `smtp://127.0.0.1:${postfix.port}?tls=required&verify=off`;

  describe('planned work', () => {
    let config: DaemonConfig;
    let daemon: Daemon;

    beforeAll(async () => {
      config = await writeDaemonConfig({
        relay: relayUrl(),
        subscriptions: [
          { id: 'aigul', locale: 'kk', checks: [CHECK] },
          { id: 'boris', locale: 'ru', checks: [CHECK] },
          { id: 'nobody', locale: 'en', checks: [CHECK] },
        ],
      });
      daemon = await startKepil(config);
    });
    afterAll(async () => {
      await daemon?.stop();
      await config?.[Symbol.asyncDispose]();
    });

    /** 01:30 of the contract clock, four to five days ahead: in the hours of least load, and in time. */
    const today = Math.floor((systemClock.now() + OFFSET_MINUTES * MINUTE) / DAY) * DAY - OFFSET_MINUTES * MINUTE;
    const window = { start: today + 5 * DAY + 1.5 * HOUR, end: today + 5 * DAY + 4 * HOUR };
    const revised = { start: today + 6 * DAY + 2 * HOUR, end: today + 6 * DAY + 5.75 * HOUR };
    const iso = (instant: number) => formatInstant(instant, OFFSET_MINUTES);

    /** The newest mail of each customer once the verb's mails have come. */
    async function newest(count: number): Promise<{ aigul: ReceivedMail; boris: ReceivedMail }> {
      await vi.waitFor(
        async () => {
          const accepted = await readFacts(config.journalPath, 'mail-accepted');
          expect(accepted).toHaveLength(2 * count);
        },
        { timeout: 15_000, interval: 100 },
      );
      const [ofAigul, ofBoris] = [
        await waitForMail(dovecot, aigul, { count }),
        await waitForMail(dovecot, boris, { count }),
      ];
      expect([ofAigul.length, ofBoris.length]).toEqual([count, count]);
      return { aigul: ofAigul.at(-1)!, boris: ofBoris.at(-1)! };
    }

    it('reaches each customer once, in the customer’s language, with the window', async () => {
      const verb = ['work', 'plan', '--start', iso(window.start), '--end', iso(window.end)];
      await kepil(config, ...verb, '--services', 'aigul,boris,nobody', '--subject', 'Replacement of the storage array');
      const mails = await newest(1);
      const kk = wording(mails.aigul.parsed);
      expect(kk.subject).toContain('Жоспарланған жұмыстар');
      expect(kk.text).toContain(`Басталуы: ${dateIn('kk', window.start)}, 01:30:00 (GMT+5)`);
      expect(kk.text).toContain(`Аяқталуы: ${dateIn('kk', window.end)}, 04:00:00 (GMT+5)`);
      expect(kk.text).toContain('Не істеледі: Replacement of the storage array');
      const ru = wording(mails.boris.parsed);
      expect(ru.subject).toContain('Плановые работы');
      expect(ru.text).toContain(`Начало: ${dateIn('ru', window.start)}, 01:30:00 (GMT+5)`);
      expect(ru.text).toContain(`Окончание: ${dateIn('ru', window.end)}, 04:00:00 (GMT+5)`);
      expect(ru.text).toContain('в срок');
      expect(ru.html).toContain('01:30:00 – 04:00:00');
      expect([mails.aigul, mails.boris].map(languageOf)).toEqual(['kk', 'ru']);
    });

    it('is journalled as a notice with the relay’s own words', async () => {
      const notices = await readFacts(config.journalPath, 'notice');
      expect(notices).toHaveLength(2);
      const { aigul: mail } = await newest(1);
      const told = notices.find((notice) => notice.customer === 'aigul');
      expect(told).toMatchObject({
        work: 'w1',
        revision: 1,
        channel: 'email',
        evidence: {
          messageId: mail.parsed.messageId,
          response: expect.stringMatching(/^250 2\.0\.0 Ok: queued as \w+$/),
        },
      });
      expect(window.start - told!.at).toBeGreaterThan(48 * HOUR);
      const [attempt] = (await readFacts(config.journalPath, 'mail-attempted')).filter(
        (one) => one.customer === 'aigul',
      );
      expect(attempt?.messageId).toBe(mail.parsed.messageId);
      const listed = JSON.parse(await kepil(config, 'work', 'list', '--json'));
      expect(listed).toMatchObject([{ id: 'w1', revision: 1, state: 'ahead', told: 2, toldInTime: 2 }]);
    });

    it('is no notice to a customer whose mailbox the relay refuses, and is not tried again', async () => {
      await systemClock.sleep(FURTHER_ROUNDS_MS);
      const refused = await readFacts(config.journalPath, 'mail-refused');
      expect(refused).toMatchObject([
        { customer: 'nobody', permanent: true, response: expect.stringMatching(/^550 /) },
      ]);
      const attempts = await readFacts(config.journalPath, 'mail-attempted');
      expect(attempts.map((attempt) => attempt.customer).sort()).toEqual(['aigul', 'boris', 'nobody']);
      const notices = await readFacts(config.journalPath, 'notice');
      expect(notices.map((notice) => notice.customer).sort()).toEqual(['aigul', 'boris']);
    });

    it('when revised is a second mail to each, of another Message-ID, with the old times', async () => {
      const first = await newest(1);
      await kepil(config, 'work', 'revise', 'w1', '--start', iso(revised.start), '--end', iso(revised.end));
      const mails = await newest(2);
      expect(mails.aigul.parsed.messageId).not.toBe(first.aigul.parsed.messageId);
      const ru = wording(mails.boris.parsed);
      expect(ru.subject).toContain('Плановые работы изменены');
      expect(ru.text).toContain(
        `Начало: ${dateIn('ru', revised.start)}, 02:00:00 (было: ${dateIn('ru', window.start)}, 01:30:00)`,
      );
      expect(ru.text).toContain(`Окончание: ${dateIn('ru', revised.end)}, 05:45:00`);
      const revisions = (await readFacts(config.journalPath, 'notice')).map((notice) => notice.revision);
      expect(revisions).toEqual([1, 1, 2, 2]);
    });

    it('when cancelled is a third mail to each, and makes no notice', async () => {
      await kepil(config, 'work', 'cancel', 'w1');
      const mails = await newest(3);
      expect(wording(mails.aigul.parsed).text).toContain(dateIn('kk', revised.start));
      expect(wording(mails.boris.parsed).subject).toMatch(/отмен/i);
      expect(await readFacts(config.journalPath, 'notice')).toHaveLength(4);
      const ids = (await readMailbox(dovecot, boris)).map((mail) => mail.parsed.messageId);
      expect(new Set(ids).size).toBe(3);
    });

    it('is mailed no more by a daemon that was restarted', async () => {
      await daemon.stop();
      daemon = await startKepil(config);
      await systemClock.sleep(FURTHER_ROUNDS_MS);
      await newest(3);
    });
  });

  describe('the statement of a month', () => {
    const current = monthOf(systemClock.now(), OFFSET_MINUTES);
    /** Not the latest month that is over: at its hour the daemon closes that one by itself. */
    const month = previousMonth(previousMonth(current));
    const period = monthInterval(month, OFFSET_MINUTES);
    const earlier = previousMonth(month);
    const inMonth = {
      start: period.start + 9 * DAY + 30 * MINUTE,
      end: period.start + 9 * DAY + 30 * MINUTE + 26_625_678,
    };
    const before = { start: period.start - 5 * DAY, end: period.start - 5 * DAY + HOUR + 501 };
    const unplannedMs = inMonth.end - inMonth.start;
    const yearMs = unplannedMs + (earlier.year === month.year ? before.end - before.start : 0);
    let config: DaemonConfig;
    let daemon: Daemon;
    let mail: ReceivedMail;

    beforeAll(async () => {
      config = await writeDaemonConfig({
        relay: relayUrl(),
        subscriptions: [
          {
            id: 'clara',
            locale: 'ru',
            monthlyFee: FEE,
            endedFrom: formatInstant(period.end, OFFSET_MINUTES),
            checks: [CHECK],
          },
        ],
      });
      const check = 'clara/web/home';
      await recordPast({
        config,
        from: monthInterval(earlier, OFFSET_MINUTES).start,
        edges: [before, inMonth].flatMap(({ start, end }) => [
          { check, to: 'down', earliest: start - 500, latest: start + 500 } as const,
          { check, to: 'up', earliest: end - 250, latest: end + 250 } as const,
        ]),
        through: period.end,
      });
      daemon = await startKepil(config);
      const closed = JSON.parse(await kepil(config, 'close', formatMonth(month), '--json'));
      expect(closed).toEqual({ month: formatMonth(month), issued: 1, revised: [] });
      [mail] = (await waitForMail(dovecot, clara)) as [ReceivedMail];
    });
    afterAll(async () => {
      await daemon?.stop();
      await config?.[Symbol.asyncDispose]();
    });

    it('carries the month’s downtime, the year so far and the credit, in both of its parts', () => {
      const { subject, text, html } = wording(mail.parsed);
      expect(subject).toContain(`Отчёт за ${monthIn('ru', period.start)} ${month.year} года`);
      expect(subject).toContain('clara');
      for (const part of [text, html]) {
        expect(part).toContain('7 ч 23 мин 45,678 с');
        expect(part).toContain(`${grouped(unplannedMs)} мс`);
        expect(part).toContain(`${grouped(yearMs)} мс`);
        expect(part).toContain(`${grouped(unplannedMs - 750)} мс`);
        expect(part).toContain(`${grouped(unplannedMs + 750)} мс`);
        expect(part).toContain(`${creditOf(FEE, unplannedMs).replace('.', ',')} ₸`);
      }
      expect(creditOf(FEE, unplannedMs)).toBe('887.52');
      expect(languageOf(mail)).toBe('ru');
    });

    it('is what the verb prints', async () => {
      const printed = await statementOf(config, 'clara', formatMonth(month));
      expect(printed.month.ms.unplanned).toBe(unplannedMs);
      expect(printed.year.ms.unplanned).toBe(yearMs);
      expect(printed.credit.accrued).toBe('887.52');
    });

    it('is sent once, whoever closes the month again and however often the daemon starts', async () => {
      expect(JSON.parse(await kepil(config, 'close', formatMonth(month), '--json'))).toMatchObject({ issued: 0 });
      await daemon.stop();
      daemon = await startKepil(config);
      await systemClock.sleep(FURTHER_ROUNDS_MS);
      expect(await readMailbox(dovecot, clara)).toHaveLength(1);
      expect(await readFacts(config.journalPath, 'statement-issued')).toHaveLength(1);
      expect(await readFacts(config.journalPath, 'mail-attempted')).toHaveLength(1);
      expect(await readFacts(config.journalPath, 'mail-accepted')).toMatchObject([
        { mail: `statement/clara/${formatMonth(month)}/1`, messageId: mail.parsed.messageId },
      ]);
    });

    it('cannot be closed before it is over', async () => {
      await expect(kepil(config, 'close', formatMonth(current))).rejects.toThrow(
        /exit code 2.*expected one that is over/s,
      );
    });
  });
});

/** A mail's words with all white space made alike; of HTML what is between its tags. */
function wording({ subject = '', text = '', html }: ParsedMail): { subject: string; text: string; html: string } {
  const plain = (words: string) => words.replace(/\s+/g, ' ').trim();
  const body = (html || '').replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
  return { subject: plain(subject), text: plain(text), html: plain(body) };
}

function languageOf({ parsed }: ReceivedMail): unknown {
  expect(parsed.html).toContain(`lang="${parsed.headers.get('content-language')}"`);
  return parsed.headers.get('content-language');
}

const TIME_ZONE = '+05:00';

function monthIn(locale: string, instant: number): string {
  return new Intl.DateTimeFormat(locale, { timeZone: TIME_ZONE, month: 'long' }).format(instant);
}

/** A date as the customer reads it: `10 марта 2026 г.`, `2026 ж. 10 наурыз`. */
function dateIn(locale: string, instant: number): string {
  const style = { timeZone: TIME_ZONE, year: 'numeric', month: 'long', day: 'numeric' } as const;
  return new Intl.DateTimeFormat(locale, style).format(instant).replace(/\s+/g, ' ');
}

/** `26 625 678`. */
function grouped(ms: number): string {
  return String(ms).replace(/\B(?=(\d{3})+$)/g, ' ');
}
