/**
 * Mails against what the relay remembers: no copy that nothing in doubt explains, one Message-ID a mail, no notice that
 * the relay did not take, and none lost once it takes them again.
 */
import type { WorkFact } from '../../../src/domain/facts/fact.ts';
import { messageIdFor } from '../../../src/outputs/mail/message-id.ts';
import { MAIL_DOMAIN } from '../simulated-daemon.ts';
import { type Evidence, factsOf, type Violation } from './evidence.ts';

export function checkMails(evidence: Evidence): readonly Violation[] {
  return [
    ...evidence.sentUnrecorded.map((messageId) => `mail ${messageId}: was sent before its attempt was on disk`),
    ...checkCopies(evidence),
    ...checkNotices(evidence),
    ...checkNoneLost(evidence),
  ];
}

function checkCopies({ entries, acceptances }: Evidence): readonly Violation[] {
  const attempted = Map.groupBy(factsOf(entries, 'mail-attempted'), (fact) => fact.mail);
  const accepted = Map.groupBy(factsOf(entries, 'mail-accepted'), (fact) => fact.mail);
  const refused = Map.groupBy(factsOf(entries, 'mail-refused'), (fact) => fact.mail);
  const taken = Map.groupBy(acceptances, (acceptance) => acceptance.messageId);
  const expected = new Set([...attempted.keys()].map((mail) => messageIdFor(mail, MAIL_DOMAIN)));
  const violations: Violation[] = acceptances
    .filter(({ messageId }) => !expected.has(messageId))
    .map(({ messageId }) => `relay: took ${messageId}, which no recorded attempt explains`);
  for (const [mail, attempts] of attempted) {
    const messageId = messageIdFor(mail, MAIL_DOMAIN);
    const [yes, no] = [accepted.get(mail) ?? [], refused.get(mail) ?? []];
    const copies = taken.get(messageId) ?? [];
    if ([...attempts, ...yes, ...no].some((fact) => fact.messageId !== messageId)) {
      violations.push(`mail ${mail}: an attempt has another Message-ID than ${messageId}`);
    }
    if (yes.length > 1) violations.push(`mail ${mail}: its acceptance is recorded ${yes.length} times`);
    const inDoubt = attempts.length - yes.length - no.length;
    const unheard = copies.filter(({ answered }) => !answered).length;
    if (inDoubt < 0) violations.push(`mail ${mail}: has more outcomes than attempts`);
    if (copies.length > yes.length + inDoubt + unheard) {
      violations.push(
        `mail ${mail}: the relay took ${copies.length} copies, ${yes.length} recorded, ${inDoubt} in doubt`,
      );
    }
    for (const fact of yes) {
      if (!copies.some(({ response, at }) => response === fact.response && at <= fact.at + MOST_SET_BACK)) {
        violations.push(`mail ${mail}: its acceptance is recorded, but the relay never gave it`);
      }
    }
  }
  return violations;
}

/** The clock may have been set back between the relay's taking it and its being noted. */
const MOST_SET_BACK = 2 * 3_600_000;

function checkNotices({ entries, acceptances }: Evidence): readonly Violation[] {
  const accepted = new Map(factsOf(entries, 'mail-accepted').map((fact) => [fact.mail, fact]));
  const notices = factsOf(entries, 'notice');
  const violations = notices.flatMap(({ work, revision, customer, at, evidence }): Violation[] => {
    const mail = `notice/${work}/${revision}/${customer}`;
    const acceptance = accepted.get(mail);
    accepted.delete(mail);
    if (!acceptance) return [`notice ${mail}: the relay's acceptance is not recorded`];
    const taken = acceptances.some(
      (each) => each.response === evidence?.response && each.messageId === evidence?.messageId,
    );
    if (!taken) return [`notice ${mail}: the relay did not take it`];
    return at === acceptance.at ? [] : [`notice ${mail}: is of another instant than its acceptance`];
  });
  const unnoticed = [...accepted.keys()].filter((mail) => /^notice\/[^/]+\/\d+\//.test(mail));
  return [...violations, ...unnoticed.map((mail) => `mail ${mail}: was accepted and made no notice`)];
}

/** At the end, when the relay has long been well again. */
function checkNoneLost({ entries, scenario, books, map }: Evidence): readonly Violation[] {
  const end = map.wallAt(scenario.pace.length - 1);
  const settled = new Set(
    [...factsOf(entries, 'mail-accepted'), ...factsOf(entries, 'mail-refused').filter((fact) => fact.permanent)].map(
      (fact) => fact.mail,
    ),
  );
  const statements = factsOf(entries, 'statement-issued').map(
    ({ service, month, revision }) => `statement/${service}/${month}/${revision}`,
  );
  const cancelled = new Set(factsOf(entries, 'work-cancelled').map((fact) => fact.id));
  const standing = new Map<string, WorkFact>();
  for (const work of factsOf(entries, 'work')) {
    if (work.revision >= (standing.get(work.id)?.revision ?? 0)) standing.set(work.id, work);
  }
  const { ledger } = books.feed;
  const notices = [...standing.values()]
    .filter((work) => work.end > end && !cancelled.has(work.id))
    .flatMap((work) => {
      const services = work.services === '*' ? ledger.services() : work.services;
      const active = services.filter((id) => activeAt(entries, id, work.start));
      const customers = new Set(active.map((id) => ledger.service(id)?.definitions.at(-1)?.fact.customer));
      return [...customers].map((customer) => `notice/${work.id}/${work.revision}/${customer}`);
    });
  return [...statements, ...notices]
    .filter((mail) => !settled.has(mail))
    .map((mail) => `mail ${mail}: is owed and lost`);
}

function activeAt(entries: Evidence['entries'], service: string, at: number): boolean {
  const said = factsOf(entries, 'lifecycle').filter((fact) => fact.service === service && fact.from <= at);
  return said.toSorted((a, b) => a.from - b.from).at(-1)?.status === 'active';
}
