import test from 'ava';
import {
  CHANGES,
  REASONS,
  REASONS_FOR,
  STATES,
  STATE_WORDS,
  mayChange,
  standingOf,
  stateOf,
  type ChangeKind,
} from '../../src/revocation/state.ts';

const change = (
  kind: ChangeKind,
  at: number,
  until?: number,
): { change: ChangeKind; at: number; until: number | undefined } => ({
  change: kind,
  at,
  until,
});

const CASES = [
  { name: 'no change', changes: [], at: 100, state: 'VALID' },
  { name: 'a revocation', changes: [change('REVOKE', 10)], at: 10, state: 'REVOKED' },
  { name: 'a revocation a second later', changes: [change('REVOKE', 11)], at: 10, state: 'VALID' },
  { name: 'a suspension', changes: [change('SUSPEND', 10)], at: 99, state: 'SUSPENDED' },
  {
    name: 'a suspension in its last second',
    changes: [change('SUSPEND', 10, 50)],
    at: 49,
    state: 'SUSPENDED',
  },
  { name: 'a suspension that has run out', changes: [change('SUSPEND', 10, 50)], at: 50, state: 'VALID' },
  { name: 'a resumption', changes: [change('SUSPEND', 10), change('RESUME', 20)], at: 20, state: 'VALID' },
  {
    name: 'a revocation of a suspended one',
    changes: [change('SUSPEND', 10), change('REVOKE', 20)],
    at: 20,
    state: 'REVOKED',
  },
  {
    name: 'a second suspension',
    changes: [change('SUSPEND', 10, 20), change('SUSPEND', 30, 60)],
    at: 40,
    state: 'SUSPENDED',
  },
  {
    name: 'an extension, in the second in which the suspension was to end',
    changes: [change('SUSPEND', 10, 50), change('EXTEND', 20, 90)],
    at: 50,
    state: 'SUSPENDED',
  },
  {
    name: 'an extension, in its last second',
    changes: [change('SUSPEND', 10, 50), change('EXTEND', 20, 90)],
    at: 89,
    state: 'SUSPENDED',
  },
  {
    name: 'an extension that has run out',
    changes: [change('SUSPEND', 10, 50), change('EXTEND', 20, 90)],
    at: 90,
    state: 'VALID',
  },
  {
    name: 'an extension recorded in the second in which the suspension ended',
    changes: [change('SUSPEND', 10, 50), change('EXTEND', 50, 90)],
    at: 60,
    state: 'VALID',
  },
  {
    name: 'an extension and a resumption',
    changes: [change('SUSPEND', 10, 50), change('EXTEND', 20, 90), change('RESUME', 30)],
    at: 60,
    state: 'VALID',
  },
  {
    name: 'an extension recorded after a revocation',
    changes: [change('SUSPEND', 10, 50), change('REVOKE', 20), change('EXTEND', 30, 90)],
    at: 95,
    state: 'REVOKED',
  },
  { name: 'a new version', changes: [change('SUPERSEDE', 10)], at: 10, state: 'SUPERSEDED' },
  { name: 'a cancellation', changes: [change('CANCEL', 10)], at: 10, state: 'CANCELLED' },
  {
    name: 'a resumption recorded after a revocation',
    changes: [change('REVOKE', 10), change('RESUME', 20)],
    at: 30,
    state: 'REVOKED',
  },
  {
    name: 'a suspension recorded after a new version',
    changes: [change('SUPERSEDE', 10), change('SUSPEND', 20, 25)],
    at: 30,
    state: 'SUPERSEDED',
  },
] as const;
for (const { name, changes, at, state } of CASES) {
  test(`after ${name} a certificate is ${STATE_WORDS[state]}`, t => {
    t.is(stateOf(changes, at), state);
  });
}

test('a standing names the suspension, its end and its extension; what made the state is no extension', t => {
  const changes = [change('SUSPEND', 10, 50), change('EXTEND', 20, 90)];

  t.deepEqual(standingOf(changes, 19), {
    state: 'SUSPENDED',
    change: changes[0],
    until: 50,
    extension: undefined,
  });
  t.deepEqual(standingOf(changes, 20), {
    state: 'SUSPENDED',
    change: changes[0],
    until: 90,
    extension: changes[1],
  });
  t.deepEqual(standingOf(changes, 90), {
    state: 'VALID',
    change: undefined,
    until: undefined,
    extension: undefined,
  });
});

test('only valid and suspended certificates can change; nothing that has ended comes back', t => {
  const allowed = STATES.flatMap(state =>
    CHANGES.filter(kind => mayChange(state, kind)).map(kind => `${state} ${kind}`),
  );

  t.deepEqual(allowed, [
    'VALID SUSPEND',
    'VALID REVOKE',
    'VALID SUPERSEDE',
    'VALID CANCEL',
    'SUSPENDED EXTEND',
    'SUSPENDED RESUME',
    'SUSPENDED REVOKE',
  ]);
});

test('every reason belongs to some change, but the one that reconciliation gives', t => {
  const used = new Set(CHANGES.flatMap(kind => REASONS_FOR[kind]));

  t.deepEqual([...used, 'RESTORED'].sort(), (Object.keys(REASONS) as (keyof typeof REASONS)[]).sort());
});
