/**
 * A certificate authority kept with the `openssl` program: a root, an intermediate that it signed, and what they issue. What
 * a server's administrator would have, with all that can be wrong with it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from './certificates.ts';
import { run } from './servers/program.ts';

export interface Issue {
  /** `DNS:localhost,IP:127.0.0.1` unless said otherwise. */
  readonly names?: string;
  /** `YYYYMMDDHHMMSSZ`. */
  readonly from?: string;
  readonly until?: string;
  /** Arguments of `openssl genpkey`; default: an EC key on P-256. */
  readonly key?: readonly string[];
  readonly digest?: string;
  /** Whether the server sends the intermediate too. */
  readonly chain?: boolean;
}

export interface OpensslAuthority {
  /** PEM of the root. */
  readonly root: string;
  issue(of: Issue): Identity;
  /** Removes its folder. */
  close(): void;
}

const P256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const LONG_AGO = '20200101000000Z';
const FAR_AHEAD = '20991231235959Z';

/** Makes a root and an intermediate. The intermediate ends at `intermediateUntil`, by default in 2099. Throws without openssl. */
export function makeOpensslAuthority(intermediateUntil = FAR_AHEAD): OpensslAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'kepil-authority-'));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const openssl = (...args: string[]) => run('openssl', args);
  writeFileSync(path('index.txt'), '');
  writeFileSync(
    path('ca.conf'),
    `[ca]
default_ca = here
[here]
database = ${path('index.txt')}
new_certs_dir = ${folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
[request]
prompt = no
distinguished_name = name
[name]
`,
  );
  const makeKey = (name: string, args: readonly string[]) => openssl('genpkey', ...args, '-out', path(`${name}.key`));
  const request = (name: string, subject: string, extension: string) => {
    const key = path(`${name}.key`);
    const config = path('ca.conf');
    openssl(
      'req',
      '-new',
      '-config',
      config,
      '-key',
      key,
      '-subj',
      subject,
      '-addext',
      extension,
      '-out',
      path(`${name}.csr`),
    );
  };
  const sign = (name: string, by: string, from: string, until: string, digest: string) => {
    const authority = by === name ? ['-selfsign'] : ['-cert', path(`${by}.crt`)];
    const dates = ['-startdate', from, '-enddate', until, '-md', digest, '-notext', '-batch'];
    const files = ['-keyfile', path(`${by}.key`), '-in', path(`${name}.csr`), '-out', path(`${name}.crt`)];
    openssl('ca', '-config', path('ca.conf'), ...authority, ...dates, ...files);
  };
  for (const name of ['root', 'middle']) {
    makeKey(name, P256);
    request(name, `/CN=Kepil test ${name}`, 'basicConstraints=critical,CA:TRUE');
    sign(name, 'root', LONG_AGO, name === 'middle' ? intermediateUntil : FAR_AHEAD, 'sha256');
  }
  return {
    root: read('root.crt'),
    issue({ names = 'DNS:localhost,IP:127.0.0.1', from = LONG_AGO, until = FAR_AHEAD, key = P256, ...more }) {
      makeKey('leaf', key);
      request('leaf', '/CN=kepil test', `subjectAltName=${names}`);
      sign('leaf', 'middle', from, until, more.digest ?? 'sha256');
      return { key: read('leaf.key'), cert: read('leaf.crt') + (more.chain === false ? '' : read('middle.crt')) };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
