/** The API as this service's modules see it: signed-in people act as themselves, others as `public`. */
import type { Api } from '../http/operation.ts';
import type { Act } from '../shared/act.ts';
import type { PersonalAct } from './role.ts';

export type ServiceApi = Api<PersonalAct, Act>;
