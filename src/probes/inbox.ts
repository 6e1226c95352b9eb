/** The inbox of a mail round trip: finds messages by their Message-ID and deletes them, and touches no other. */
import { type ImapReply, type ImapTalk, quoted } from './imap-talk.ts';
import type { Talk } from './line-dialogue.ts';

/** The newest of those found; of more, the next run takes care. A command's line and its reply stay short. */
const MESSAGES_MAX = 100;

const SEARCH = /^SEARCH(?: |$)/i;
const FETCH = /^\d+ FETCH /i;
const UID = /\bUID (\d{1,10})\b/i;

export class Inbox {
  readonly #imap: ImapTalk;
  readonly #expungesByUid: boolean;

  /** `capabilities` are those after the login. */
  constructor(imap: ImapTalk, capabilities: readonly string[]) {
    this.#imap = imap;
    this.#expungesByUid = capabilities.includes('UIDPLUS');
  }

  *open(): Talk {
    yield* this.#imap.demand('SELECT INBOX');
  }

  /**
   * The UIDs of messages whose Message-ID holds this text, 100 at most. What the server finds is read again: one that
   * searches carelessly must neither pass for one that delivers nor cost anybody a mail.
   */
  *find(idPart: string): Talk<readonly string[]> {
    const found = uidsOf(yield* this.#imap.demand(`UID SEARCH HEADER Message-ID ${quoted(idPart)}`));
    if (found.length === 0) return [];
    const reply = yield* this.#imap.demand(`UID FETCH ${found.join(',')} (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])`);
    return reply.untagged
      .filter(({ text, literals }) => FETCH.test(text) && literals.some((literal) => literal.includes(idPart)))
      .map(({ text }) => UID.exec(text)?.[1] ?? '')
      .filter((uid) => found.includes(uid));
  }

  /** The same, of messages that came since as well: some servers tell of them only when asked for nothing (NOOP). */
  *lookAgain(idPart: string): Talk<readonly string[]> {
    yield* this.#imap.demand('NOOP');
    return yield* this.find(idPart);
  }

  /** Deletes messages by UID. Without UIDPLUS, whatever else is marked as deleted goes with them. */
  *remove(uids: readonly string[]): Talk {
    if (uids.length === 0) return;
    const set = uids.join(',');
    yield* this.#imap.demand(`UID STORE ${set} +FLAGS.SILENT (\\Deleted)`);
    yield* this.#imap.demand(this.#expungesByUid ? `UID EXPUNGE ${set}` : 'EXPUNGE');
  }
}

function uidsOf(reply: ImapReply): readonly string[] {
  return reply.untagged
    .filter(({ text }) => SEARCH.test(text))
    .flatMap(({ text }) => text.slice(7).split(' '))
    .filter((uid) => /^[1-9]\d{0,9}$/.test(uid))
    .slice(-MESSAGES_MAX);
}
