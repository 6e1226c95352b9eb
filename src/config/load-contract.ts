/** Reads one contract file by itself, as `kepil replay --contract FILE` does. */
import type { Contract } from '../domain/contract/terms.ts';
import { buildContract } from './build-contract.ts';
import { checkContract } from './check-contract.ts';
import { checkShape } from './check-shape.ts';
import { contractSchema } from './contract-schema.ts';
import { SourceDocument } from './document.ts';
import type { Environment } from './environment.ts';
import { type Problem, sortProblems } from './problem.ts';

export type ContractResult =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks the text of a contract file: the contract, or every mistake by line. */
export function parseContract(file: string, text: string, environment: Environment): ContractResult {
  const document = new SourceDocument(file, text, environment);
  const shape = checkShape(document, contractSchema);
  checkContract(document);
  if (shape === undefined || document.problems.length > 0) {
    return { ok: false, problems: sortProblems(document.problems) };
  }
  return { ok: true, contract: buildContract(shape) };
}
