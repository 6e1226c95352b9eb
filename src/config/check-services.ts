/** Rules that span several fields of a service or of one of its checks. */

import { minorDigits } from '../domain/money/money.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { checkTarget } from './check-target.ts';
import type { SourceDocument } from './document.ts';
import { formatPath, type KeyPath } from './problem.ts';
import { durationAt, entriesAt, has, instantAt, itemsAt, textAt, valueAt } from './raw.ts';

/** The currency of a contract by its id, of the default contract when there is none. */
export type CurrencyOf = (contract: string | undefined) => string | undefined;

export interface Surroundings {
  /** The interval of checks that name none. */
  readonly defaultInterval: Millis;
  readonly currencyOf: CurrencyOf;
}

/** Records what does not fit together in a services file. */
export function checkServices(document: SourceDocument, surroundings: Surroundings): void {
  for (const { value, path } of itemsAt(document.value, [], 'services')) {
    checkAscending(document, path, value, 'lifecycle');
    checkAscending(document, path, value, 'fees');
    const currency = surroundings.currencyOf(textAt(value, 'contract'));
    for (const fee of itemsAt(value, path, 'fees')) checkCurrency(document, fee.path, fee.value, 'monthly', currency);
    for (const component of entriesAt(value, path, 'components')) {
      const checks = itemsAt(component.value, component.path, 'checks');
      const required = valueAt(component.value, 'require');
      if (typeof required === 'number' && required > checks.length) {
        document.complain({
          path: [...component.path, 'require'],
          expected: `at most its number of checks, ${checks.length}`,
        });
      }
      for (const check of checks) {
        checkTarget(document, check.path, check.value);
        checkTiming(document, check.path, check.value, surroundings.defaultInterval);
      }
    }
  }
}

/** Records each dated entry that does not come after the one before it. */
export function checkAscending(document: SourceDocument, base: KeyPath, owner: unknown, key: string): void {
  let before: Instant | undefined;
  for (const { value, path } of itemsAt(owner, base, key)) {
    const from = instantAt(value, 'from');
    if (from !== undefined && before !== undefined && from <= before) {
      document.complain({ path: [...path, 'from'], expected: 'an instant after the one of the entry before' });
    }
    before = from ?? before;
  }
}

/** Records each fee of the sandbox in another currency than the default contract's. */
export function checkSandboxCurrency(main: SourceDocument, currency: string | undefined): void {
  for (const { value, path } of itemsAt(main.value, [], 'sandbox', 'customers')) {
    checkCurrency(main, path, value, 'monthlyFee', currency);
  }
}

function checkCurrency(
  document: SourceDocument,
  path: KeyPath,
  owner: unknown,
  key: string,
  expected: string | undefined,
): void {
  const currency = textAt(owner, key, 'currency');
  if (currency === undefined || expected === undefined || minorDigits(currency) === undefined) return;
  if (currency === expected) return;
  document.complain({ path: [...path, key, 'currency'], expected: `${expected}, the contract’s currency` });
}

function checkTiming(document: SourceDocument, path: KeyPath, check: unknown, defaultInterval: Millis): void {
  const written = durationAt(check, 'interval');
  if (written === undefined && has(check, 'interval')) return;
  const interval = written ?? defaultInterval;
  const shown = written === undefined ? `the default interval, ${defaultInterval / 1_000}s` : 'the interval';
  const hint =
    written === undefined ? {} : { hint: `${formatPath([...path, 'interval'])} is ${textAt(check, 'interval')}` };
  const timeout = durationAt(check, 'timeout');
  if (timeout !== undefined && timeout > interval) {
    document.complain({ path: [...path, 'timeout'], expected: `a duration not longer than ${shown}`, ...hint });
  }
  const maxGap = durationAt(check, 'maxGap');
  if (maxGap !== undefined && maxGap < interval) {
    document.complain({ path: [...path, 'maxGap'], expected: `a duration not shorter than ${shown}`, ...hint });
  }
}
