/** Table `change_proposals`. What a proposal would have a certificate say of a person is sealed. */
import { DataTypes } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { Instant } from '../shared/time.ts';
import type { Proposal, ProposalState, Wanted } from './proposal.ts';

interface ProposalRow {
  id: string;
  number: string;
  kind: string;
  wanted: string;
  wanted_sealed: string | null;
  digest: string | null;
  state: string;
  proposed_by: string;
  proposed_at: number;
  decided_by: string | null;
  decided_at: number | null;
  note: string | null;
  open_key: string | null;
}

export interface ProposalScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'change_proposals';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = { table: TABLE, key: ['id'], texts: { wanted_sealed: 'wanted' } };

/** The proposal waits for another person. @throws SequelizeUniqueConstraintError while the certificate has an open one */
export async function addProposal(tx: Tx, { db, cipher }: ProposalScope, proposal: Proposal): Promise<void> {
  const { id, number, wanted, digest, state, proposedBy, proposedAt } = proposal;
  const order = JSON.stringify(wanted.order);
  const isPersonal = wanted.kind === 'CORRECT';
  await proposals(db).create(
    {
      id,
      number,
      kind: wanted.kind,
      wanted: isPersonal ? '{}' : order,
      wanted_sealed: isPersonal ? cipher.seal(order, { table: TABLE, column: 'wanted', row: id }) : null,
      digest: digest ?? null,
      state,
      proposed_by: proposedBy,
      proposed_at: proposedAt,
      decided_by: null,
      decided_at: null,
      note: null,
      open_key: number,
    },
    { transaction: tx },
  );
}

/** The proposal, locked until the transaction ends. */
export async function lockProposal(tx: Tx, scope: ProposalScope, id: string): Promise<Proposal | undefined> {
  const row = await proposals(scope.db).findOne({
    where: { id },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return row === null ? undefined : toProposal(row as unknown as ProposalRow, scope);
}

/** The proposal is decided and its certificate free for another. The caller holds its lock. */
export async function decideProposal(
  tx: Tx,
  db: Db,
  decided: {
    id: string;
    state: Exclude<ProposalState, 'open'>;
    by: string;
    at: Instant;
    note: string | undefined;
  },
): Promise<void> {
  const { id, state, by, at, note } = decided;
  await proposals(db).update(
    { state, decided_by: by, decided_at: at, note: note ?? null, open_key: null },
    { where: { id }, transaction: tx },
  );
}

/** Which of these numbers have an open proposal. */
export async function openNumbers(db: Db, numbers: readonly string[], tx?: Tx): Promise<ReadonlySet<string>> {
  const rows = (await proposals(db).findAll({
    attributes: ['number'],
    where: { open_key: [...new Set(numbers)] },
    raw: true,
    transaction: tx ?? null,
  })) as unknown as ProposalRow[];
  return new Set(rows.map(({ number }) => number));
}

/** The newest proposals, of one certificate or one state when given. */
export async function newestProposals(
  scope: ProposalScope,
  wanted: { number?: string | undefined; state?: string | undefined; limit: number },
): Promise<readonly Proposal[]> {
  const { number, state, limit } = wanted;
  const rows = await proposals(scope.db).findAll({
    where: { ...(number === undefined ? {} : { number }), ...(state === undefined ? {} : { state }) },
    order: [
      ['proposed_at', 'DESC'],
      ['id', 'DESC'],
    ],
    limit,
    raw: true,
  });
  return (rows as unknown as ProposalRow[]).map(row => toProposal(row, scope));
}

function toProposal(row: ProposalRow, { cipher }: ProposalScope): Proposal {
  const { id, kind, wanted_sealed: sealed } = row;
  // proposals made before anything was sealed say all in the open column
  const order =
    sealed === null ? row.wanted : cipher.open(sealed, { table: TABLE, column: 'wanted', row: id });
  return Object.freeze({
    id,
    number: row.number,
    wanted: { kind, order: JSON.parse(order) as unknown } as Wanted, // written by addProposal only
    digest: row.digest ?? undefined,
    state: row.state as Proposal['state'],
    proposedBy: row.proposed_by,
    proposedAt: Number(row.proposed_at),
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at === null ? undefined : Number(row.decided_at),
    note: row.note ?? undefined,
  });
}

function proposals(db: Db): Table<ProposalRow> {
  const { BIGINT, CHAR, STRING, TEXT } = DataTypes;
  return table<ProposalRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    number: STRING,
    kind: STRING,
    wanted: TEXT,
    wanted_sealed: TEXT,
    digest: CHAR(64),
    state: STRING,
    proposed_by: STRING,
    proposed_at: BIGINT,
    decided_by: STRING,
    decided_at: BIGINT,
    note: STRING,
    open_key: STRING,
  });
}
