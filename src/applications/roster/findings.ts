/** What is found while one row is judged: its cells by rule, its faults and warnings; and what the judge must know for it. Pure. */
import type { RarityPolicy } from '../../certificate/rarity.ts';
import type { Fault } from '../../shared/fault.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { Cell } from './cells.ts';
import { printedText } from './cells.ts';
import type { RosterHead } from './columns.ts';
import type { CellFault, RosterCells } from './roster.ts';

/** An organisation the bureau has on its register. */
export interface RegisteredUnit {
  readonly name: string;
  readonly code: string;
  /** `department` for 业务主管部门, `archive` for 档案存放地人力资源服务机构; others are of no matter here. */
  readonly capacities: readonly string[];
}

/** Names and codes as the bureau registered them. */
export interface UnitRegister {
  readonly byName: (name: string) => RegisteredUnit | undefined;
  readonly byCode: (code: string) => RegisteredUnit | undefined;
}

/** What the judge of a claim must know, whichever route it came by. */
export interface ClaimContext {
  /** The day of upload or submission; nothing may lie after it. */
  readonly today: PlainDate;
  readonly policy?: RarityPolicy;
  /** True when the certificate's fonts can draw the text. */
  readonly displayable?: (text: string) => boolean;
  readonly register?: UnitRegister;
  /** R1: the recorded reason for accepting titles obtained before e-certificates began; committees' rosters only. */
  readonly overrideBefore2020?: string;
}

/** Collects what is found while one row is judged; lives no longer than that. */
export class Findings {
  readonly faults: CellFault[] = [];
  readonly warnings: CellFault[] = [];
  private readonly cells: RosterCells;

  constructor(cells: RosterCells, required: readonly RosterHead[]) {
    this.cells = cells;
    for (const column of required) {
      if (this.raw(column) === '')
        this.fault(column, { code: 'CELL_EMPTY', detail: `${column}未填写，请补填。` });
    }
  }

  raw(column: RosterHead): string {
    return (this.cells[column] ?? '').trim();
  }

  fault(column: RosterHead, { code, detail }: Fault): undefined {
    const isTold = this.faults.some(fault => fault.column === column && fault.code === code);
    if (!isTold) this.faults.push({ column, code, detail });
    return undefined;
  }

  isFaulty(column: RosterHead): boolean {
    return this.faults.some(fault => fault.column === column);
  }

  warn(column: RosterHead, { code, detail }: Fault): void {
    this.warnings.push({ column, code, detail });
  }

  /** The value of a cell by one rule, or undefined with the fault noted; blank cells are already noted. */
  take<Value>(column: RosterHead, rule: (raw: string) => Cell<Value>): Value | undefined {
    const raw = this.raw(column);
    if (raw === '') return undefined;
    const cell = rule(raw);
    return cell.ok ? cell.value : this.fault(column, cell.fault);
  }

  /** A text that will be printed: R26 returns the upload when a character outside a name cannot be drawn. */
  text(column: RosterHead, maxCodePoints: number, { displayable }: ClaimContext): string | undefined {
    const value = this.take(column, raw => printedText(raw, { column, maxCodePoints }));
    const missing = [...(value ?? '')].filter(character => displayable?.(character) === false);
    if (missing.length === 0) return value;
    const detail = `${column}中的“${missing.join('')}”证书字库无法印出，请改用规范字或联系市局补充字形。`;
    return this.fault(column, { code: 'NOT_DISPLAYABLE', detail });
  }
}

/** A refusal always lists at least one fault. */
export function first(faults: readonly Fault[]): Fault {
  const [fault] = faults;
  if (fault === undefined) throw new TypeError('first: expected at least one fault, got none');
  return fault;
}
