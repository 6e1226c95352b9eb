import { expect, it } from 'vitest';
import { Outbox, type OwedMail, type RelayAnswer } from '../../src/desk/outbox.ts';
import { SECOND } from '../../src/domain/time/instant.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ACCEPTED: RelayAnswer = { outcome: 'accepted', response: '250 ok' };

function owed(mail: string): OwedMail {
  const compose = () => ({ to: 'c1@example.kz', subject: mail, text: '', html: '', language: 'en' }) as const;
  return { mail, kind: 'notice', customer: 'c1', compose, onAccepted: () => [] };
}

it('sends a mail that is still on its way no second time when the journal refuses the outcome of another', async () => {
  const clock = new ManualClock();
  const entries: JournalEntry[] = [];
  let refusals = 1;
  const journal = {
    append: async (drafts: Parameters<ConstructorParameters<typeof Outbox>[0]['journal']['append']>[0]) => {
      if (refusals > 0 && drafts.some(({ fact }) => fact.type === 'mail-accepted')) {
        refusals -= 1;
        throw new Error('the disk fails');
      }
      for (const { fact } of drafts) {
        entries.push({ seq: entries.length + 1, recordedAt: clock.now(), key: null, fact, hash: '' });
      }
      return entries.slice(-drafts.length);
    },
    read: async (afterSeq: number) => entries.slice(afterSeq),
  };
  const sent: string[] = [];
  const feed = new LedgerFeed(journal);
  const outbox = new Outbox({
    journal,
    feed,
    relay: {
      send: async ({ subject }) => {
        sent.push(subject);
        await clock.sleep(subject === 'quick' ? 1 : 20 * SECOND);
        return ACCEPTED;
      },
    },
    clock,
    messageIdFor: (mail) => `<${mail}@example.kz>`,
    owed: () => [owed('quick'), owed('slow')],
    onSettled: () => {},
  });
  const round = async (): Promise<void> => {
    await feed.catchUp();
    outbox.sendDue().catch(() => {});
  };
  for (let second = 0; second < 60; second += 1) {
    await round();
    await clock.advance(SECOND);
  }
  expect(sent.filter((mail) => mail === 'slow')).toHaveLength(1);
  expect(sent.filter((mail) => mail === 'quick')).toHaveLength(2);
  expect(outbox.pending()).toEqual([]);
});
