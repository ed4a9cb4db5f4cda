/** Builds rosters for the tests out of the fictional holders. */
import type { RosterHead } from '../../../src/applications/roster/columns.ts';
import { REQUIRED_HEADS } from '../../../src/applications/roster/columns.ts';
import type { ReadRoster, RosterCells } from '../../../src/applications/roster/roster.ts';
import type { RegisteredUnit, UnitRegister } from '../../../src/applications/roster/findings.ts';
import type { RowContext } from '../../../src/applications/roster/row.ts';
import type { Persona } from '../../vectors/rules/vectors.ts';
import { personas, readVectors } from '../../vectors/rules/vectors.ts';

const CAPACITIES: Readonly<Record<string, string>> = {
  业务主管部门: 'department',
  档案存放地人力资源服务机构: 'archive',
  用人单位: 'employer',
};

/** The register of the fictional bureau. */
export function aRegister(): UnitRegister {
  const { organisations } = readVectors<{ organisations: { name: string; code: string; role: string }[] }>(
    'codes.json',
  );
  const units: RegisteredUnit[] = organisations.map(({ name, code, role }) => {
    return { name, code, capacities: [CAPACITIES[role] ?? 'other'] };
  });
  return {
    byName: name => units.find(unit => unit.name === name),
    byCode: code => units.find(unit => unit.code === code),
  };
}

/** 8 July 2021, the July batch, the fictional register. */
export function aContext(changes: Partial<RowContext> = {}): RowContext {
  return { today: '2021-07-08', month: '2021-07', register: aRegister(), ...changes };
}

/** The cells of a holder as an organising unit would type them. */
export function cellsOf({ holder, employer, submittingUnit, qualification, filedAt }: Persona): RosterCells {
  return {
    姓名: holder.name,
    性别: holder.gender,
    证件类型: holder.idType,
    证件号码: holder.idNumber,
    手机号码: holder.mobile,
    工作单位: employer?.name ?? '',
    工作单位代码: employer?.uscc ?? '',
    呈报单位: submittingUnit.name,
    系列: qualification.series,
    专业: qualification.specialty,
    层级: qualification.level,
    资格名称: qualification.title,
    评审机构: qualification.reviewBody,
    取得资格时间: qualification.obtainedDate,
    核准备案日期: filedAt ?? '',
  };
}

/** A good row (王𬭎, engineer), with some cells changed. */
export function aRow(changes: RosterCells = {}): RosterCells {
  const persona = personas().find(({ id }) => id === 'P04');
  if (!persona) throw new TypeError('aRow: expected P04 among the vectors, got none');
  return { ...cellsOf(persona), ...changes };
}

/** A second good row of the same batch, another person. */
export function anotherRow(changes: RosterCells = {}): RosterCells {
  return aRow({
    姓名: '李四测',
    性别: '男',
    证件号码: '120199198203149931',
    手机号码: '19900001099',
    ...changes,
  });
}

/** A roster as if read from a file whose first row stands on line 2. */
export function aRead(rows: readonly RosterCells[], changes: Partial<ReadRoster> = {}): ReadRoster {
  const heads: readonly RosterHead[] = REQUIRED_HEADS;
  const read = rows.map((cells, index) => ({ line: index + 2, cells, faults: [] }));
  return { format: 'csv', encoding: 'utf-8', delimiter: ',', heads, rows: read, ...changes };
}

/** The table of a file: heads, then the rows. */
export function tableOf(
  rows: readonly RosterCells[],
  heads: readonly RosterHead[] = REQUIRED_HEADS,
): string[][] {
  return [[...heads], ...rows.map(row => heads.map(head => row[head] ?? ''))];
}

export function csvOf(table: readonly (readonly string[])[], delimiter = ','): string {
  return table.map(cells => cells.join(delimiter)).join('\r\n') + '\r\n';
}
