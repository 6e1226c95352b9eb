import { describe, it } from 'vitest';
import { LOCALES } from '../../src/domain/facts/fact.ts';
import { renderWorkNoticeMail, type WorkNotice } from '../../src/report/notice-mail.ts';
import { expectGolden } from '../support/golden.ts';
import { at, CONTRACT } from '../support/statements.ts';

const work = {
  id: 'w-17',
  revision: 1,
  start: at('2026-03-10T00:30:00'),
  end: at('2026-03-10T05:00:00'),
  subject: 'Replacement of the storage array',
};
const NOTICES: readonly WorkNotice[] = [
  { kind: 'new', work },
  {
    kind: 'revised',
    work: { ...work, revision: 2, start: at('2026-03-11T01:00:00'), end: at('2026-03-11T06:30:00') },
    previous: work,
  },
  { kind: 'cancelled', work },
];

describe('the notice of planned work as a customer reads it', () => {
  it.each(NOTICES.flatMap((notice) => LOCALES.map((locale) => [notice.kind, locale, notice] as const)))(
    '%s, %s',
    (kind, locale, notice) => {
      const { subject, text, html } = renderWorkNoticeMail({
        notice,
        services: ['bakery.example.kz', 'mail.bakery.example.kz'],
        customer: { name: 'Айгерім Сәрсенова', email: 'aigerim@example.kz', locale },
        contract: CONTRACT,
        now: at('2026-03-07T00:00:00'),
      });
      expectGolden(`mail/notice-${kind}.${locale}.txt`, `Subject: ${subject}\n\n${text}`);
      expectGolden(`mail/notice-${kind}.${locale}.html`, html);
    },
  );
});
