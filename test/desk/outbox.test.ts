import { describe, expect, it } from 'vitest';
import { Outbox, type OwedMail, type RelayAnswer, type SentMail } from '../../src/desk/outbox.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { LedgerFeed } from '../../src/journal/ledger-feed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryJournal } from '../support/memory-journal.ts';

const START = 20_513 * DAY;
const ACCEPTED: RelayAnswer = { outcome: 'accepted', response: '250 queued' };
const LATER: RelayAnswer = { outcome: 'refused', permanent: false, response: '451 later' };
const NEVER: RelayAnswer = { outcome: 'refused', permanent: true, response: '550 no such user' };

function owed(mail: string, parts: Partial<OwedMail> = {}): OwedMail {
  return {
    mail,
    kind: 'notice',
    customer: 'c1',
    compose: () => ({ to: 'ops@example.kz', subject: mail, text: mail, html: mail, language: 'kk' }),
    onAccepted: (at) => [{ type: 'notice', work: mail, revision: 1, customer: 'c1', at, channel: 'email' }],
    ...parts,
  };
}

/** An outbox with its journal; `restart` gives another over the same journal, as after a crash. */
async function desk(mails: readonly OwedMail[]) {
  const clock = new ManualClock(START);
  const journal = new MemoryJournal(clock);
  const sent: SentMail[] = [];
  const settled: string[] = [];
  const relay = { answer: (_mail: SentMail): RelayAnswer | Promise<RelayAnswer> => ACCEPTED };
  const restart = async (): Promise<Outbox> => {
    const feed = new LedgerFeed(journal);
    const outbox = new Outbox({
      journal,
      feed,
      clock,
      relay: {
        send: async (mail) => {
          sent.push(mail);
          return relay.answer(mail);
        },
      },
      messageIdFor: (mail) => `<${mail}@example.kz>`,
      owed: () => mails,
      onSettled: ({ mail }, answer) => settled.push(`${mail} ${answer.outcome}`),
    });
    await feed.catchUp();
    return outbox;
  };
  const types = () => journal.facts.map((fact) => fact.type);
  return { clock, journal, sent, settled, relay, restart, types, outbox: await restart() };
}

