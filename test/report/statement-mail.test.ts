import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contract, ContractEdition, CreditTerms } from '../../src/domain/contract/terms.ts';
import { LOCALES, type Locale } from '../../src/domain/facts/fact.ts';
import { parseMoney } from '../../src/domain/money/money.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import type { RenderedMail } from '../../src/report/document.ts';
import { renderStatementMail, type StatementMail } from '../../src/report/statement-mail.ts';
import {
  at,
  CONTRACT,
  EDITION,
  eventfulStatement,
  type StatementSketch,
  segment,
  statement,
} from '../support/statements.ts';

function render(sketch: StatementSketch, change: Partial<StatementMail> & { locale?: Locale } = {}): RenderedMail {
  const { locale = 'en', ...rest } = change;
  return renderStatementMail({
    statement: statement(sketch),
    customer: { name: 'Aigerim', email: 'aigerim@example.kz', locale },
    contract: CONTRACT,
    serviceName: 'bakery.example.kz',
    issuedAt: at('2026-04-01T00:05:00'),
    revision: 1,
    ...rest,
  });
}

function withEdition(change: Partial<ContractEdition>): Contract {
  return { ...CONTRACT, editions: [{ ...EDITION, ...change }] };
}

function withCredit(change: Partial<CreditTerms>): Contract {
  return withEdition({ credit: { ...EDITION.credit, ...change } });
}

/** The text with its line breaks undone. */
function flat({ text }: RenderedMail): string {
  return text.replaceAll('\u00a0', ' ').replace(/\n +|\n(?!\n)/g, ' ');
}

const outage = segment('2026-03-10T02:00:00', '2026-03-10T03:00:00', 'unplanned');
const month31 = 31 * DAY;

describe('the first line of a statement', () => {
  it.each<[string, StatementSketch, string]>([
    ['a quiet month', {}, 'All good: no downtime in March 2026.'],
    ['a quiet month with a blind hour', { unknownMs: HOUR }, 'No downtime was seen in March 2026.'],
    [
      'planned work only',
      { segments: [segment('2026-03-10T01:00:00', '2026-03-10T02:00:00', 'planned')] },
      'No unplanned downtime in March 2026.',
    ],
    ['an outage', { segments: [outage] }, 'Unplanned downtime in March 2026: 1 h.'],
    ['nobody looked', { unknownMs: month31 }, 'The service was not observed in March 2026, so there is no figure.'],
    ['never active', { outsideMs: month31 }, 'The service was not active in March 2026.'],
  ])('%s', (_name, sketch, line) => {
    expect(flat(render(sketch))).toContain(line);
    expect(render(sketch).html.replaceAll('\u00a0', ' ')).toContain(line);
  });

  it('never says that all is good of a month that was not wholly observed', () => {
    expect(flat(render({ unknownMs: 1 }))).not.toContain('All good');
    expect(flat(render({ unknownMs: 1 }))).toContain('Part of the month was not observed: 0.001 s.');
  });

  it('shows no availability where there is none', () => {
    const mail = render({ unknownMs: month31 });
    expect(mail.subject).toBe('Statement for March 2026 · bakery.example.kz');
    expect(flat(mail)).toContain('Availability in March 2026: no figure');
    expect(mail.html).not.toMatch(/null|NaN|undefined/);
  });

  it('says that a month which is not over is not', () => {
    const whole = statement();
    const cut = at('2026-03-15T10:00:00');
    const soFar = { ...whole, month: { ...whole.month, period: { ...whole.month.period, end: cut } } };
    expect(flat(render({}, { statement: soFar }))).toContain('figures until 15 March 2026, 10:00:00.');
    expect(flat(render({}))).not.toContain('The month is not over');
  });

  it.each([
    ['kept', 'is kept so far. Downtime that it still allows: 16 h 31 min 12 s.'],
    ['at-risk', 'is at risk: availability so far is below it.'],
  ] as const)('says that the promise is %s', (promise, words) => {
    expect(flat(render({ segments: [outage], promise }))).toContain(`The promise of 99.8% for 2026 ${words}`);
  });

  it('says by how much the promise is broken', () => {
    const mail = render({ segments: [outage], earlierUnplannedMs: 18 * HOUR });
    expect(flat(mail)).toContain('is broken. Downtime beyond what it allows: 1 h 28 min 48 s.');
    expect(flat(mail)).toContain('Exceeded by: 1 h 28 min 48 s (5,328,000 ms)');
  });
});

