/** Every mail that the facts say a customer is owed: notices of planned work, and statements that were issued. */
import type { Contracts } from '../domain/contract/contracts.ts';
import { computeStatement } from '../domain/contract/statement.ts';
import type { CustomerFact, StatementIssuedFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { renderWorkNoticeMail } from '../report/notice-mail.ts';
import { renderStatementMail } from '../report/statement-mail.ts';
import { type IssuedStatements, mailOf } from './issued-statements.ts';
import { type NoticeOwed, noticesOwed } from './notices-owed.ts';
import type { OwedMail } from './outbox.ts';

export interface OwedMailsQuestion {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
  readonly issued: IssuedStatements;
  readonly now: Instant;
}

/** Owed mails, sent or not: what became of each, the outbox knows. */
export function owedMails(question: OwedMailsQuestion): readonly OwedMail[] {
  const { ledger, issued, now } = question;
  return [
    ...noticesOwed(ledger, now).map((owed) => noticeMail(owed, question)),
    ...issued.unsent().map((fact) => statementMail(fact, question)),
  ];
}

function noticeMail(owed: NoticeOwed, { ledger, contracts, now }: OwedMailsQuestion): OwedMail {
  const { mail, customer: id, services, notice } = owed;
  return {
    mail,
    kind: 'notice',
    customer: id,
    compose: () => {
      const customer = customerOf(ledger, id, now);
      const contract = contracts.ofService(ledger, services[0] ?? '', now) ?? contracts.default;
      return {
        to: customer.email,
        language: customer.locale,
        ...renderWorkNoticeMail({ notice, services, customer, contract, now }),
      };
    },
    // A cancellation is no notice of a window: it makes nothing planned.
    onAccepted: (at, messageId, response) =>
      notice.kind === 'cancelled'
        ? []
        : [
            {
              type: 'notice',
              work: notice.work.id,
              revision: notice.work.revision,
              customer: id,
              at,
              channel: 'email',
              evidence: { messageId, response },
            },
          ],
  };
}

function statementMail(fact: StatementIssuedFact, { ledger, contracts }: OwedMailsQuestion): OwedMail {
  const { service, customer: id, month, revision, asOf, at } = fact;
  return {
    mail: mailOf(fact),
    kind: 'statement',
    customer: id,
    compose: () => {
      const customer = customerOf(ledger, id, asOf);
      const contract = contracts.ofService(ledger, service, asOf) ?? contracts.default;
      const statement = computeStatement({ ledger, contract, service, month, asOf });
      const rendered = renderStatementMail({
        statement,
        customer,
        contract,
        serviceName: service,
        issuedAt: at,
        revision,
      });
      return { to: customer.email, language: customer.locale, ...rendered };
    },
    onAccepted: () => [],
  };
}

function customerOf(ledger: Ledger, id: string, asOf: Instant): CustomerFact {
  const customer = knownAt(ledger.customer(id), asOf).at(-1);
  if (!customer) throw new RangeError(`customer: found "${id}", expected one that the journal defines`);
  return customer;
}
