/** Whoever is told of every change of a certificate is shown to its holder, beside who asked once (R35; PIPL art. 44). */
import test from 'ava';
import { endClient } from '../../src/clients/change-clients.ts';
import { isOwnSubscriptionList } from '../../src/shared/shapes/shapes.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { anAct } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, verified } from './a-body.ts';

for (const database of databases()) {
  test(`a holder sees which bodies are told of their certificates, and nobody else's (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { client, facts, bureauSees } = scene;
    const path = '/api/me/subscriptions';
    await verified(scene, facts[0]);
    await client.subscribe(facts[0].number);

    const own = await bureauSees(aHolder(facts[0].idNumber), path);
    const other = await bureauSees(aHolder(facts[1].idNumber), path);
    const staff = await bureauSees(anActor('bureau', 'auditor'), path);
    await endClient(scene.world, anAct(scene.world.clock()), scene.signer.client.id);
    const ended = await bureauSees(aHolder(facts[0].idNumber), path);

    t.true(isOwnSubscriptionList(own.body));
    t.like(own.body, { items: [{ number: facts[0].number, system: scene.signer.client.name }] });
    t.deepEqual([other.body, ended.body], [{ items: [] }, { items: [] }]);
    t.is(staff.status, 403);
  });
}