describe('the credit', () => {
  const owed: StatementSketch = { segments: [outage], accrued: '120.00' };
  it('tells how to claim it, with the days and durations to write', () => {
    const text = flat(render(owed));
    expect(text).toContain('Compensation: ₸120.00. To receive it, open a ticket');
    expect(text).toContain('date and the total duration of the downtime (clause 8.1). We measured:');
    expect(text).toContain('10 March 2026: 1 h (3,600,000 ms)');
    expect(text).toContain('monthly fee × 3,600,000 ms ÷ 3,600,000 ms × 1%.');
  });

  it('splits an outage over midnight between its days', () => {
    const text = flat(
      render({ segments: [segment('2026-03-10T23:30:00', '2026-03-11T01:00:00', 'unplanned')], accrued: '1.00' }),
    );
    expect(text).toContain('10 March 2026: 30 min (1,800,000 ms) 11 March 2026: 1 h (3,600,000 ms)');
  });

  it('asks for nothing where all is claimed, or comes by itself', () => {
    expect(flat(render({ ...owed, claimed: '120.00' }))).not.toContain('open a ticket');
    const automatic = flat(render(owed, { contract: withCredit({ mode: 'automatic' }) }));
    expect(automatic).toContain('It is added to your balance; you need not do anything.');
    expect(automatic).not.toMatch(/Claimed|open a ticket/i);
  });

  it.each([
    ['full', 'For each complete hour', 'monthly fee × 2 × 1%'],
    ['started', 'For each started hour', 'monthly fee × 3 × 1%'],
  ] as const)('counts %s hours in words', (hours, words, formula) => {
    const contract = withCredit({ scheme: { kind: 'hourly', perHour: { numerator: 1n, denominator: 100n }, hours } });
    const text = flat(
      render({ segments: [segment('2026-03-10T02:00:00', '2026-03-10T04:00:01', 'unplanned')] }, { contract }),
    );
    expect(text).toContain(words);
    expect(text).toContain(formula);
  });

  it('says the tiers of a contract that has them, and no clause that it has not', () => {
    const share = (numerator: bigint) => ({ numerator, denominator: 1000n });
    const tiers = [
      { below: share(998n), share: share(50n) },
      { below: share(950n), share: share(255n) },
    ];
    const { claimClause, ...credit } = EDITION.credit;
    const contract = withEdition({ credit: { ...credit, clause: '12', scheme: { kind: 'tiered', tiers } } });
    const text = flat(render(owed, { contract }));
    expect(text).toContain(
      'By the month’s availability (clause 12): below 99.8%, 5% of the monthly fee; below 95%, 25.5% of the monthly fee.',
    );
    expect(text).toContain('the total duration of the downtime. We measured:');
  });
});

describe('what a reader needs to recompute it', () => {
  it.each(LOCALES)('both parts carry every whole millisecond, %s', (locale) => {
    const value = eventfulStatement();
    const mail = render({}, { statement: value, locale });
    const digits = (text: string) => text.replace(/[\u00a0\u202f,](?=\d{3})/g, '');
    const { month, year } = value;
    const numbers = [
      ...Object.values(month.ms),
      ...Object.values(year.ms),
      month.unplannedMinMs,
      month.unplannedMaxMs,
      year.allowanceMs,
      Math.abs(year.remainingMs),
      ...value.segments.map((s) => s.end - s.start),
    ];
    for (const number of numbers) {
      expect(digits(mail.text)).toMatch(new RegExp(`(?<!\\d)${number}\u00a0`));
      expect(digits(mail.html)).toMatch(new RegExp(`(?<!\\d)${number}\u00a0`));
    }
  });

  it('names the editions that were in force in the month', () => {
    const second = { ...EDITION, name: '15.03.2026', from: at('2026-03-15T00:00:00') };
    const third = { ...EDITION, name: '01.04.2026', from: at('2026-04-01T00:00:00') };
    const contract = { ...CONTRACT, editions: [EDITION, second, third] };
    expect(flat(render({}, { contract }))).toContain('edition 17.02.2026; 15.03.2026.');
  });

  it('says that a correction is one', () => {
    expect(render({}, { revision: 2 }).subject).toContain('Corrected statement for March 2026 (revision 2)');
  });

  it('names an exclusion reason that only the contract knows as the contract does', () => {
    const excluded = segment('2026-03-10T02:00:00', '2026-03-10T03:00:00', 'excluded', 'meteorite');
    const contract = withEdition({ exclusions: [{ id: 'meteorite', clause: '9.9' }] });
    expect(flat(render({ segments: [excluded] }, { contract }))).toContain('meteorite (clause 9.9)');
    expect(flat(render({ segments: [{ ...excluded, reason: 'constructor' }] }))).toContain('constructor');
  });

  it('lists the longest stretches of a flapping month, sums the rest, and stays under what mail clients cut off', () => {
    const first = at('2026-03-01T00:00:00');
    const segments = Array.from({ length: 5_000 }, (_, i) => {
      const start = first + i * 8 * MINUTE;
      return { start, end: start + 1_000 + i, class: 'unplanned', reason: null } as const;
    });
    for (const locale of LOCALES) {
      const mail = render({ segments, accrued: '1.00' }, { locale });
      expect(mail.html.length).toBeGreaterThan(40_000);
      expect(Buffer.byteLength(mail.html)).toBeLessThan(100_000);
    }
    const rest = segments.slice(0, -60).reduce((total, s) => total + s.end - s.start, 0);
    const text = flat(render({ segments }));
    expect(text).toContain('Shorter stretches not listed: 4,940');
    expect(text).toContain(`(${rest.toLocaleString('en-GB')} ms)`);
  });
});

