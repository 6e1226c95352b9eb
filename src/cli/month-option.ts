import { formatMonth, parseMonth } from '../domain/time/contract-calendar.ts';
import { BadInput } from './io.ts';

/**
 * A contract-clock month given on the command line.
 * @throws BadInput when it is none.
 */
export function monthOption(text: string): string {
  try {
    return formatMonth(parseMonth(text));
  } catch (error) {
    throw new BadInput(`--${error instanceof Error ? error.message : String(error)}`);
  }
}
