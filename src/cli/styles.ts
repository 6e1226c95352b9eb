/** The colours of words that several views show. */
import type { PromiseStanding } from '../domain/contract/statement-result.ts';
import type { State } from '../domain/facts/fact.ts';
import type { Style } from './terminal.ts';

export const STATE_STYLES: Readonly<Record<State, Style>> = { up: 'green', down: 'red', unknown: 'yellow' };

export const PROMISE_STYLES: Readonly<Record<PromiseStanding, Style>> = {
  kept: 'green',
  'at-risk': 'yellow',
  broken: 'red',
};
