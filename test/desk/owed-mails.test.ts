import { describe, expect, it } from 'vitest';
import { IssuedStatements } from '../../src/desk/issued-statements.ts';
import type { OwedMail } from '../../src/desk/outbox.ts';
import { owedMails } from '../../src/desk/owed-mails.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import type { Fact, StatementIssuedFact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { HOUR, type Instant } from '../../src/domain/time/instant.ts';
import {
  checkFact,
  coverageFact,
  customerFact,
  edgeFact,
  lifecycleFact,
  noticeFact,
  serviceFact,
  workFact,
} from '../support/ledgers.ts';
import { at, CONTRACT } from '../support/statements.ts';

const NOW = at('2026-04-01T09:00:00');
const JANUARY = at('2026-01-01T00:00:00');
const WINDOW = { start: at('2026-04-10T01:00:00'), end: at('2026-04-10T05:00:00') };
const BASE: readonly Fact[] = [
  customerFact('c1', { locale: 'en', email: 'owner@acme.kz' }),
  serviceFact('s1', 'c1'),
  checkFact('s1/web/home'),
  lifecycleFact('s1', JANUARY),
  { type: 'fee', service: 's1', from: JANUARY, monthly: { minor: 1_200_000n, currency: 'KZT' } },
];
const ISSUED: StatementIssuedFact = {
  type: 'statement-issued',
  service: 's1',
  customer: 'c1',
  month: '2026-03',
  revision: 1,
  asOf: NOW,
  digest: '0'.repeat(64),
  at: NOW,
};

function owed(now: Instant, ...facts: readonly Fact[]): readonly OwedMail[] {
  const ledger = new Ledger('covered');
  const issued = new IssuedStatements();
  for (const fact of [...BASE, ...facts]) {
    ledger.add(fact);
    issued.add(fact);
  }
  return owedMails({ ledger, issued, contracts: new Contracts([CONTRACT], CONTRACT.id), now });
}

describe('owedMails', () => {
  it('makes a notice for its customer, in their language, and records it as a notice once it is accepted', () => {
    const [mail, ...others] = owed(NOW, workFact('w1', WINDOW, { at: NOW, subject: 'new disks' }));
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ mail: 'notice/w1/1/c1', kind: 'notice', customer: 'c1' });
    const composed = mail!.compose();
    expect(composed).toMatchObject({ to: 'owner@acme.kz', language: 'en' });
    expect(composed.text).toContain('new disks');
    expect(mail!.onAccepted(NOW + 1, '<m@x>', '250 ok')).toEqual([
      {
        type: 'notice',
        work: 'w1',
        revision: 1,
        customer: 'c1',
        at: NOW + 1,
        channel: 'email',
        evidence: { messageId: '<m@x>', response: '250 ok' },
      },
    ]);
  });

  it('records nothing as a notice when it was word of a cancellation', () => {
    const facts: readonly Fact[] = [
      workFact('w1', WINDOW, { at: NOW }),
      noticeFact('w1', 'c1', 1, NOW),
      { type: 'work-cancelled', id: 'w1', at: NOW },
    ];
    const [mail] = owed(NOW, ...facts);
    expect(mail?.mail).toBe('notice/w1/cancelled/c1');
    expect(mail?.compose().to).toBe('owner@acme.kz');
    expect(mail?.onAccepted(NOW, '<m@x>', '250 ok')).toEqual([]);
  });

  it('makes a statement from what was known when it was issued, whatever was recorded since', () => {
    const march = at('2026-03-02T00:00:00');
    const seen: readonly Fact[] = [
      edgeFact('s1/web/home', 'up', march),
      edgeFact('s1/web/home', 'down', march + HOUR),
      edgeFact('s1/web/home', 'up', march + 3 * HOUR),
      coverageFact(at('2026-03-31T23:59:59'), at('2026-03-31T23:59:59')),
    ];
    const later: readonly Fact[] = [
      {
        type: 'exclusion',
        id: 'x1',
        service: 's1',
        start: march,
        end: march + 4 * HOUR,
        reason: 'network',
        by: 'ann',
        at: NOW + 1,
      },
      customerFact('c1', { locale: 'kk', at: NOW + 1 }),
    ];
    const text = (now: Instant, ...facts: readonly Fact[]): string | undefined =>
      owed(now, ...seen, ISSUED, ...facts)
        .find((mail) => mail.kind === 'statement')
        ?.compose().text;
    expect(text(NOW)).toContain('240.00');
    expect(text(NOW + HOUR, ...later)).toBe(text(NOW));
  });

  it('owes no statement that was accepted', () => {
    const accepted = { mail: 'statement/s1/2026-03/1', customer: 'c1', messageId: '<m@x>', response: 'ok', at: NOW };
    expect(owed(NOW, ISSUED).map(({ mail }) => mail)).toEqual(['statement/s1/2026-03/1']);
    expect(owed(NOW, ISSUED, { type: 'mail-accepted', ...accepted })).toEqual([]);
  });

  it('says of whom it knows nothing only when that mail is made', () => {
    const [mail] = owed(NOW, serviceFact('s2', 'c9'), lifecycleFact('s2', JANUARY), {
      ...ISSUED,
      service: 's2',
      customer: 'c9',
    });
    expect(() => mail?.compose()).toThrow('customer: found "c9", expected one that the journal defines');
  });
});
