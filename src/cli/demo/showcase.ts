/** What the demo leaves on disk: every certificate's picture, and demo.json that says whose it is and what it should verify as. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Renderer } from '../../certificate/render.ts';
import { renderFiles } from '../../issuance/render-files.ts';
import { stateOf, type CertificateState } from '../../revocation/state.ts';
import { changesOf } from '../../revocation/store.ts';
import { newAct, type World } from '../../world.ts';
import { PERSONAS } from './personas.ts';
import { certificatesOf } from './stories.ts';

export interface Shown {
  readonly persona: string;
  readonly number: string;
  readonly version: number;
  readonly holder: string;
  readonly verifyUrl: string;
  readonly state: CertificateState;
  readonly file: string;
}

export async function writeShowcase(
  world: World,
  order: { renderer: Renderer; outDir: string; onProgress: (done: number, all: number) => void },
): Promise<readonly Shown[]> {
  const act = newAct(world, 'system:demo');
  const owners = new Map<string, { persona: string }>();
  const certificates = [];
  for (const persona of PERSONAS) {
    for (const certificate of await certificatesOf(world, persona)) {
      owners.set(certificate.id, { persona: persona.id });
      certificates.push(certificate);
    }
  }
  const files = await renderFiles(world, act, { ...order, certificates });
  const shown: Shown[] = [];
  for (const { certificate, file } of files) {
    const { number, version, qrText: verifyUrl } = certificate;
    const state = stateOf(await changesOf(world.db, { number, version }), act.at);
    const [, payload = ''] = certificate.jwt.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
      vc: { credentialSubject: { name: string } };
    };
    const persona = owners.get(certificate.id)?.persona ?? '';
    shown.push({
      persona,
      number,
      version,
      holder: claims.vc.credentialSubject.name,
      verifyUrl,
      state,
      file: basename(file),
    });
  }
  await writeFile(join(order.outDir, 'demo.json'), `${JSON.stringify(shown, null, 2)}\n`);
  return shown;
}
