/** Every part of the console in the order of the menu; the first that a role may open is where its people begin. */
import type { GrantView } from '../../shared/shapes/shapes.ts';
import { CHANGE_SHEETS } from './change-sheets/routes.ts';
import { CHANGES } from './changes/routes.ts';
import { CLIENTS } from './clients/routes.ts';
import { FEEDBACK } from './feedback/routes.ts';
import { JOURNAL } from './journal/routes.ts';
import { ISSUANCE, MONTH } from './month/routes.ts';
import { ORIGINATE } from './originate/routes.ts';
import { ACCOUNTS, HOLDERS } from './people/routes.ts';
import { CALENDAR, COMMITTEES, ENTITLEMENTS, ORGANISATIONS } from './registers/routes.ts';
import { REPORTS } from './reports/routes.ts';
import { ROSTERS } from './rosters/routes.ts';
import type { Section } from './section.ts';
import { STAFF, STAFF_CERTIFICATES } from './staff/routes.ts';
import { TRUST } from './trust/routes.ts';
import { WORK } from './work/routes.ts';

export const SECTIONS: readonly Section[] = [
  WORK,
  ROSTERS,
  ORIGINATE,
  MONTH,
  ISSUANCE,
  CHANGES,
  CHANGE_SHEETS,
  STAFF,
  STAFF_CERTIFICATES,
  FEEDBACK,
  REPORTS,
  ORGANISATIONS,
  COMMITTEES,
  ENTITLEMENTS,
  CALENDAR,
  HOLDERS,
  ACCOUNTS,
  CLIENTS,
  TRUST,
  JOURNAL,
];

/** The entries of the menu for that role. */
export function sectionsFor(role: GrantView['role']): readonly Section[] {
  return SECTIONS.filter(({ roles, title }) => title !== undefined && roles.includes(role));
}
