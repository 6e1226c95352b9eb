/**
 * `kepil replay`: statements from a file alone (REPLAY.md): no database, no network, no clock. It runs the very code that
 * the daemon runs, so the two cannot disagree.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseContract } from '../../config/load-contract.ts';
import { formatProblem } from '../../config/problem.ts';
import { exclusionReasonsOf } from '../../domain/contract/editions.ts';
import { computeStatements, monthBefore } from '../../domain/contract/statement.ts';
import type { Contract } from '../../domain/contract/terms.ts';
import { ledgerOf } from '../../domain/facts/ledger.ts';
import { describeProblem } from '../../journal/replay/problem.ts';
import { readReplayFile } from '../../journal/replay/read-file.ts';
import { instantOption, readingOf } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';
import { printStatements } from '../print-statements.ts';

export interface ReplayOptions {
  readonly month?: string;
  readonly asOf?: string;
  readonly contract?: string;
  readonly json?: boolean;
}

const SHIPPED_CONTRACT = fileURLToPath(new URL('../../../config/contracts/ps-builder.yaml', import.meta.url));

export async function replay(file: string, options: ReplayOptions, io: CliIo): Promise<ExitCode> {
  const contract = await contractFrom(options.contract ?? SHIPPED_CONTRACT, io);
  const exclusionReasons = exclusionReasonsOf(contract);
  const read = await readingOf(file, () => readReplayFile(file, { exclusionReasons }));
  if (!read.ok) {
    for (const problem of read.problems) io.stderr.write(`${file}: ${describeProblem(problem)}\n`);
    if (read.more) io.stderr.write(`${file}: further mistakes are not listed\n`);
    return 2;
  }
  const asOf = options.asOf === undefined ? read.latestAt : instantOption('as-of', options.asOf);
  if (asOf === null)
    throw new BadInput(`${file}: no line says when it was recorded, expected one that does or --as-of`);
  const { offsetMinutes } = contract;
  const month = options.month === undefined ? monthBefore(asOf, offsetMinutes) : monthOption(options.month);
  const ledger = ledgerOf(read.facts);
  printStatements(
    computeStatements({ ledger, contractOf: () => contract, month, asOf, offsetMinutes }),
    options.json,
    io,
  );
  return 0;
}

async function contractFrom(file: string, io: CliIo): Promise<Contract> {
  const text = await readingOf(file, () => readFile(file, 'utf8'));
  const result = parseContract(file, text, io.environment);
  if (!result.ok) throw new BadInput(`the contract has mistakes\n${result.problems.map(formatProblem).join('\n')}`);
  return result.contract;
}
