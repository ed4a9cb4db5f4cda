/** Table `review_decisions`: insert-only, one row for one version of an application. What was seen is sealed here. */
import { DataTypes, Op } from 'sequelize';
import type { Capacity } from '../accounts/organisation.ts';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { Decision, DecisionKind, PriorDecision, ReviewLevel } from './decision.ts';

interface DecisionRow {
  id: string;
  application_id: string;
  version: number;
  round: number;
  level: string;
  decision: string;
  account_id: string;
  capacity: string;
  organisation_id: string;
  at: number;
  opinion: string;
  seen_digest: string;
  seen_sealed: string;
}

interface DecisionScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'review_decisions';

/** Where the sealed fields are, for the change of field keys. */
export const SEALED = { table: TABLE, key: ['id'], texts: { seen_sealed: 'seen' } } as const;

/** The decisions stand for ever. @throws SequelizeUniqueConstraintError when that version was decided before */
export async function addDecisions(tx: Tx, scope: DecisionScope, added: readonly Decision[]): Promise<void> {
  await decisions(scope.db).bulkCreate(
    added.map(decision => toRow(decision, scope.cipher)),
    { transaction: tx },
  );
}

/** An earlier decision at its place in the application's way. */
export interface PlacedDecision extends PriorDecision {
  readonly version: number;
}

/** What was decided on these applications, oldest first; an application without decisions is absent. */
export async function priorDecisions(
  db: Db,
  applicationIds: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, readonly PlacedDecision[]>> {
  const rows = (await decisions(db).findAll({
    attributes: ['application_id', 'version', 'level', 'decision', 'round', 'account_id'],
    where: { application_id: { [Op.in]: [...applicationIds] } },
    order: [
      ['application_id', 'ASC'],
      ['version', 'ASC'],
    ],
    transaction: tx ?? null,
    raw: true,
  })) as unknown as DecisionRow[];
  const found = new Map<string, PlacedDecision[]>();
  for (const row of rows) {
    const placed = {
      version: row.version,
      level: row.level as ReviewLevel, // written by toRow only
      decision: row.decision as DecisionKind,
      round: row.round,
      accountId: row.account_id,
    };
    const before = found.get(row.application_id);
    if (before) before.push(placed);
    else found.set(row.application_id, [placed]);
  }
  return found;
}

/** Up to `limit` ids of applications after that one on which anything was decided, in order. */
export async function decidedApplications(db: Db, after: string, limit: number): Promise<readonly string[]> {
  const rows = await decisions(db).findAll({
    attributes: ['application_id'],
    where: { application_id: { [Op.gt]: after } },
    group: ['application_id'],
    order: [['application_id', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as DecisionRow[]).map(row => row.application_id);
}

/** Every decision on one application, oldest first, with what was seen. */
export async function decisionsOn(scope: DecisionScope, applicationId: string): Promise<readonly Decision[]> {
  return (await decisionsOnAll(scope, [applicationId])).get(applicationId) ?? [];
}

/** Every decision on these applications, oldest first, with what was seen. */
export async function decisionsOnAll(
  scope: DecisionScope,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Decision[]>> {
  const rows = (await decisions(scope.db).findAll({
    where: { application_id: { [Op.in]: [...applicationIds] } },
    order: [['version', 'ASC']],
    raw: true,
  })) as unknown as DecisionRow[];
  const found = new Map<string, Decision[]>();
  for (const row of rows) {
    const before = found.get(row.application_id);
    const decision = fromRow(row, scope.cipher);
    if (before) before.push(decision);
    else found.set(row.application_id, [decision]);
  }
  return found;
}

function toRow(decision: Decision, cipher: FieldCipher): DecisionRow {
  return {
    id: decision.id,
    application_id: decision.applicationId,
    version: decision.version,
    round: decision.round,
    level: decision.level,
    decision: decision.decision,
    account_id: decision.accountId,
    capacity: decision.capacity,
    organisation_id: decision.organisationId,
    at: decision.at,
    opinion: decision.opinion,
    seen_digest: decision.seenDigest,
    seen_sealed: cipher.seal(decision.seen, { table: TABLE, column: 'seen', row: decision.id }),
  };
}

function fromRow(row: DecisionRow, cipher: FieldCipher): Decision {
  return {
    id: row.id,
    applicationId: row.application_id,
    version: row.version,
    round: row.round,
    level: row.level as ReviewLevel, // written by toRow only
    decision: row.decision as DecisionKind,
    accountId: row.account_id,
    capacity: row.capacity as Capacity,
    organisationId: row.organisation_id,
    at: Number(row.at),
    opinion: row.opinion,
    seenDigest: row.seen_digest,
    seen: cipher.open(row.seen_sealed, { table: TABLE, column: 'seen', row: row.id }),
  };
}

function decisions(db: Db): Table<DecisionRow> {
  const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<DecisionRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    application_id: STRING,
    version: INTEGER,
    round: INTEGER,
    level: STRING,
    decision: STRING,
    account_id: STRING,
    capacity: STRING,
    organisation_id: STRING,
    at: BIGINT,
    opinion: STRING,
    seen_digest: STRING,
    seen_sealed: TEXT,
  });
}
