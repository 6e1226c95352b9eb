/**
 * Regular expressions of modules against what targets send. RE2 takes time linear in its input, whatever the expression
 * and the text, so a hostile page can stall nobody; the syntax is that of the exporter's own configuration.
 */
import { RE2JS } from 're2js';
import type { HeaderMatch, HttpProbeModule } from '../../config/probe-module.ts';
import type { HttpReplyRecord } from './http-reply-record.ts';
import type { ProbeLog } from './probe-log.ts';

const compiled = new Map<string, RE2JS>();
/** Modules are few; the bound only keeps a long life of reloads from gathering them. */
const COMPILED_MAX = 1_000;

/** False, with a line in the log, when a header or the body is not as the module wants it. */
export function passes(module: HttpProbeModule, reply: HttpReplyRecord, trace: ProbeLog): boolean {
  return headersPass(module, reply, trace) && bodyPasses(module, reply, trace);
}

/** Whether the module looks at bodies at all. */
export function readsBody({ failIfBodyMatches, failIfBodyNotMatches }: HttpProbeModule): boolean {
  return failIfBodyMatches.length + failIfBodyNotMatches.length > 0;
}

function headersPass(module: HttpProbeModule, reply: HttpReplyRecord, trace: ProbeLog): boolean {
  const found = (match: HeaderMatch): boolean =>
    reply.header(match.header).some((value) => pattern(match.regexp).test(value));
  for (const [matches, unwanted] of [
    [module.failIfHeaderMatches, true],
    [module.failIfHeaderNotMatches, false],
  ] as const) {
    for (const match of matches) {
      const { header, regexp } = match;
      if (reply.header(header).length === 0) {
        if (match.allowMissing) continue;
        trace.error('Missing required header', { header });
        return false;
      }
      if (found(match) !== unwanted) continue;
      trace.error(unwanted ? 'Header matched regular expression' : 'Header did not match regular expression', {
        header,
        regexp,
      });
      return false;
    }
  }
  return true;
}

function bodyPasses(module: HttpProbeModule, reply: HttpReplyRecord, trace: ProbeLog): boolean {
  if (!readsBody(module)) return true;
  const body = reply.body();
  for (const regexp of module.failIfBodyMatches) {
    if (!pattern(regexp).test(body)) continue;
    trace.error('Body matched regular expression', { regexp });
    return false;
  }
  for (const regexp of module.failIfBodyNotMatches) {
    if (pattern(regexp).test(body)) continue;
    trace.error('Body did not match regular expression', { regexp });
    return false;
  }
  return true;
}

/** The expression, compiled once. */
export function pattern(regexp: string): RE2JS {
  const known = compiled.get(regexp);
  if (known !== undefined) return known;
  const made = RE2JS.compile(regexp);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(regexp, made);
  return made;
}
