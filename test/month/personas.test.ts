/**
 * Thirty people pass the bureau's months through the HTTP API, from their first step to where personas.json says they end: who uploads
 * what by when, level by level, check, approval, release, collection (notice: R1–R18). The scenes are in scenes.ts, in calendar order.
 */
import test from 'ava';
import { PERSONAS, type Persona } from '../../src/cli/demo/personas.ts';
import { applicationsOf } from '../../src/applications/store.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { stateOf } from '../../src/revocation/state.ts';
import { changesOf } from '../../src/revocation/store.ts';
import { databases } from '../support/database.ts';
import { aBureauAtWork, type BureauAtWork } from './bureau-at-work.ts';
import { scenes } from './scenes.ts';

for (const database of databases()) {
  test(`thirty people pass the bureau's months through the API and end as the notice says, on ${database.name}`, async t => {
    const bureau = await aBureauAtWork(t, database);

    for (const scene of scenes()) {
      bureau.goTo(scene.at);
      await scene.play(t, bureau);
    }

    for (const persona of PERSONAS) t.like(await endOf(bureau, persona), expectedEnd(persona), persona.id);
    t.deepEqual(await bureau.faults(), []);
  });
}

interface End {
  readonly application: string;
  readonly certificate: string | null;
  readonly maskedId: string;
  readonly collectFrom: string | undefined;
  readonly legalBasis: string | undefined;
}

function expectedEnd({ expected }: Persona): Partial<End> {
  return {
    application: expected.finalApplicationState,
    certificate: expected.finalCertificateState,
    ...(expected.finalCertificateState === null ? {} : { collectFrom: expected.collectFrom }),
    ...(expected.finalCertificateState === null || expected.legalBasis === null
      ? {}
      : { legalBasis: expected.legalBasis }),
  };
}

async function endOf({ world }: BureauAtWork, { holder }: Persona): Promise<Partial<End>> {
  const applications = (await applicationsOf(world, holder.idNumber)).filter(each => !each.corrects);
  const application = applications.at(-1);
  const certificates = await certificatesFor(
    world.db,
    (await applicationsOf(world, holder.idNumber)).map(each => each.id),
  );
  const newest = [...certificates].sort((a, b) => a.version - b.version).at(-1);
  if (!application) return {};
  return {
    application: application.state,
    certificate: newest ? stateOf(await changesOf(world.db, newest), world.clock()) : null,
    ...(newest ? { collectFrom: certificates[0]?.collectFrom, legalBasis: newest.legalBasis } : {}),
  };
}
