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
    t.deepEqual(await issuedByCategory(bureau), expectedByCategory());
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

/** R8: the five categories, route 1 split by the kind of committee. */
function expectedByCategory(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { route, routeSubtype, expected } of PERSONAS) {
    if (expected.finalApplicationState !== 'GENERATED') continue;
    const category = { 1: routeSubtype ?? '', 2: '自主聘任', 3: '以考代评', 4: '委托评审' }[route];
    counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}

async function issuedByCategory(bureau: BureauAtWork): Promise<Record<string, number>> {
  const auditor = await bureau.desk('shenji');
  const { rows } = (await auditor.get('/api/reports/categories?from=2020-01&to=2026-12')).body as {
    rows: { category: string; issued: number }[];
  };
  const counts: Record<string, number> = {};
  for (const { category, issued } of rows) counts[category] = (counts[category] ?? 0) + issued;
  return counts;
}
