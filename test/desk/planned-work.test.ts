import { describe, expect, it } from 'vitest';
import { cancelWork, planWork, reviseWork, WorkRefused } from '../../src/desk/planned-work.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { HOUR } from '../../src/domain/time/instant.ts';

const noon = Date.UTC(2026, 2, 10, 12);

/** A ledger in which w1 was planned at 11:00 and revised at 12:00. */
function revisedOnce(): Ledger {
  const ledger = new Ledger('covered');
  ledger.add({ type: 'service', id: 's1', customer: 'c1', components: {} }, noon - 2 * HOUR);
  const window = { start: noon + 96 * HOUR, end: noon + 97 * HOUR, services: '*' } as const;
  ledger.add(planWork(ledger, window, noon - HOUR), noon - HOUR);
  ledger.add(reviseWork(ledger, 'w1', { end: noon + 98 * HOUR }, noon), noon);
  return ledger;
}

describe('with the clock set back behind the last revision', () => {
  const now = noon - HOUR / 2;

  it('gives the next revision the next number', () => {
    expect(reviseWork(revisedOnce(), 'w1', { end: noon + 99 * HOUR }, now).revision).toBe(3);
  });

  it('cancels nothing twice', () => {
    const ledger = revisedOnce();
    ledger.add(cancelWork(ledger, 'w1', noon), noon);
    expect(() => cancelWork(ledger, 'w1', now)).toThrow(WorkRefused);
  });
});
