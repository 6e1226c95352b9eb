import type { Locale } from '../../domain/facts/fact.ts';
import { EN } from './en.ts';
import { KK } from './kk.ts';
import type { Messages, NamedReason } from './messages.ts';
import { RU } from './ru.ts';

/** The messages of every language that a customer can choose. */
export const MESSAGES: Readonly<Record<Locale, Messages>> = { kk: KK, ru: RU, en: EN };

/** An exclusion reason in words; a reason that only the contract knows, as it is written there. */
export function reasonInWords(messages: Messages, reason: string): string {
  return Object.hasOwn(messages.reasons, reason) ? messages.reasons[reason as NamedReason] : reason;
}
