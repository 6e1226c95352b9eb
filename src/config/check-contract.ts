/** Rules that span several fields of a contract. */
import { minorDigits } from '../domain/money/money.ts';
import { checkAscending } from './check-services.ts';
import type { SourceDocument } from './document.ts';
import { has, itemsAt, textAt, valueAt } from './raw.ts';

/** Records what does not fit together in a contract file. */
export function checkContract(document: SourceDocument): void {
  const currency = textAt(document.value, 'currency');
  if (currency !== undefined && minorDigits(currency) === undefined) {
    document.complain({ path: ['currency'], expected: 'an ISO 4217 code such as KZT' });
  }
  checkAscending(document, [], document.value, 'editions');
  for (const [index, { value, path }] of itemsAt(document.value, [], 'editions').entries()) {
    if (index > 0 && typeof value === 'object' && value !== null && !has(value, 'from')) {
      document.complain({
        path: [...path, 'from'],
        expected: 'the instant from which it is in force, since only the first edition may leave it out',
      });
    }
    const credit = valueAt(value, 'credit');
    if (typeof credit === 'object' && credit !== null && has(credit, 'hourly') === has(credit, 'tiers')) {
      const found = has(credit, 'hourly') ? 'hourly and tiers' : 'neither hourly nor tiers';
      document.complain({ path: [...path, 'credit'], found, expected: 'exactly one of hourly and tiers' });
    }
  }
}
