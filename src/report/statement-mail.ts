/**
 * The monthly statement as a mail, most important first: what happened, whether the promise holds, what is owed and how
 * to claim it, every stretch of downtime, how much was observed, and in small print all that a reader needs to recompute
 * it: whole milliseconds, the period, the rounding, the edition.
 *
 * It computes no figure of its own: sums, differences and words for what the statement already decided.
 */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import { editionAt } from '../domain/contract/editions.ts';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { Contract } from '../domain/contract/terms.ts';
import type { Locale } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Block, MailDocument, RenderedMail } from './document.ts';
import { renderHtml } from './document-html.ts';
import { renderText } from './document-text.ts';
import { formatsFor } from './formats.ts';
import { MESSAGES } from './messages/languages.ts';
import { printable } from './printable.ts';
import { availabilitySection } from './statement-availability.ts';
import { compensationSection } from './statement-compensation.ts';
import { downtimeSection } from './statement-downtime.ts';
import { requestsSection } from './statement-requests.ts';
import type { StatementContext } from './statement-sections.ts';
import { smallPrint } from './statement-small-print.ts';
import { verdict } from './statement-verdict.ts';

const NAME_LIMIT = 120;
const SUBJECT_LIMIT = 200;

/** Who a mail is for. */
export interface Addressee {
  readonly name: string;
  readonly email: string;
  readonly locale: Locale;
}

export interface StatementMail {
  readonly statement: Statement;
  readonly customer: Addressee;
  /** The contract that binds the service. */
  readonly contract: Contract;
  /** The service as its customer knows it, such as its domain. */
  readonly serviceName: string;
  readonly issuedAt: Instant;
  /** 1 for the first issue of the month; a higher one is a correction. */
  readonly revision: number;
}

/**
 * A statement in the customer's language. Names may be hostile: they come out on one line, bounded and escaped.
 * @throws RangeError when the contract has no edition.
 */
export function renderStatementMail(mail: StatementMail): RenderedMail {
  const document = statementDocument(mail);
  return { subject: document.subject, text: renderText(document), html: renderHtml(document) };
}

function statementDocument({
  statement,
  customer,
  contract,
  serviceName,
  issuedAt,
  revision,
}: StatementMail): MailDocument {
  const formats = formatsFor(customer.locale, contract.offsetMinutes);
  const messages = MESSAGES[customer.locale];
  const month = formats.month(statement.month.period.start);
  const provider = printable(contract.provider, NAME_LIMIT);
  const service = printable(serviceName, NAME_LIMIT);
  const context: StatementContext = {
    statement,
    contract,
    edition: editionAt(contract, statement.month.period.end - 1),
    formats,
    messages,
    month,
    provider,
  };
  const title =
    revision > 1 ? messages.statement.correctedTitle(month, formats.count(revision)) : messages.statement.title(month);
  const availability = formatAvailability(statement.month.ms.up, statement.month.ms.unplanned);
  const shown = availability === null ? [] : [messages.statement.available(formats.percent(availability))];
  const blocks: readonly Block[] = [
    ...availabilitySection(context),
    ...compensationSection(context),
    ...downtimeSection(context),
    ...requestsSection(context),
  ];
  return {
    locale: customer.locale,
    subject: printable([title, ...shown, service].join(' · '), SUBJECT_LIMIT),
    sender: provider,
    title,
    about: [service, messages.statement.customer(printable(customer.name, NAME_LIMIT))],
    verdict: verdict(context),
    blocks,
    smallPrint: smallPrint(context, { issuedAt, revision }),
  };
}
