/** Which fields a proposal of each kind and reason asks for. Pure. */
import type { CertificateRecord } from '../../../shared/shapes/shapes.ts';

export type FieldName =
  | 'document'
  | 'until'
  | 'name'
  | 'namePinyin'
  | 'gender'
  | 'idNumber'
  | 'submittingUnit'
  | 'specialty'
  | 'proof';

export interface Field {
  readonly name: FieldName;
  readonly isNeeded: boolean;
}

const must = (name: FieldName): Field => ({ name, isNeeded: true });
const may = (name: FieldName): Field => ({ name, isNeeded: false });

/** @param reason the code that was chosen, if one was */
export function fieldsOf(
  { kind, needsDocument }: CertificateRecord['may'][number],
  reason: string | undefined,
): readonly Field[] {
  if (kind === 'CORRECT') return correctionFields(reason);
  const document: Field = { name: 'document', isNeeded: needsDocument };
  return kind === 'SUSPEND' || kind === 'EXTEND' ? [must('until'), document] : [document];
}

function correctionFields(reason: string | undefined): readonly Field[] {
  switch (reason) {
    case 'NAME_CHANGE':
      return [must('name'), may('namePinyin'), must('proof')];
    case 'DATA_ERROR':
      return [
        ...(['name', 'namePinyin', 'gender', 'idNumber', 'submittingUnit', 'specialty'] as const).map(may),
        must('proof'),
      ];
    default:
      return [must('proof')];
  }
}
