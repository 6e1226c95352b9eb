/** A mail relay with bad days, that remembers what it took: the only truth there is about notices. */
import type { Relay, RelayAnswer, SentMail } from '../../src/desk/outbox.ts';
import { type Instant, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { RelayTrouble } from './scenario.ts';
import type { ProcessClock } from './virtual-time.ts';

/** A message that the relay took. */
export interface Acceptance {
  readonly messageId: string;
  readonly response: string;
  readonly at: Instant;
  /** Whether its answer was sent back; whether the process still lived to hear it, it cannot know. */
  answered: boolean;
}

export interface RelayWorld {
  readonly random: SeededRandom;
  readonly trouble: () => RelayTrouble | undefined;
  readonly refusesForGood: (address: string) => boolean;
  readonly killsAt: (point: 'relay-before' | 'relay-after') => boolean;
  /** Called before the relay looks at a mail. */
  readonly onSent: (mail: SentMail) => void;
  /** Called when it has taken one, before it says so. */
  readonly onTaken: () => void;
}

const SLOWEST: Millis = 55 * SECOND;
const PATIENCE: Millis = 60 * SECOND;

export class ScriptedRelay {
  readonly acceptances: Acceptance[] = [];
  readonly #world: RelayWorld;

  constructor(world: RelayWorld) {
    this.#world = world;
  }

  /** The relay as one process reaches it. */
  seenBy(process: ProcessClock): Relay {
    return { send: (mail) => this.#send(mail, process) };
  }

  async #send(mail: SentMail, process: ProcessClock): Promise<RelayAnswer> {
    const { random, trouble, refusesForGood, killsAt, onSent, onTaken } = this.#world;
    if (killsAt('relay-before')) await process.unlessKilled(undefined);
    await process.unlessKilled(undefined);
    onSent(mail);
    await process.sleep(random.magnitude(10, SLOWEST));
    const today = trouble();
    if (today === 'defers') return refused(false, '451 4.3.0 try again later');
    if (today === 'silent') {
      await process.sleep(PATIENCE);
      return refused(false, 'no answer within 60 s');
    }
    if (refusesForGood(mail.to)) return refused(true, '550 5.1.1 no such mailbox');
    const acceptance = {
      messageId: mail.messageId,
      response: `250 2.0.0 queued as ${this.acceptances.length + 1}`,
      at: process.now(),
      answered: false,
    };
    this.acceptances.push(acceptance);
    onTaken();
    if (killsAt('relay-after')) await process.unlessKilled(undefined);
    if (today === 'loses-answers') return refused(false, 'connection closed before the answer');
    await process.sleep(random.magnitude(1, SECOND));
    acceptance.answered = true;
    return process.unlessKilled({ outcome: 'accepted', response: acceptance.response } as const);
  }
}

function refused(permanent: boolean, response: string): RelayAnswer {
  return { outcome: 'refused', permanent, response };
}
