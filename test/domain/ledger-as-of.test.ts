import { expect, it } from 'vitest';
import { Ledger } from '../../src/domain/facts/ledger.ts';

it('asks as of the newest fact where the clock was set back since', () => {
  const ledger = new Ledger('covered');
  expect(ledger.asOf(1_000)).toBe(1_000);
  ledger.add({ type: 'lifecycle', service: 's1', from: 0, status: 'active', at: 5_000 }, 5_001);
  expect(ledger.asOf(1_000)).toBe(5_001);
  expect(ledger.asOf(9_000)).toBe(9_000);
});