describe('hostile values', () => {
  const evil = `<script>alert(1)</script>"'&\r\nBcc: x@y.kz\u202e\u2066\u0000\u001b[31m\ud800${'A'.repeat(5_000)}`;
  const mail = render(
    {
      segments: [segment('2026-03-10T02:00:00', '2026-03-10T03:00:00', 'excluded', evil)],
      tickets: [
        { id: evil, priority: 'high', responseMs: null, resolutionMs: null, responseKept: null, resolutionKept: null },
      ],
    },
    {
      customer: { name: evil, email: 'x@y.kz', locale: 'en' },
      serviceName: evil,
      contract: { ...CONTRACT, provider: evil, editions: [{ ...EDITION, name: evil }] },
    },
  );

  it('become escaped text of the page', () => {
    expect(mail.html).not.toMatch(/<script/i);
    expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
  });

  it('cannot reorder, colour or break lines, in any part', () => {
    expect(mail.subject).not.toMatch(/\p{C}/u);
    for (const part of [mail.text, mail.html]) expect(part.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(mail.text).not.toMatch(/^Bcc/m);
  });

  it('are bounded', () => {
    expect([...mail.subject].length).toBeLessThanOrEqual(200);
    expect(mail.html.length).toBeLessThan(40_000);
  });

  it('never add an element or an attribute, whatever they are', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g);
    const plain = tags(render({}).html);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('<', '">', "'", '-->', '&lt;'),
        (text, c) => {
          const name = `${c}${text}${c}x`;
          const { html } = render({}, { customer: { name, email: 'x@y.kz', locale: 'en' }, serviceName: name });
          expect(tags(html)).toEqual(plain);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the form of the mail', () => {
  it.each(LOCALES)('no line of the text is longer than 72, and numbers are not torn apart, %s', (locale) => {
    const { text } = render({}, { statement: eventfulStatement(), locale, serviceName: 'x'.repeat(200) });
    for (const line of text.split('\n')) {
      expect([...line].length, line).toBeLessThanOrEqual(72);
      expect(line).not.toMatch(/\s$/);
    }
    expect(text).not.toMatch(/\d\n *(ms|мс|с|сағ)/);
  });

  it('fetches nothing and links nowhere', () => {
    const { html } = render({}, { statement: eventfulStatement() });
    expect(html).not.toMatch(/<(img|a|link|script|iframe|object)\b|url\(|https?:|src=|href=/i);
  });

  it('is made for the dark, and readable where only inline styles are kept', () => {
    const { html } = render({}, { statement: eventfulStatement() });
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    const bare = html.replace(/<style>[\s\S]*<\/style>/, '');
    for (const [style] of bare.matchAll(/style="[^"]*background:[^"]*"/g)) {
      // A client that inverts or drops one of the two must not leave light on light.
      if (!style.includes('padding:24px') && !style.startsWith('style="margin:0')) expect(style).toContain('color:#');
    }
  });

  it.each([
    ['en', '98.6390%', '₸1,200.34', '10 March 2026, 00:30:00'],
    ['ru', '98,6390 %', '1 200,34 ₸', '10 марта 2026 г., 00:30:00'],
    ['kk', '98,6390%', '1 200,34 ₸', '2026 ж. 10 наурыз, 00:30:00'],
  ] as const)('writes numbers, money and dates as %s does', (locale, ...shown) => {
    const text = flat(render({}, { statement: eventfulStatement(), locale }));
    for (const value of shown) expect(text).toContain(value);
  });

  it('follows the contract clock of the contract, whatever zone the machine is in', () => {
    const offsets: [number, string, string][] = [
      [0, 'GMT,', '9 March 2026, 21:00:00'],
      [-210, 'GMT-3:30', '9 March 2026, 17:30:00'],
    ];
    for (const [offsetMinutes, clock, start] of offsets) {
      const text = flat(render({ segments: [outage] }, { contract: { ...CONTRACT, offsetMinutes } }));
      expect(text).toContain(`on the contract clock, ${clock}`);
      expect(text).toContain(start);
    }
  });

  it('shows another currency with its own digits', () => {
    const yen = (amount: string) => parseMoney(amount, 'JPY');
    const base = statement({ segments: [outage] });
    const credit = { currency: 'JPY', accrued: yen('120'), claimed: yen('0'), cap: yen('12000') };
    expect(flat(render({}, { statement: { ...base, credit } }))).toContain('Compensation: ¥120.');
  });
});
