/** Holds a document against its schema and turns what the schema says into problems with a place. */
import type { z } from 'zod';
import { nearest } from '../domain/text/nearest.ts';
import { quote } from '../domain/time/text.ts';
import type { SourceDocument } from './document.ts';
import { type KeyPath, UNKNOWN_KEY } from './problem.ts';
import { KEY_SEPARATOR } from './shape.ts';

/** The typed value of a document, or undefined after recording why there is none. */
export function checkShape<Schema extends z.ZodType>(
  document: SourceDocument,
  schema: Schema,
): z.output<Schema> | undefined {
  if (!document.readable) return undefined;
  const result = schema.safeParse(document.value);
  if (result.success && document.problems.length === 0) return result.data;
  for (const issue of result.error?.issues ?? []) complain(document, issue);
  return undefined;
}

function complain(document: SourceDocument, issue: z.core.$ZodIssue): void {
  // Schemas here have no symbols for keys.
  const path = issue.path as KeyPath;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(KEY_SEPARATOR);
    for (const key of issue.keys) {
      const near = nearest(key, known);
      document.complain({
        path,
        key,
        found: `${UNKNOWN_KEY}${quote(key)}`,
        expected: `one of ${issue.message}`,
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      });
    }
  } else if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const expected = issue.issues[0]?.message ?? issue.message;
    document.complain({ path: path.slice(0, -1), key, found: quote(key), expected });
  } else {
    document.complain({ path, expected: issue.message });
  }
}