describe('Outbox', () => {
  it('records the attempt before the relay hears of it, and what follows from acceptance with it', async () => {
    const { outbox, relay, types, journal } = await desk([owed('w1')]);
    relay.answer = () => {
      expect(types()).toEqual(['mail-attempted']);
      return ACCEPTED;
    };
    await outbox.sendDue();
    expect(types()).toEqual(['mail-attempted', 'mail-accepted', 'notice']);
    expect(journal.facts[1]).toMatchObject({ messageId: '<w1@example.kz>', response: '250 queued', at: START });
    expect(outbox.pending()).toEqual([]);
  });

  it('sends nothing that the journal does not know of', async () => {
    const { outbox, journal, sent } = await desk([owed('w1')]);
    journal.beforeAppend = () => {
      throw new Error('no room');
    };
    await expect(outbox.sendDue()).rejects.toThrow('no room');
    expect(sent).toEqual([]);
  });

  it('never sends what was accepted again, in this run or after a restart', async () => {
    const { outbox, restart, sent } = await desk([owed('w1')]);
    await outbox.sendDue();
    await outbox.sendDue();
    await (await restart()).sendDue();
    expect(sent).toHaveLength(1);
  });

  it('sends once when two runs are asked for at once', async () => {
    const { outbox, sent } = await desk([owed('w1')]);
    await Promise.all([outbox.sendDue(), outbox.sendDue()]);
    expect(sent).toHaveLength(1);
  });

  it('tries again after half a minute, and ever more seldom up to half an hour, when the relay says later', async () => {
    const { outbox, relay, clock, sent } = await desk([owed('w1')]);
    relay.answer = () => LATER;
    const instants: number[] = [];
    for (let elapsed = 0; elapsed <= 2 * HOUR; elapsed += 5 * SECOND) {
      const before = sent.length;
      await outbox.sendDue();
      if (sent.length > before) instants.push(elapsed / MINUTE);
      await clock.advance(5 * SECOND);
    }
    expect(instants).toEqual([0, 0.5, 1.5, 3.5, 8.5, 23.5, 53.5, 83.5, 113.5]);
    expect(outbox.pending()).toHaveLength(1);
  });

  it('keeps the pace over a restart', async () => {
    const { outbox, relay, clock, sent, restart } = await desk([owed('w1')]);
    relay.answer = () => LATER;
    await outbox.sendDue();
    await clock.advance(29 * SECOND);
    const second = await restart();
    await second.sendDue();
    expect(sent).toHaveLength(1);
    await clock.advance(SECOND);
    await second.sendDue();
    expect(sent).toHaveLength(2);
  });

  it('never tries again what the relay will never take', async () => {
    const { outbox, relay, clock, sent, types } = await desk([owed('w1')]);
    relay.answer = () => NEVER;
    await outbox.sendDue();
    await clock.advance(DAY);
    await outbox.sendDue();
    expect(sent).toHaveLength(1);
    expect(outbox.pending()).toEqual([]);
    expect(types()).toEqual(['mail-attempted', 'mail-refused']);
  });

  it('sends again, under the same Message-ID, what a crash left in doubt', async () => {
    const { outbox, relay, sent, restart, types } = await desk([owed('w1')]);
    relay.answer = () => new Promise(() => {});
    void outbox.sendDue();
    await new Promise((resolve) => setImmediate(resolve));
    relay.answer = () => ACCEPTED;
    await (await restart()).sendDue();
    expect(sent.map((mail) => mail.messageId)).toEqual(['<w1@example.kz>', '<w1@example.kz>']);
    expect(types()).toEqual(['mail-attempted', 'mail-attempted', 'mail-accepted', 'notice']);
  });

  it('does not send again what was accepted while the journal refused to take that down', async () => {
    const { outbox, journal, sent, types } = await desk([owed('w1')]);
    journal.beforeAppend = (facts) => {
      if (facts.some((fact) => fact.type === 'mail-accepted')) throw new Error('busy');
    };
    await expect(outbox.sendDue()).rejects.toThrow('busy');
    await expect(outbox.sendDue()).rejects.toThrow('busy');
    journal.beforeAppend = () => {};
    await outbox.sendDue();
    expect(sent).toHaveLength(1);
    expect(types()).toEqual(['mail-attempted', 'mail-accepted', 'notice']);
  });

  it('does not send what its caller found pending when the answer recorded first has settled it', async () => {
    const { outbox, journal, sent } = await desk([owed('w1')]);
    journal.beforeAppend = (facts) => {
      if (facts.some((fact) => fact.type === 'mail-accepted')) throw new Error('busy');
    };
    await expect(outbox.sendDue()).rejects.toThrow('busy');
    const pending = outbox.pending();
    expect(pending).toHaveLength(1);
    journal.beforeAppend = () => {};
    await outbox.sendDue(pending);
    expect(sent).toHaveLength(1);
  });

  it('waits for every mail of a run, so that the next run cannot send one that is still under way', async () => {
    const { outbox, relay, journal, sent, clock } = await desk([owed('w1'), owed('w2')]);
    relay.answer = async ({ subject }) => {
      if (subject === 'w2') await clock.sleep(MINUTE);
      return ACCEPTED;
    };
    journal.beforeAppend = (facts) => {
      if (facts.some((fact) => fact.type === 'mail-accepted' && fact.mail === 'w1')) throw new Error('busy');
    };
    const first = expect(outbox.sendDue()).rejects.toThrow('busy');
    await clock.advance(SECOND);
    const second = outbox.sendDue().catch(() => {});
    await clock.advance(MINUTE);
    await Promise.all([first, second]);
    expect(sent.filter((mail) => mail.subject === 'w2')).toHaveLength(1);
  });

  it('lets a mail that cannot be made hold up no other, and tries it again at the same pace', async () => {
    const broken = owed('broken', {
      compose: () => {
        throw new RangeError('customer: found "c9", expected one that the journal defines');
      },
    });
    const others = Array.from({ length: 20 }, (_, n) => owed(`w${n}`));
    const { outbox, sent, settled, clock, journal } = await desk([broken, ...others]);
    await outbox.sendDue();
    expect(sent).toHaveLength(20);
    expect(settled).toContain('broken refused');
    const refusal = journal.facts.find((fact) => fact.type === 'mail-refused');
    expect(refusal).toMatchObject({ mail: 'broken', permanent: false });
    expect(refusal?.type === 'mail-refused' && refusal.response).toContain('found "c9"');
    const facts = journal.facts.length;
    for (let second = 0; second < 29; second += 1) {
      await clock.advance(SECOND);
      await outbox.sendDue();
    }
    expect(journal.facts).toHaveLength(facts);
    expect(outbox.pending().map(({ mail }) => mail)).toEqual(['broken']);
  });

  it('takes a relay that breaks its promise not to throw for one that says later', async () => {
    const { outbox, relay, types } = await desk([owed('w1')]);
    relay.answer = () => {
      throw new Error('defect');
    };
    await outbox.sendDue();
    expect(types()).toEqual(['mail-attempted', 'mail-refused']);
  });

  it('begins no further mail once it is stopped', async () => {
    const { outbox, sent, types } = await desk(Array.from({ length: 20 }, (_, n) => owed(`w${n}`)));
    const running = outbox.sendDue();
    await outbox.stop();
    await running;
    expect(sent.length).toBeLessThanOrEqual(8);
    expect(types().filter((type) => type === 'mail-attempted')).toHaveLength(sent.length);
    await outbox.sendDue();
    expect(sent.length).toBeLessThanOrEqual(8);
  });
});
