/**
 * Who is signed in on this page. When a session ends while somebody is writing, what they wrote stays: the page asks them to sign in
 * again over it, and the request that met the end is theirs to repeat.
 */
import { readonly, ref, shallowRef, type DeepReadonly, type Ref, type ShallowRef } from 'vue';
import type { SessionView } from '../../shared/shapes/shapes.ts';
import { ask, holdCsrfToken, whenSignedOut, type Answer, type Problem } from './api.ts';

export interface Session {
  /** Undefined until it is known, null for nobody. */
  readonly view: ShallowRef<SessionView | null | undefined>;
  /** True when somebody was signed in here and is no more. */
  readonly hasEnded: DeepReadonly<Ref<boolean>>;
  /** Asks the service who is signed in. @returns why it is still not known, if it is not */
  readonly load: () => Promise<Problem | undefined>;
  /** Takes over the answer of a sign-in. */
  readonly begin: (view: SessionView) => void;
  readonly leave: () => Promise<Answer<undefined>>;
}

const view = shallowRef<SessionView | null>();
const ended = ref(false);

whenSignedOut(() => {
  if (view.value) ended.value = true;
  holdCsrfToken('');
});

/** The page's one session. */
export function useSession(): Session {
  return { view, hasEnded: readonly(ended), load, begin, leave };
}

async function load(): Promise<Problem | undefined> {
  const answer = await ask<SessionView>({ path: '/api/session' });
  if (answer.ok) begin(answer.value);
  else if (answer.problem.code !== 'SIGN_IN_REQUIRED') return answer.problem;
  else if (view.value === undefined) view.value = null;
  return undefined;
}

function begin(session: SessionView): void {
  // another person at the same desk must not meet what the first one wrote
  if (view.value && view.value.account.id !== session.account.id) location.reload();
  holdCsrfToken(session.csrfToken);
  view.value = session;
  ended.value = false;
}

async function leave(): Promise<Answer<undefined>> {
  const answer = await ask<undefined>({ method: 'DELETE', path: '/api/session' });
  if (answer.ok) {
    holdCsrfToken('');
    view.value = null;
  }
  return answer;
}
