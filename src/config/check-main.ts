/** Rules of the main file that span several fields, and secrets that stand in it openly. */
import type { Millis } from '../domain/time/instant.ts';
import { parseDuration } from '../domain/time/text.ts';
import { requireEnvironment } from './check-secret.ts';
import { checkTarget } from './check-target.ts';
import type { SourceDocument } from './document.ts';
import { DEFAULT_INTERVAL } from './main-schema.ts';
import type { KeyPath } from './problem.ts';
import { durationAt, has, itemsAt, textAt, valueAt } from './raw.ts';

/** The interval of checks that name none, in milliseconds. */
export function defaultInterval(document: SourceDocument): Millis {
  return durationAt(document.value, 'probing', 'defaults', 'interval') ?? parseDuration(DEFAULT_INTERVAL);
}

/** Records what does not fit together in the main file. */
export function checkMain(document: SourceDocument): void {
  checkSecrets(document);
  checkPorts(document);
  checkCanaries(document);
  checkProvider(document);
  const interval = defaultInterval(document);
  const timeout = durationAt(document.value, 'probing', 'defaults', 'timeout');
  if (timeout !== undefined && timeout > interval) {
    document.complain({
      path: ['probing', 'defaults', 'timeout'],
      expected: 'a duration not longer than the interval',
    });
  }
  for (const block of ['mail', 'influx']) {
    const value = valueAt(document.value, block);
    if (has(value, 'password') === has(value, 'username')) continue;
    const missing = has(value, 'password') ? 'username' : 'password';
    document.complain({ path: [block, missing], expected: 'username and password, or neither' });
  }
}

function checkProvider(document: SourceDocument): void {
  const path = ['provider'];
  const provider = valueAt(document.value, 'provider');
  if (provider === undefined) {
    if (itemsAt(document.value, [], 'exclusions', 'autoAccept').length > 0) {
      document.complain({
        path,
        expected: 'a mapping of addresses, blockPages or witness: without it nothing is proposed',
      });
    }
    return;
  }
  if (!['addresses', 'blockPages', 'witness'].some((key) => has(provider, key))) {
    document.complain({ path, expected: 'at least one of addresses, blockPages and witness' });
  }
  for (const page of itemsAt(provider, path, 'blockPages')) {
    if (['location', 'text', 'headers'].some((key) => has(page.value, key))) continue;
    document.complain({
      path: page.path,
      found: has(page.value, 'status') ? 'a status alone' : 'nothing',
      expected: 'at least one of location, text and headers: any site may answer with a status',
    });
  }
}

function checkCanaries(document: SourceDocument): void {
  const path = ['probing', 'canaries'];
  const targets = itemsAt(document.value, [], ...path, 'targets');
  for (const target of targets) checkTarget(document, target.path, target.value);
  const need = valueAt(document.value, ...path, 'need');
  if (typeof need === 'number' && targets.length > 0 && need > targets.length) {
    document.complain({ path: [...path, 'need'], expected: `at most the number of targets, ${targets.length}` });
  }
}

function checkSecrets(document: SourceDocument): void {
  for (const path of [
    ['mail', 'password'],
    ['influx', 'password'],
  ]) {
    if (textAt(document.value, ...path) !== undefined) requireEnvironment(document, path);
  }
  if (textAt(document.value, 'mail', 'relay')?.includes('@')) requireEnvironment(document, ['mail', 'relay']);
}

/** Kepil itself listens on these: each can be taken once. */
function checkPorts(document: SourceDocument): void {
  const taken = new Map<number, string>();
  const paths: KeyPath[] = [['listen', 'port']];
  for (const { path } of itemsAt(document.value, [], 'sandbox', 'customers')) {
    paths.push([...path, 'web', 'port'], [...path, 'mail', 'smtpPort'], [...path, 'mail', 'imapPort']);
  }
  for (const path of paths) {
    const port = valueAt(document.value, ...path);
    if (typeof port !== 'number' || port === 0) continue;
    const first = taken.get(port);
    if (first === undefined) taken.set(port, document.placeOf(path));
    else document.complain({ path, found: `${port} again`, expected: 'a port of its own', hint: `first at ${first}` });
  }
}
