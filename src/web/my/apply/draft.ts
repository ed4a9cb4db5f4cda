/**
 * One application being written: what the service last had, what the person has typed since, and getting the one into the other. Nothing
 * typed is lost by a broken connection, an ended session, leaving the page, or a change made elsewhere meanwhile.
 */
import {
  computed,
  reactive,
  readonly,
  ref,
  shallowRef,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue';
import type { ApplicationView } from '../../../shared/shapes/shapes.ts';
import { ask, type Answer, type Problem } from '../../shared/api.ts';
import { useDeed } from '../../shared/deed.ts';
import { useSession } from '../../shared/session.ts';
import { BLANK, type Content, type Field } from './steps.ts';

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed';

export interface Draft {
  readonly view: ShallowRef<ApplicationView | undefined>;
  readonly content: Readonly<Content>;
  readonly state: ComputedRef<SaveState>;
  /** Why loading, saving or submitting did not succeed. */
  readonly problem: ShallowRef<Problem | undefined>;
  readonly submitting: Ref<boolean>;
  /** Fields that somewhere else changed; shown until the person has seen them. Empty: changed, but nothing that differs. */
  readonly changedElsewhere: ShallowRef<readonly Field[] | undefined>;
  readonly load: () => Promise<void>;
  readonly write: (changes: Partial<Content>) => void;
  /** @returns true when the service has all that is typed */
  readonly save: () => Promise<boolean>;
  /** Saves and submits. @returns true when it is submitted */
  readonly submit: () => Promise<boolean>;
  /** One change of the files at a time with saving: each raises the version. @param change its answer names the new one */
  readonly changeFiles: <T extends { version: number }>(
    change: () => Promise<Answer<T>>,
  ) => Promise<Answer<T>>;
}

/** Kept while this page stays open, so that leaving a step, or the form, without network loses nothing. */
const drafts = new Map<string, { owner: string; draft: Draft }>();

/** The one draft of that application for whoever is signed in. */
export function useDraft(id: string): Draft {
  const owner = useSession().view.value?.account.id ?? '';
  const kept = drafts.get(id);
  if (kept?.owner === owner) return kept.draft;
  const draft = makeDraft(id);
  drafts.set(id, { owner, draft });
  return draft;
}

function makeDraft(id: string): Draft {
  const path = `/api/applications/${id}`;
  const view = shallowRef<ApplicationView>();
  const base = shallowRef<Content>(BLANK);
  const content = reactive<Content>({ ...BLANK });
  const saving = ref(false);
  const failed = ref(false);
  const problem = shallowRef<Problem>();
  const changedElsewhere = shallowRef<readonly Field[]>();
  const deed = useDeed();
  const dirty = computed(() => changedFields(base.value, content).length > 0);
  const state = computed<SaveState>(() => {
    if (saving.value) return 'saving';
    if (!dirty.value) return 'saved';
    return failed.value ? 'failed' : 'unsaved';
  });
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(run: () => Promise<T>): Promise<T> => {
    const result = queue.then(run);
    queue = result.catch(() => undefined); // its own caller meets the error
    return result;
  };

  /** The service's content in place of what it had before; what the person typed since stays. */
  function take(next: ApplicationView): readonly Field[] {
    const theirs: Content = { ...BLANK, ...next.content };
    const typed = new Set(changedFields(base.value, content));
    const theirChanges = changedFields(base.value, theirs).filter(field => !typed.has(field));
    for (const field of theirChanges) content[field] = theirs[field];
    view.value = next;
    base.value = theirs;
    return theirChanges;
  }

  async function load(): Promise<void> {
    const answer = await ask<ApplicationView>({ path });
    problem.value = answer.ok ? undefined : answer.problem;
    if (answer.ok) take(answer.value);
  }

  /**
   * It changed since it was read: what others wrote comes in beside what is typed here, and the person is told.
   * @returns true when it was only one's own saving, whose answer had been lost
   */
  async function catchUp(): Promise<boolean> {
    const answer = await ask<ApplicationView>({ path });
    if (!answer.ok) return false;
    const isOwnEcho = changedFields({ ...BLANK, ...answer.value.content }, content).length === 0;
    const changes = take(answer.value);
    if (!isOwnEcho) changedElsewhere.value = changes;
    return isOwnEcho;
  }

  async function saveNow(): Promise<boolean> {
    const version = view.value?.version;
    if (version === undefined) return false;
    if (!dirty.value) return true;
    saving.value = true;
    const sent: Content = { ...content };
    // who is signed in says number and phone; an old phone in an old draft would be refused
    const body = { version, content: { ...sent, idNumber: '', phone: '' } };
    const answer = await ask<ApplicationView>({ method: 'PUT', path: `${path}/content`, body });
    saving.value = false;
    failed.value = !answer.ok;
    problem.value = answer.ok ? undefined : answer.problem;
    if (answer.ok) {
      base.value = sent;
      take(answer.value);
      return true;
    }
    if (answer.problem.code !== 'STALE' || !(await catchUp())) return false;
    failed.value = false;
    problem.value = undefined;
    return true;
  }

  async function submitNow(): Promise<boolean> {
    if (!(await saveNow())) return false;
    const version = view.value?.version;
    const done = await deed.run<ApplicationView>({
      method: 'POST',
      path: `${path}/submit`,
      body: { version },
    });
    problem.value = deed.problem.value;
    if (deed.problem.value?.code === 'STALE') await catchUp();
    if (!done) return false;
    view.value = done.value;
    drafts.delete(id);
    return true;
  }

  async function changeFiles<T extends { version: number }>(
    change: () => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    return inTurn(async () => {
      const answer = await change();
      const fresh = await ask<ApplicationView>({ path });
      if (fresh.ok) take(fresh.value);
      else if (answer.ok && view.value) view.value = { ...view.value, version: answer.value.version };
      return answer;
    });
  }

  return {
    view,
    content: readonly(content),
    state,
    problem,
    submitting: deed.busy,
    changedElsewhere,
    load,
    write: changes => {
      Object.assign(content, changes);
    },
    save: async () => inTurn(saveNow),
    submit: async () => (deed.busy.value ? false : inTurn(submitNow)),
    changeFiles,
  };
}

function changedFields(one: Readonly<Content>, other: Readonly<Content>): readonly Field[] {
  const fields = Object.keys(BLANK) as Field[]; // the keys of its type
  return fields.filter(field => field !== 'idNumber' && field !== 'phone' && one[field] !== other[field]);
}
