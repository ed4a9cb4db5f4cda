/** What the people of the demo put on paper: rows of rosters, the contents of applications, and whose desk they go to. */
import type { ApplicationContent } from '../../applications/application.ts';
import type { Persona } from './personas.ts';
import { clerkLogin, demoCommittees } from './register.ts';

/** A row of a committee's roster (R9). */
export function rosterCells(persona: Persona): Record<string, string> {
  const { employer, submittingUnit, qualification, timeline } = persona;
  return {
    ...personCells(persona),
    工作单位: employer?.name ?? '',
    工作单位代码: employer?.uscc ?? '',
    呈报单位: submittingUnit.name,
    评审机构: qualification.reviewBody,
    核准备案日期: timeline['filedAt'] ?? '',
  };
}

/** A row of an exam body's roster of passes (R12). */
export function examCells(persona: Persona): Record<string, string> {
  return {
    ...personCells(persona),
    通过通知日期: persona.timeline['resultAt'] ?? '',
    姓名拼音: readingsOf(persona),
  };
}

function personCells({ holder, qualification }: Persona): Record<string, string> {
  return {
    姓名: holder.name,
    性别: holder.gender,
    证件类型: holder.idType,
    证件号码: holder.idNumber,
    手机号码: holder.mobile,
    系列: qualification.series,
    专业: qualification.specialty,
    层级: qualification.level,
    资格名称: qualification.title,
    取得资格时间: qualification.obtainedDate,
  };
}

/** What the applicant writes on routes 2 to 4. */
export function contentOf(persona: Persona): ApplicationContent {
  const { holder, employer, submittingUnit, qualification, route } = persona;
  return {
    name: holder.name,
    namePinyin: readingsOf(persona),
    gender: holder.gender,
    idType: holder.idType,
    idNumber: holder.idNumber,
    phone: holder.mobile,
    employerCode: employer?.uscc ?? '',
    archiveCode: isArchive(submittingUnit) ? submittingUnit.uscc : '',
    series: qualification.series,
    specialty: qualification.specialty,
    level: qualification.level,
    qualification: qualification.title,
    reviewBody: route === 4 ? qualification.reviewBody : '',
    obtainedOn: qualification.obtainedDate,
    entrustLetter: route === 4 ? '津人社委函〔2021〕1号（测试）' : '',
    externalNumber: '',
  };
}

/** `𠮷=JI`: what the software does not know is typed by hand. */
function readingsOf({ expected }: Persona): string {
  return expected.rareCharacters.gbk
    .filter(rare => rare.pinyinSource === 'manual')
    .map(rare => `${rare.char}=${rare.pinyin}`)
    .join(' ');
}

/** Login of the desk that acts for this person as employer, department, exam body or organiser. */
export function deskOf(
  { employer, submittingUnit, qualification }: Persona,
  desk: 'employer' | 'department' | 'exam-body' | 'organiser',
): string {
  switch (desk) {
    case 'employer':
      return clerkLogin(employer?.uscc ?? '', 'employer');
    case 'department':
      return clerkLogin(submittingUnit.uscc, isArchive(submittingUnit) ? 'archive' : 'department');
    case 'exam-body':
      return clerkLogin(
        qualification.reviewBody.includes('卫生') ? HEALTH_EXAM_BODY : EXAM_BODY,
        'exam-body',
      );
    case 'organiser':
      return clerkLogin(
        demoCommittees().find(each => each.name === qualification.reviewBody)?.organiserCode ?? '',
        'organiser',
      );
    default:
      return desk satisfies never;
  }
}

const EXAM_BODY = '12120199TEXT00092L';
const HEALTH_EXAM_BODY = '12120199TEXT00105A';

function isArchive({ name }: Persona['submittingUnit']): boolean {
  return name.includes('人力资源服务中心');
}
