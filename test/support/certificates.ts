/** Certificates for loopback servers, made with openssl for one test file and thrown away with its directory. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a TLS server needs. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** PEM of the authority that signed all but `selfSigned`. */
  readonly ca: string;
  /** For `localhost`, 127.0.0.1 and ::1, in date. */
  readonly valid: Identity;
  readonly expired: Identity;
  readonly notYetValid: Identity;
  /** For `elsewhere.example` only. */
  readonly wrongName: Identity;
  /** For `localhost`, signed by itself. */
  readonly selfSigned: Identity;
}

const LOCAL = 'DNS:localhost,IP:127.0.0.1,IP:::1';

/** Makes an authority and its certificates. Throws when openssl is missing or unwilling. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'kepil-certificates-'));
  try {
    return makeIn(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function makeIn(directory: string): Certificates {
  const at = (name: string) => join(directory, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });

  writeFileSync(at('index'), '');
  writeFileSync(
    at('ca.cnf'),
    `[ca]
default_ca = here
[here]
database = ${at('index')}
new_certs_dir = ${directory}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
`,
  );
  for (const name of ['ca', 'leaf']) {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  }
  const key = read('leaf.key');
  const selfSign = (subject: string, keyName: string, out: string, extension: string) =>
    openssl(
      ...['req', '-x509', '-new', '-config', 'ca.cnf', '-key', keyName, '-subj', subject, '-days', '2'],
      ...['-addext', extension, '-out', out],
    );
  selfSign('/CN=Kepil test authority', 'ca.key', 'ca.pem', 'basicConstraints=critical,CA:TRUE');
  selfSign('/CN=localhost', 'leaf.key', 'self.pem', `subjectAltName=${LOCAL}`);
  openssl('req', '-new', '-config', 'ca.cnf', '-key', 'leaf.key', '-subj', '/CN=kepil test', '-out', 'leaf.csr');

  const issue = (name: string, names: string, from: string, to: string): Identity => {
    writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
    openssl(
      ...['ca', '-batch', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', 'leaf.csr', '-notext'],
      ...['-startdate', from, '-enddate', to, '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
    return { key, cert: read(`${name}.pem`) };
  };
  return {
    ca: read('ca.pem'),
    valid: issue('valid', LOCAL, '20200101000000Z', '20991231235959Z'),
    expired: issue('expired', LOCAL, '20200101000000Z', '20210101000000Z'),
    notYetValid: issue('early', LOCAL, '20980101000000Z', '20991231235959Z'),
    wrongName: issue('wrong', 'DNS:elsewhere.example', '20200101000000Z', '20991231235959Z'),
    selfSigned: { key, cert: read('self.pem') },
  };
}
