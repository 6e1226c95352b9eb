/** Rules that span several fields of a service or of one of its checks. */

import { isIP } from 'node:net';
import { minorDigits } from '../domain/money/money.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { UnreadableText } from '../domain/time/text.ts';
import { checkHttp } from './check-http.ts';
import { checkMailServer } from './check-mail-server.ts';
import { parseRecord, RECORD_TYPES, reverseName } from './dns-and-bytes.ts';
import type { SourceDocument } from './document.ts';
import { HTTP_OPTIONS } from './http-schema.ts';
import { formatPath, type KeyPath } from './problem.ts';
import { durationAt, entriesAt, has, instantAt, itemsAt, textAt, valueAt } from './raw.ts';

const KINDS = ['http', 'smtp', 'imap', 'pop3', 'delivery', 'tls', 'dns', 'tcp', 'icmp'];
const MAIL = ['smtp', 'imap', 'pop3'];
const ONE_OF_THEM = `exactly one of ${KINDS.slice(0, -1).join(', ')} and ${KINDS.at(-1)}`;

/** The kinds of check that an option belongs to. */
const KINDS_OF_OPTION: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(HTTP_OPTIONS.map((key) => [key, ['http']])),
  security: [...MAIL, 'tcp'],
  username: MAIL,
  password: MAIL,
  allowPlainTextPassword: MAIL,
  sender: ['smtp'],
  recipient: ['smtp'],
  inbox: ['imap'],
  starttls: ['tls'],
  daysLeft: ['tls'],
  minVersion: ['tls'],
  record: ['dns'],
  answers: ['dns'],
  match: ['dns'],
  nxdomain: ['dns'],
  dnssec: ['dns'],
  servers: ['dns'],
  send: ['tcp'],
  expect: ['tcp'],
};

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
        checkKind(document, check.path, check.value);
        if (has(check.value, 'http')) checkHttp(document, check.path, check.value);
        checkFamily(document, check.path, check.value);
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
export function checkSandboxCurrency(main: SourceDocument, currencyOf: CurrencyOf): void {
  for (const { value, path } of itemsAt(main.value, [], 'sandbox', 'customers')) {
    checkCurrency(main, path, value, 'monthlyFee', currencyOf(undefined));
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

function checkKind(document: SourceDocument, path: KeyPath, check: unknown): void {
  if (typeof check !== 'object' || check === null) return;
  const kinds = KINDS.filter((kind) => has(check, kind));
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'a check of nothing' : `a check of ${kinds.join(' and ')}`;
    document.complain({ path, found, expected: ONE_OF_THEM });
    return;
  }
  const [kind = ''] = kinds;
  for (const [key, owners] of Object.entries(KINDS_OF_OPTION)) {
    if (!has(check, key) || owners.includes(kind)) continue;
    document.complain({ path: [...path, key], expected: `no ${key} in a check of ${kind}` });
  }
  if (MAIL.includes(kind)) checkMailServer(document, path, check, textAt(check, kind), 'plain');
  if (kind === 'delivery') {
    for (const side of ['submission', 'mailbox']) {
      const server = valueAt(check, 'delivery', side);
      checkMailServer(document, [...path, 'delivery', side], server, textAt(server, 'server'), 'starttls');
    }
  }
  if (kind === 'dns') checkDns(document, path, check);
  if (kind === 'tcp') checkTcp(document, path, check);
}

function checkDns(document: SourceDocument, path: KeyPath, check: object): void {
  const written = textAt(check, 'record') ?? 'A';
  const record = RECORD_TYPES.find((type) => type === written);
  const name = textAt(check, 'dns');
  if (name !== undefined && record !== 'PTR' && reverseName(name) !== undefined) {
    document.complain({ path: [...path, 'dns'], expected: 'a name; an address only with record: PTR' });
  }
  if (has(check, 'answers') && has(check, 'nxdomain')) {
    document.complain({ path: [...path, 'answers'], expected: 'no answers where nxdomain is expected' });
  }
  if (has(check, 'match') && !has(check, 'answers')) {
    document.complain({ path: [...path, 'match'], expected: 'no match without answers' });
  }
  if (record === undefined) return;
  for (const answer of itemsAt(check, path, 'answers')) {
    if (typeof answer.value !== 'string') continue;
    try {
      parseRecord(record, answer.value);
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      document.complain({ path: answer.path, expected: error.expected });
    }
  }
}

/** An address has one family, and no other is found for it. */
function checkFamily(document: SourceDocument, path: KeyPath, check: unknown): void {
  const wanted = valueAt(check, 'ip');
  if (wanted !== 4 && wanted !== 6 && wanted !== 'both') return;
  for (const kind of KINDS) {
    const target = textAt(check, kind) ?? '';
    const host = URL.parse(target)?.hostname || target.replace(/:\d+$/, '');
    const family = isIP(host.replace(/^\[|\]$/g, ''));
    if (family === 0 || family === wanted) continue;
    document.complain({ path: [...path, 'ip'], expected: `${family}, the family of the address in ${kind}` });
  }
}

function checkTcp(document: SourceDocument, path: KeyPath, check: object): void {
  if (textAt(check, 'security') === 'starttls') {
    document.complain({ path: [...path, 'security'], expected: 'plain or tls in a check of tcp' });
  }
  if (has(check, 'send') && !has(check, 'expect')) {
    document.complain({ path: [...path, 'send'], expected: 'no send without expect' });
  }
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
