/** Who sits at which desk, and what a person writes: the parts that several scenes share. */
import { type Persona } from '../../src/cli/demo/personas.ts';
import { clerkLogin } from '../../src/cli/demo/register.ts';
import type { Client } from '../support/people.ts';

export interface ApplicationAnswer {
  readonly id: string;
  readonly version: number;
  readonly state: string;
}

export type DeskKind = 'employer' | 'department' | 'exam-body';

/** The person's newest application as that client sees it. */
export async function listed(client: Client, { id, holder }: Persona): Promise<readonly ApplicationAnswer[]> {
  const answer = await client.post('/api/applications/search', { idNumber: holder.idNumber });
  const { items } = answer.body as { items?: readonly ApplicationAnswer[] };
  if (!items || items.length === 0)
    throw new RangeError(`${id} is not listed: ${JSON.stringify(answer.body)}`);
  return items;
}

export function deskOf(persona: Persona, desk: DeskKind): string {
  if (desk === 'employer') return employerDesk(persona);
  if (desk === 'exam-body') return examDesk(persona);
  const { name, uscc } = persona.submittingUnit;
  return clerkLogin(uscc, name.includes('人力资源服务中心') ? 'archive' : 'department');
}

export function employerDesk({ employer }: Persona): string {
  return clerkLogin(employer?.uscc ?? '', 'employer');
}

export function examDesk({ qualification }: Persona): string {
  return clerkLogin(
    qualification.reviewBody.includes('卫生') ? '12120199TEXT00105A' : '12120199TEXT00092L',
    'exam-body',
  );
}

export function contentOf(persona: Persona): Record<string, string> {
  const { holder, employer, submittingUnit, qualification, route } = persona;
  return {
    name: holder.name,
    namePinyin: readingsOf(persona),
    gender: holder.gender,
    idType: holder.idType,
    idNumber: holder.idNumber,
    phone: holder.mobile,
    employerCode: employer?.uscc ?? '',
    archiveCode: submittingUnit.name.includes('人力资源服务中心') ? submittingUnit.uscc : '',
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
export function readingsOf({ expected }: Persona): string {
  return expected.rareCharacters.gbk
    .filter(rare => rare.pinyinSource === 'manual')
    .map(rare => `${rare.char}=${rare.pinyin}`)
    .join(' ');
}
