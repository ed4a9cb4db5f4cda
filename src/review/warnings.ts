/** What a reviewer should look at first, item by item (R9, R16, R26; domain §5.1). Pure. */
import type { Application } from '../applications/application.ts';

export interface Warning {
  readonly code: WarningCode;
  /** One Chinese sentence for the reviewer. */
  readonly detail: string;
}

export type WarningCode =
  | 'STOPPED'
  | 'REJECT_PROPOSED'
  | 'CHANGED'
  | 'UPLOAD_LATE'
  | 'CARRIED_OVER'
  | 'RETURNED_BEFORE'
  | 'OTHER_SPECIALTY'
  | 'NAME_DIFFERS'
  | 'RARE_CHARACTER'
  | 'CODE_OF_ANOTHER';

/** What the application itself does not tell. */
export interface Surroundings {
  /** Fields changed since somebody decided on it last. */
  readonly changed: readonly unknown[];
  /** The person has a live claim of the same level and series in another specialty. */
  readonly otherSpecialty: boolean;
  /** The person has a live claim under another name. */
  readonly otherName: boolean;
  /** The name under which the employer's code is registered, when it is registered. */
  readonly registeredName: string | undefined;
  /** It was returned before in any round. */
  readonly wasReturned: boolean;
}

/** The warnings, gravest first. */
export function warningsFor(application: Application, around: Surroundings): readonly Warning[] {
  const { course, uploadLate, uploadDeadline, name, printedName, employer } = application;
  const { registeredName } = around;
  const reason = course.reason ?? '';
  const isStopped = application.state === 'UPLOADED' && reason !== '';
  const isAnothers = registeredName !== undefined && employer !== undefined && registeredName !== employer;
  const found: readonly (Warning | false)[] = [
    isStopped && { code: 'STOPPED', detail: `上次未能制证：${reason}` },
    course.rejectProposed && { code: 'REJECT_PROPOSED', detail: `经办人拟不予通过：${reason}` },
    around.changed.length > 0 && { code: 'CHANGED', detail: '上次办理后内容有变化，请核对变化的各项。' },
    uploadLate && { code: 'UPLOAD_LATE', detail: `已过上传期限（${uploadDeadline ?? '未知'}）。` },
    course.carriedFrom !== undefined && {
      code: 'CARRIED_OVER',
      detail: `由 ${course.carriedFrom} 批次结转。`,
    },
    (around.wasReturned || course.round > 1) && { code: 'RETURNED_BEFORE', detail: '曾被退回后重新上报。' },
    around.otherSpecialty && {
      code: 'OTHER_SPECIALTY',
      detail: '此人已有同系列、同层级的其他专业职称，请核对是否重复。',
    },
    around.otherName && {
      code: 'NAME_DIFFERS',
      detail: '同一证件号码在另一申请中的姓名不同，请核对证件。',
    },
    name !== printedName && { code: 'RARE_CHARACTER', detail: `姓名含生僻字，证书上印为“${printedName}”。` },
    isAnothers && {
      code: 'CODE_OF_ANOTHER',
      detail: `工作单位代码登记在“${registeredName}”名下，与所填单位不一致。`,
    },
  ];
  return found.filter(warning => warning !== false);
}
