import { describe, expect, it } from 'vitest';
import { quietHoursWithin } from '../../src/domain/contract/quiet-hours.ts';
import { DAY, HOUR } from '../../src/domain/time/instant.ts';
import { type AnnouncedWork, renderWorkNoticeMail, type WorkNoticeMail } from '../../src/report/notice-mail.ts';
import { at, CONTRACT, OFFSET } from '../support/statements.ts';

const work: AnnouncedWork = {
  id: 'w-17',
  revision: 1,
  start: at('2026-03-10T01:00:00'),
  end: at('2026-03-10T05:00:00'),
};

function render(change: Partial<WorkNoticeMail> = {}) {
  const mail = renderWorkNoticeMail({
    notice: { kind: 'new', work },
    services: ['bakery.example.kz'],
    customer: { name: 'Aigerim', email: 'a@example.kz', locale: 'en' },
    contract: CONTRACT,
    now: at('2026-03-01T00:00:00'),
    ...change,
  });
  return { ...mail, flat: mail.text.replaceAll('\u00a0', ' ').replace(/\n +|\n(?!\n)/g, ' ') };
}

describe('a notice of planned work', () => {
  it.each([
    ['exactly at the lead time', at('2026-03-08T01:00:00'), 'this one was written in time', '48 h'],
    ['a millisecond after it', at('2026-03-08T01:00:00.001'), 'this one was written later', '47 h 59 min 59.999 s'],
    ['after the start', at('2026-03-10T02:00:00'), 'this one was written later', '0 s'],
  ])('says whether it is in time: %s', (_name, now, words, ahead) => {
    expect(render({ now }).flat).toContain(words);
    expect(render({ now }).flat).toContain(`Time until the start: ${ahead} (`);
  });

  it('names the clock wherever the time of the work stands', () => {
    const { subject, flat } = render();
    expect(subject).toBe('Planned work: 10 March 2026, 01:00:00 – 05:00:00 GMT+5');
    expect(flat).toContain('Start: 10 March 2026, 01:00:00 (GMT+5)');
    expect(flat).toContain('End: 10 March 2026, 05:00:00 (GMT+5)');
  });

  it('says what lies outside the hours of least load', () => {
    expect(render().flat).toContain('Outside them: nothing');
    const day = { ...work, start: at('2026-03-10T12:00:00'), end: at('2026-03-10T13:00:00') };
    const { flat } = render({ notice: { kind: 'new', work: day } });
    expect(flat).toContain('Within them: nothing');
    expect(flat).toContain('Downtime outside them counts as unplanned');
    expect(flat).not.toContain('does not count against');
  });

  it('says of a revision what changed and what did not', () => {
    const longer = { ...work, revision: 2, end: at('2026-03-10T06:00:00'), subject: 'Disks' };
    const { flat } = render({ notice: { kind: 'revised', work: longer, previous: work } });
    expect(flat).toContain('End: 10 March 2026, 06:00:00 (before: 10 March 2026, 05:00:00)');
    expect(flat).toContain('What will be done: Disks (before: nothing)');
    expect(flat).not.toContain('before: 10 March 2026, 01:00:00');
    const same = render({ notice: { kind: 'revised', work: { ...work, revision: 2 }, previous: work } });
    expect(same.flat).toContain('Start, end and subject are as before.');
  });

  it('says of a cancelled work that nothing of it is planned any more', () => {
    const { flat, subject } = render({ notice: { kind: 'cancelled', work } });
    expect(subject).toMatch(/^Planned work is cancelled: /);
    expect(flat).toContain('Nothing of this time is planned work any more.');
    expect(flat).not.toContain('Hours of least load');
  });

  it('is bounded and escaped whatever it is given', () => {
    const evil = `<img src=x onerror=alert(1)>\u202e\r\n${'y'.repeat(3_000)}`;
    const { html, text, subject } = render({
      notice: { kind: 'new', work: { ...work, id: evil, subject: evil, end: work.start + 400 * DAY } },
      services: Array<string>(1_000).fill(evil),
      customer: { name: evil, email: 'a@example.kz', locale: 'ru' },
    });
    expect(html).not.toContain('<img');
    expect(html.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(text).toContain('и ещё 950');
    expect([...subject].length).toBeLessThanOrEqual(200);
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBe(72);
  });
});

describe('the part of a window in the hours of least load', () => {
  const night = { startMs: HOUR, endMs: 6 * HOUR };
  const overMidnight = { startMs: 22 * HOUR, endMs: 2 * HOUR };
  it.each([
    ['wholly inside', '2026-03-10T02:00:00', '2026-03-10T03:00:00', [night], ['02:00:00/03:00:00']],
    ['touching only', '2026-03-10T06:00:00', '2026-03-10T07:00:00', [night], []],
    [
      'over two nights',
      '2026-03-10T05:00:00',
      '2026-03-11T02:00:00',
      [night],
      ['05:00:00/06:00:00', '01:00:00/02:00:00'],
    ],
    [
      'hours over midnight reach in from the day before',
      '2026-03-10T01:00:00',
      '2026-03-10T23:00:00',
      [overMidnight],
      ['01:00:00/02:00:00', '22:00:00/23:00:00'],
    ],
    [
      'hours that touch are one',
      '2026-03-10T00:00:00',
      '2026-03-10T07:00:00',
      [night, { startMs: 0, endMs: HOUR }],
      ['00:00:00/06:00:00'],
    ],
    ['no hours, no part', '2026-03-10T00:00:00', '2026-03-10T07:00:00', [], []],
  ])('%s', (_name, start, end, hours, expected) => {
    const time = (instant: number) => new Date(instant + OFFSET * 60_000).toISOString().slice(11, 19);
    const part = quietHoursWithin(hours, OFFSET, { start: at(start), end: at(end) });
    expect(part.map((span) => `${time(span.start)}/${time(span.end)}`)).toEqual(expected);
  });
});
