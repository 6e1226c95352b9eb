import { describe, it } from 'vitest';
import { LOCALES } from '../../src/domain/facts/fact.ts';
import { renderStatementMail } from '../../src/report/statement-mail.ts';
import { expectGolden } from '../support/golden.ts';
import { at, CONTRACT, eventfulStatement, statement } from '../support/statements.ts';

const STATEMENTS = [
  ['quiet', statement()],
  ['eventful', eventfulStatement()],
] as const;

describe('the statement as a customer reads it', () => {
  it.each(STATEMENTS.flatMap(([name, value]) => LOCALES.map((locale) => [name, locale, value] as const)))(
    '%s month, %s',
    (name, locale, value) => {
      const { subject, text, html } = renderStatementMail({
        statement: value,
        customer: { name: 'Айгерім Сәрсенова', email: 'aigerim@example.kz', locale },
        contract: CONTRACT,
        serviceName: 'bakery.example.kz',
        issuedAt: at('2026-04-01T00:05:00'),
        revision: 1,
      });
      expectGolden(`mail/statement-${name}.${locale}.txt`, `Subject: ${subject}\n\n${text}`);
      expectGolden(`mail/statement-${name}.${locale}.html`, html);
    },
  );
});
