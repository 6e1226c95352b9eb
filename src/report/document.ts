/**
 * A mail before it is HTML or text: what is said, in the reader's language, in the order of importance. Both renderings
 * come from this one value, so they cannot carry different numbers.
 *
 * Every string here may hold hostile values (names, ticket ids): the renderers make them printable and escape them, all
 * of them, so that no writer of a document can forget to.
 */
import type { Locale } from '../domain/facts/fact.ts';

/** The weight of a figure or a verdict; never said by colour alone. */
export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

/** A label and its value; `note` is the small print under the value, such as its exact milliseconds. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

/** One stretch of time: what it was, when, how long. */
export interface Entry {
  readonly tone: Tone;
  readonly badge: string;
  readonly value: string;
  readonly note?: string;
  readonly lines: readonly string[];
}

/** A day of a month's sheet; a day without a mark has an empty `mark`. */
export interface Day {
  readonly day: string;
  readonly mark: string;
  readonly tone: Tone;
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'figures'; readonly figures: readonly Figure[] }
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | {
      /** The month at a glance, for the HTML only: its facts stand in the entries. */
      readonly kind: 'days';
      readonly caption: string;
      readonly weekdays: readonly string[];
      /** Days before the first, from Monday on: 0 to 6. */
      readonly lead: number;
      readonly days: readonly Day[];
    };

export interface MailDocument {
  readonly locale: Locale;
  readonly subject: string;
  /** Who writes. */
  readonly sender: string;
  readonly title: string;
  /** What and whom it is about, a line each. */
  readonly about: readonly string[];
  readonly verdict: {
    readonly tone: Tone;
    readonly line: string;
    readonly figure?: { readonly value: string; readonly label: string };
    readonly lines: readonly string[];
  };
  readonly blocks: readonly Block[];
  readonly smallPrint: readonly string[];
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
