/** Whether a DNS answer is the expected one. Pure. */
import { type DnsRecord, type Header, RECORD_TYPES } from './dns-message.ts';
import { Fault } from './fault.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { DnsTarget } from './target.ts';

const CODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  9: 'NOTAUTH',
};
const WORDS: Readonly<Record<number, Failure>> = { 2: 'dns_servfail', 3: 'dns_nxdomain', 5: 'dns_refused' };
const ALIASES_MAX = 16;

/** Throws the `Fault` that an answer amounts to; returns when it is what the target expects. */
export function judgeAnswer(target: DnsTarget, header: Header, records: readonly DnsRecord[]): void {
  const { expect, type } = target;
  const code = CODES[header.code] ?? `response code ${header.code}`;
  if (expect.kind === 'nxdomain' && header.code === 0) {
    throw new Fault('dns_mismatch', describe(type, answersOf(target, records)), 'NXDOMAIN: no such name');
  }
  if (header.code !== 0 && !(expect.kind === 'nxdomain' && code === 'NXDOMAIN')) {
    throw new Fault(WORDS[header.code] ?? 'dns_failure', code, describeExpected(target));
  }
  const answers = answersOf(target, records);
  if (!meets(expect, answers)) throw new Fault('dns_mismatch', describe(type, answers), describeExpected(target));
  if (target.dnssec && !header.authentic) {
    throw new Fault('dns_mismatch', `${code} without the AD flag`, 'an answer that the name server has validated');
  }
}

/** The records of the type that was asked for, at the end of the aliases that begin at the name. */
function answersOf(target: DnsTarget, records: readonly DnsRecord[]): string[] {
  let owner = target.name;
  if (target.type !== 'CNAME') {
    for (let hops = 0; hops < ALIASES_MAX; hops += 1) {
      const alias = records.find((record) => record.type === RECORD_TYPES.CNAME && record.owner === owner)?.text;
      if (alias === undefined || alias === null) break;
      owner = alias;
    }
  }
  const wanted = RECORD_TYPES[target.type];
  return records.flatMap(({ owner: of, type, text }) =>
    of === owner && type === wanted && text !== null ? [text] : [],
  );
}

function meets(expect: DnsTarget['expect'], answers: readonly string[]): boolean {
  switch (expect.kind) {
    case 'nxdomain':
      return true;
    case 'some':
      return answers.length > 0;
    case 'any':
      return expect.answers.some((answer) => answers.includes(answer));
    case 'all':
      return expect.answers.every((answer) => answers.includes(answer));
    case 'exactly':
      return (
        expect.answers.every((answer) => answers.includes(answer)) &&
        answers.every((answer) => expect.answers.includes(answer))
      );
  }
}

function describe(type: string, answers: readonly string[]): string {
  return answers.length === 0 ? `no ${type} record` : printable(answers.toSorted().join('; '));
}

function describeExpected({ expect, type }: DnsTarget): string {
  switch (expect.kind) {
    case 'nxdomain':
      return 'NXDOMAIN: no such name';
    case 'some':
      return `a record of type ${type}`;
    default: {
      const which = { any: 'one of', all: 'each of', exactly: 'exactly' }[expect.kind];
      return `${which} ${printable(expect.answers.join('; '))}`;
    }
  }
}
