/** The stages of an application on a line, by its route (domain §5.1), and how far it has come. Pure. */
import type { ApplicationView } from '../../shared/shapes/shapes.ts';
import { words } from './words.ts';

export interface Stage {
  readonly name: string;
  readonly place: 'done' | 'now' | 'todo' | 'stopped';
}

type State = ApplicationView['state'];
type Told = Pick<
  ApplicationView,
  'route' | 'state' | 'originator' | 'awaitingUpload' | 'turn' | 'submittedAt' | 'uploadedAt'
>;

const said = words.stages;

/** @param isOpen true once the certificate can be collected */
export function stagesOf(view: Told, isOpen: boolean): readonly Stage[] {
  const names = namesOf(view);
  const at = names.indexOf(currentOf(view, isOpen));
  const isOver = view.state === 'REJECTED' || view.state === 'WITHDRAWN';
  const isFinished = view.state === 'GENERATED' && isOpen;
  return names.map((name, place) => {
    if (place < at || isFinished) return { name, place: 'done' };
    if (place > at) return { name, place: 'todo' };
    return { name, place: isOver ? 'stopped' : 'now' };
  });
}

function namesOf({ route, originator }: Told): readonly string[] {
  const end = [said.check, said.made, said.collect];
  switch (route) {
    case 1:
      return [said.filed, said.upload, ...end];
    case 3:
      return [said.awaiting, said.fill, said.exam, said.upload, ...end];
    case 2:
    case 4: {
      const begin = originator === 'employer' ? [said.employerFill, said.confirm] : [said.fill];
      return [...begin, said.employer, said.department, said.upload, ...end];
    }
    default:
      return route satisfies never;
  }
}

function currentOf(view: Told, isOpen: boolean): string {
  const { state, route, originator, awaitingUpload, turn } = view;
  const first = originator === 'employer' ? said.employerFill : said.fill;
  const ended = turn?.kind ?? lastOf(view);
  const states: Readonly<Record<State, string>> = {
    AWAITING_APPLICATION: said.fill,
    DRAFT: first,
    HOLDER_CONFIRM: said.confirm,
    EMPLOYER_REVIEW: said.employer,
    DEPT_REVIEW: awaitingUpload ? said.upload : said.department,
    EXAM_REVIEW: awaitingUpload ? said.upload : said.exam,
    UPLOADED: said.check,
    BUREAU_CHECK: said.check,
    GENERATED: isOpen ? said.collect : said.made,
    RETURNED: {
      holder: first,
      employer: first,
      organiser: said.upload,
      department: said.department,
      'exam-body': said.exam,
      bureau: said.check,
    }[ended],
    REJECTED: view.uploadedAt !== null ? said.check : route === 3 ? said.exam : said.department,
    WITHDRAWN: route === 1 ? said.upload : first,
  };
  return states[state];
}

/** A returned application is always somebody's turn; were it not, it would be the first one's. */
function lastOf({ route }: Told): NonNullable<ApplicationView['turn']>['kind'] {
  return route === 1 ? 'organiser' : 'holder';
}
