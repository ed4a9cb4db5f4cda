/** Table `change_proposals`. */
import { DataTypes } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Instant } from '../shared/time.ts';
import type { Proposal, Wanted } from './proposal.ts';

interface ProposalRow {
  id: string;
  number: string;
  kind: string;
  wanted: string;
  state: string;
  proposed_by: string;
  proposed_at: number;
  decided_by: string | null;
  decided_at: number | null;
  note: string | null;
  open_key: string | null;
}

/** The proposal waits for another person. @throws SequelizeUniqueConstraintError while the certificate has an open one */
export async function addProposal(tx: Tx, db: Db, proposal: Proposal): Promise<void> {
  const { id, number, wanted, state, proposedBy, proposedAt } = proposal;
  await proposals(db).create(
    {
      id,
      number,
      kind: wanted.kind,
      wanted: JSON.stringify(wanted.order),
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
export async function lockProposal(tx: Tx, db: Db, id: string): Promise<Proposal | undefined> {
  const row = await proposals(db).findOne({
    where: { id },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return row === null ? undefined : toProposal(row as unknown as ProposalRow);
}

/** The proposal is decided and its certificate free for another. The caller holds its lock. */
export async function decideProposal(
  tx: Tx,
  db: Db,
  decided: { id: string; state: 'confirmed' | 'refused'; by: string; at: Instant; note: string | undefined },
): Promise<void> {
  const { id, state, by, at, note } = decided;
  await proposals(db).update(
    { state, decided_by: by, decided_at: at, note: note ?? null, open_key: null },
    { where: { id }, transaction: tx },
  );
}

/** The newest proposals, of one certificate or one state when given. */
export async function newestProposals(
  db: Db,
  wanted: { number?: string | undefined; state?: string | undefined; limit: number },
): Promise<readonly Proposal[]> {
  const { number, state, limit } = wanted;
  const rows = await proposals(db).findAll({
    where: { ...(number === undefined ? {} : { number }), ...(state === undefined ? {} : { state }) },
    order: [
      ['proposed_at', 'DESC'],
      ['id', 'DESC'],
    ],
    limit,
    raw: true,
  });
  return (rows as unknown as ProposalRow[]).map(toProposal);
}

function toProposal(row: ProposalRow): Proposal {
  return Object.freeze({
    id: row.id,
    number: row.number,
    wanted: { kind: row.kind, order: JSON.parse(row.wanted) as unknown } as Wanted, // written by addProposal only
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
  return table<ProposalRow>(db, 'change_proposals', {
    id: { type: CHAR(32), primaryKey: true },
    number: STRING,
    kind: STRING,
    wanted: TEXT,
    state: STRING,
    proposed_by: STRING,
    proposed_at: BIGINT,
    decided_by: STRING,
    decided_at: BIGINT,
    note: STRING,
    open_key: STRING,
  });
}
