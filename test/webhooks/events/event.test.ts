import test from 'ava';
import type { StatusChange } from '../../../src/revocation/state.ts';
import { factsOf, inOrder, isNews, withKeyFacts } from '../../../src/webhooks/events/event.ts';
import { aChange, numberOf } from '../a-story.ts';

const NUMBER = numberOf(1);
const OTHER = numberOf(2);
const DAY = 86_400;

/** Changes of one certificate, numbered from 1 in the given order. */
function story(...changes: readonly Partial<StatusChange>[]): readonly StatusChange[] {
  return changes.map((change, place) =>
    aChange({ number: NUMBER, change: 'SUSPEND', seq: place + 1, at: 100 * (place + 1), ...change }),
  );
}

function told(changes: readonly StatusChange[], at: number): readonly string[] {
  return factsOf(changes, at).map(
    ({ source, version, type, state, at: when }) => `${source} v${version} ${type} ${state} ${when}`,
  );
}

test('every change of a certificate is one event, in the order of record', t => {
  const changes = story({ until: 10 * DAY }, { change: 'RESUME' }, { change: 'REVOKE' });

  t.deepEqual(told(changes, 500), [
    '1 v1 certificate.suspended SUSPENDED 100',
    '2 v1 certificate.resumed VALID 200',
    '3 v1 certificate.revoked REVOKED 300',
  ]);
});

test('a suspension that ends by itself is an event at its end and not before', t => {
  const changes = story({ until: DAY });

  t.deepEqual(told(changes, DAY - 1), ['1 v1 certificate.suspended SUSPENDED 100']);
  t.deepEqual(told(changes, DAY), [
    '1 v1 certificate.suspended SUSPENDED 100',
    '1-end v1 certificate.resumed VALID 86400',
  ]);
});

test('a suspension that was lifted or became a revocation does not also end by itself', t => {
  for (const change of ['RESUME', 'REVOKE'] as const)
    t.is(told(story({ until: DAY }, { change }), 2 * DAY).length, 2, change);
});

test('what follows the end of a suspension comes after it, also where this clock has not reached the end', t => {
  const changes = story({ until: DAY }, { change: 'REVOKE', at: DAY + 2 });

  const expected = [
    '1 v1 certificate.suspended SUSPENDED 100',
    '1-end v1 certificate.resumed VALID 86400',
    '2 v1 certificate.revoked REVOKED 86402',
  ];
  t.deepEqual(told(changes, DAY - 1), expected);
  t.deepEqual(told(changes, 2 * DAY), expected);
});

test('a longer suspension is told and moves the end', t => {
  const changes = story({ until: DAY }, { until: 2 * DAY });

  t.deepEqual(told(changes, DAY), [
    '1 v1 certificate.suspended SUSPENDED 100',
    '2 v1 certificate.suspended SUSPENDED 200',
  ]);
  t.is(told(changes, 2 * DAY).at(-1), '2-end v1 certificate.resumed VALID 172800');
});

test('an extension is told and moves the end; one that came too late is not told and moves nothing', t => {
  const changes = story({ until: DAY }, { change: 'EXTEND', until: 2 * DAY });
  const late = story({ until: DAY }, { change: 'EXTEND', at: DAY, until: 2 * DAY });

  t.deepEqual(told(changes, 2 * DAY - 1), [
    '1 v1 certificate.suspended SUSPENDED 100',
    '2 v1 certificate.extended SUSPENDED 200',
  ]);
  t.is(told(changes, 2 * DAY).at(-1), '2-end v1 certificate.resumed VALID 172800');
  t.deepEqual(told(late, 2 * DAY), [
    '1 v1 certificate.suspended SUSPENDED 100',
    '1-end v1 certificate.resumed VALID 86400',
  ]);
});

test('after its end nothing is told of a version; the next version has its own events after it', t => {
  const changes = story(
    { change: 'SUPERSEDE' },
    { change: 'REVOKE' },
    { change: 'CANCEL', version: 2 },
    { change: 'SUSPEND', version: 2 },
  );

  t.deepEqual(told(changes, DAY), [
    '1 v1 certificate.superseded SUPERSEDED 100',
    '3 v2 certificate.cancelled CANCELLED 300',
  ]);
});

test('news is what was recorded after the subscription, and ends after it', t => {
  const [suspended, ended] = factsOf(story({ until: DAY }), DAY);
  if (!suspended || !ended) throw new RangeError('two facts');

  t.true(isNews(suspended, { afterSeq: 0, since: 0 }));
  t.false(isNews(suspended, { afterSeq: 1, since: 0 }));
  t.true(isNews(ended, { afterSeq: 1, since: DAY - 1 }));
  t.false(isNews(ended, { afterSeq: 0, since: DAY })); // shown as valid already
});

test('a revoked key is told between what was before it and what came after; an ended version is not told', t => {
  const changes = story(
    { until: DAY },
    { change: 'RESUME' },
    { change: 'SUPERSEDE', reason: 'KEY_REVOKED' },
    { version: 2, change: 'REVOKE' },
  );
  const versions = [1, 2].map(version => ({ number: NUMBER, version, keyId: `key-${version}` }));
  const at = (revoked: Record<string, number>): readonly string[] =>
    withKeyFacts(factsOf(changes, DAY), { versions, changes, revoked: new Map(Object.entries(revoked)) }).map(
      ({ source, state }) => `${source} ${state}`,
    );

  t.deepEqual(at({ 'key-1': 150 }).slice(0, 3), ['1 SUSPENDED', `${NUMBER}-1-key SUSPENDED`, '2 VALID']);
  t.deepEqual(at({ 'key-1': 200 }).slice(1, 3), ['2 VALID', `${NUMBER}-1-key VALID`]);
  t.deepEqual(at({ 'key-1': 300 }).slice(1), [
    '2 VALID',
    `${NUMBER}-1-key VALID`,
    '3 SUPERSEDED',
    '4 REVOKED',
  ]);
  t.deepEqual(at({ 'key-1': 301, 'key-2': 400, 'key-3': 1 }), [
    ...['1 SUSPENDED', '2 VALID', '3 SUPERSEDED', '4 REVOKED'],
  ]);
  t.deepEqual(at({ 'key-2': 399 }).slice(2), ['3 SUPERSEDED', `${NUMBER}-2-key VALID`, '4 REVOKED']);
});

test('the sources of revoked keys fit their column', t => {
  const versions = [{ number: NUMBER, version: 99, keyId: 'key-9999' }];
  const [fact] = withKeyFacts([], { versions, changes: [], revoked: new Map([['key-9999', 100]]) });

  t.true((fact?.source.length ?? Infinity) <= 30);
  t.true(fact && isNews(fact, { afterSeq: 999, since: 100 })); // shown in the same second, or before on a slow clock
  t.false(fact && isNews(fact, { afterSeq: 0, since: 100 + DAY }));
});

test('events of several certificates are in order of time, those of one in their own order whatever the clocks said', t => {
  const one = factsOf(story({ at: 200 }, { change: 'RESUME', at: 150 }), 300);
  const other = factsOf([aChange({ number: OTHER, change: 'REVOKE', seq: 9, at: 180 })], 300);

  t.deepEqual(
    inOrder([one, other]).map(({ source }) => source),
    ['9', '1', '2'],
  );
});
