/** The shape of what a check of `http` says about its request and about the reply. */
import { z } from 'zod';
import type { HttpMethod, RedirectScope } from '../probes/target.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import { parseBearerToken, parseHeaderValue, parseJsonPointer, parseUserName } from './scalars.ts';
import { Secret } from './secret.ts';
import { choice, flag, integer, mapping, plainText, text } from './shape.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies readonly HttpMethod[];
const SCOPES = ['same-site', 'https', 'any'] as const satisfies readonly RedirectScope[];

/** RFC 9110, section 5.6.2. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/, { error: 'the name of a header such as Accept-Language' });

const headerRule = z.union(
  [
    z.literal('present'),
    z.strictObject({ equals: plainText('a text', 1_000) }),
    z.strictObject({ contains: plainText('a text', 1_000) }),
  ],
  { error: 'present, { equals: a text } or { contains: a text }' },
);

/** By the name of a header of a reply, what it must be. */
export const headerRules = z.record(headerName, headerRule, { error: 'a mapping of header names' });

const anyText = plainText('a text', 1_000);

/** Keys of a check that belong to `http` alone, besides `status`. */
export const httpOptions = {
  contains: anyText.optional().meta({ description: 'Text that the page must hold. With http only.' }),
  lacks: anyText.optional().meta({ description: 'Text that the page must not hold. With http only.' }),
  json: mapping('a mapping of path and equals', {
    path: text('a JSON pointer such as /status/db', parseJsonPointer),
    equals: z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()], {
      error: 'a text, a number, true, false or null',
    }),
  })
    .optional()
    .meta({ description: 'What the JSON body must say at a JSON pointer (RFC 6901). With http only.' }),
  responseHeaders: headerRules.optional().meta({ description: 'What headers of the reply must be. With http only.' }),
  method: choice(METHODS).optional().meta({ description: 'Default: GET. With http only.' }),
  headers: z
    .record(headerName, text('a text of visible ASCII', parseHeaderValue), { error: 'a mapping of header names' })
    .optional()
    .meta({ description: 'Headers of the request. With http only.' }),
  body: plainText('a text', 64 * 1_024)
    .optional()
    .meta({ description: 'Body of the request, sent as UTF-8. With http only.' }),
  auth: mapping('a mapping of username and password, or of bearer', {
    username: text('a user name without a colon', parseUserName).optional(),
    password: text(FROM_ENVIRONMENT, (found) => new Secret(found)).optional(),
    bearer: text(FROM_ENVIRONMENT, (found) => new Secret(parseBearerToken(found))).optional(),
  })
    .optional()
    .meta({ description: 'Credentials of the request; secrets from the environment. With http only.' }),
  redirects: mapping('a mapping of limit and only', {
    limit: integer(0, 10).meta({ description: 'How many redirects are followed.' }),
    only: choice(SCOPES).default('same-site').meta({ description: 'Where they may lead.' }),
  })
    .optional()
    .meta({ description: 'Absent: redirects are not followed. With http only.' }),
  http2: flag().optional().meta({ description: 'HTTP/2 where the server prefers it. Default: false. With http only.' }),
};

export const HTTP_OPTIONS: readonly string[] = ['status', ...Object.keys(httpOptions)];
