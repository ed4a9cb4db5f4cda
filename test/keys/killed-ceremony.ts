/** Adds a key and is killed as by `kill -9` while the manifest file is replaced, at the step given: a process of its own. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { readConfig } from '../../src/config.ts';
import { addKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';

const [step = '', at = ''] = process.argv.slice(2);
const own = { open: fs.openSync, write: fs.writeSync, fsync: fs.fsyncSync, rename: fs.renameSync };
let manifest: number | undefined;

const steps: Record<string, object> = {
  write: {
    // half of it, as when the machine stops in the midst
    writeSync: (handle: number, text: string) => {
      own.write(handle, handle === manifest ? text.slice(0, text.length / 2) : text);
      if (handle === manifest) die();
    },
  },
  fsync: {
    fsyncSync: (handle: number) => {
      if (handle === manifest) die();
      own.fsync(handle);
    },
  },
  rename: {
    renameSync: (from: string, to: string) => {
      if (to.endsWith('manifest.jws')) die();
      own.rename(from, to);
    },
  },
  renamed: {
    renameSync: (from: string, to: string) => {
      own.rename(from, to);
      if (to.endsWith('manifest.jws')) die();
    },
  },
};
Object.assign(fs, steps[step], {
  openSync: (file: string, ...rest: [string, number]) => {
    const handle = own.open(file, ...rest);
    if (file.includes('manifest.jws')) manifest = handle;
    return handle;
  },
});
syncBuiltinESMExports();

const config = readConfig(process.env);
const { origin, keyPassphrase, rootPassphrase } = config;
const secrets = { keyPassphrase, rootPassphrase, passphraseRounds: 1000 };
const ceremony = { folders: config, did: didOf(origin), at: Number(at), ...secrets };
const window = { notBefore: Number(at), notAfter: Number(at) + 86_400 };
await addKey(ceremony, { use: 'certificates', month: '2021-09', ...window });

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
