/** Rules of what a check or a canary probes: one kind, the options that belong to it, and how they fit together. */
import { isIP } from 'node:net';
import { UnreadableText } from '../domain/time/text.ts';
import { checkHttp } from './check-http.ts';
import { checkMailServer } from './check-mail-server.ts';
import { parseRecord, RECORD_TYPES, reverseName } from './dns-and-bytes.ts';
import type { SourceDocument } from './document.ts';
import { HTTP_OPTIONS } from './http-schema.ts';
import type { KeyPath } from './problem.ts';
import { has, itemsAt, textAt, valueAt } from './raw.ts';

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

/** Records what does not fit together in what a check or a canary probes. */
export function checkTarget(document: SourceDocument, path: KeyPath, check: unknown): void {
  checkKind(document, path, check);
  if (has(check, 'http')) checkHttp(document, path, check);
  checkFamily(document, path, check);
}

/** Exactly one kind, and no keys of another. */
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
  const servers = itemsAt(check, path, 'servers').map(({ value }) => ['servers', value] as const);
  const ends = ['submission', 'mailbox'].map(
    (end) => [end, textAt(valueAt(check, 'delivery', end), 'server')] as const,
  );
  for (const [key, target] of [...KINDS.map((kind) => [kind, textAt(check, kind)] as const), ...ends, ...servers]) {
    const family = typeof target === 'string' ? familyOf(target) : 0;
    if (family === 0 || family === wanted) continue;
    document.complain({ path: [...path, 'ip'], expected: `${family}, the family of the address in ${key}` });
  }
}

/** 0 where it is no address, with a port or without, nor a URL with one. */
function familyOf(target: string): number {
  const bare = isIP(target);
  if (bare !== 0) return bare;
  const host = URL.parse(target)?.hostname || target.replace(/:\d+$/, '');
  return isIP(host.replace(/^\[|\]$/g, ''));
}

function checkTcp(document: SourceDocument, path: KeyPath, check: object): void {
  if (textAt(check, 'security') === 'starttls') {
    document.complain({ path: [...path, 'security'], expected: 'plain or tls in a check of tcp' });
  }
  if (has(check, 'send') && !has(check, 'expect')) {
    document.complain({ path: [...path, 'send'], expected: 'no send without expect' });
  }
}
