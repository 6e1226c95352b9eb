/** Prints statements: as the JSON of REPLAY.md, or for a person. */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import type { StatementSet } from '../domain/contract/statement-result.ts';
import { statementSetToJson } from '../report/statement-json.ts';
import type { CliIo } from './io.ts';
import { formatStatements } from './statement-view.ts';
import { terminalOf } from './terminal.ts';

export function printStatements(set: StatementSet, json: boolean | undefined, io: CliIo): void {
  if (json) {
    io.stdout.write(`${JSON.stringify(statementSetToJson(set), null, 2)}\n`);
    return;
  }
  const text = formatStatements(set, {
    ...terminalOf(io.stdout, io.environment),
    availability: (ms) => formatAvailability(ms.up, ms.unplanned),
  });
  io.stdout.write(`${text}\n`);
}
