/** The two kinds of roster, by the role of whoever sends them. */
import type { GrantView } from '../../../shared/shapes/shapes.ts';

export type Sender = 'organiser' | 'exam-body';

/** Where the service takes rosters of that kind. */
export const PATHS: Readonly<Record<Sender, string>> = {
  organiser: '/api/rosters',
  'exam-body': '/api/exam-rosters',
};

export function senderOf(role: GrantView['role'] | undefined): Sender {
  return role === 'exam-body' ? 'exam-body' : 'organiser';
}
