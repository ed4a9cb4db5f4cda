/**
 * One application being written: what the service last had, what the person has typed since, and getting the one into the other. Nothing
 * typed is lost by a broken connection, an ended session, leaving the page, or a change made elsewhere meanwhile.
 */
import { computed, reactive, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
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
  const draft = new OpenDraft(id, () => drafts.delete(id));
  drafts.set(id, { owner, draft });
  return draft;
}

class OpenDraft implements Draft {
  readonly view = shallowRef<ApplicationView>();
  readonly content = reactive<Content>({ ...BLANK });
  readonly problem = shallowRef<Problem>();
  readonly changedElsewhere = shallowRef<readonly Field[]>();
  readonly submitting: Ref<boolean>;
  readonly state = computed<SaveState>(() => {
    if (this.#saving.value) return 'saving';
    if (!this.#isDirty()) return 'saved';
    return this.#failed.value ? 'failed' : 'unsaved';
  });
  readonly #path: string;
  readonly #done: () => void;
  readonly #base = shallowRef<Content>(BLANK);
  readonly #saving = ref(false);
  readonly #failed = ref(false);
  readonly #deed = useDeed();
  #queue: Promise<unknown> = Promise.resolve();

  /** @param done called once it is submitted: nothing is being written any more */
  constructor(id: string, done: () => void) {
    this.#path = `/api/applications/${id}`;
    this.#done = done;
    this.submitting = this.#deed.busy;
  }

  readonly load = async (): Promise<void> => {
    const answer = await ask<ApplicationView>({ path: this.#path });
    this.problem.value = answer.ok ? undefined : answer.problem;
    if (answer.ok) this.#take(answer.value);
  };

  readonly write = (changes: Partial<Content>): void => {
    Object.assign(this.content, changes);
  };

  readonly save = async (): Promise<boolean> => this.#inTurn(async () => this.#saveNow());

  readonly submit = async (): Promise<boolean> =>
    this.submitting.value ? false : this.#inTurn(async () => this.#submitNow());

  readonly changeFiles = async <T extends { version: number }>(
    change: () => Promise<Answer<T>>,
  ): Promise<Answer<T>> =>
    this.#inTurn(async () => {
      const answer = await change();
      const fresh = await ask<ApplicationView>({ path: this.#path });
      if (fresh.ok) this.#take(fresh.value);
      else if (answer.ok && this.view.value)
        this.view.value = { ...this.view.value, version: answer.value.version };
      return answer;
    });

  #isDirty(): boolean {
    return changedFields(this.#base.value, this.content).length > 0;
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run);
    this.#queue = result.catch(() => undefined); // its own caller meets the error
    return result;
  }

  /** The service's content in place of what it had before; what the person typed since stays. */
  #take(next: ApplicationView): readonly Field[] {
    const theirs: Content = { ...BLANK, ...next.content };
    const typed = new Set(changedFields(this.#base.value, this.content));
    const theirChanges = changedFields(this.#base.value, theirs).filter(field => !typed.has(field));
    for (const field of theirChanges) this.content[field] = theirs[field];
    this.view.value = next;
    this.#base.value = theirs;
    return theirChanges;
  }

  /**
   * It changed since it was read: what others wrote comes in beside what is typed here, and the person is told.
   * @returns true when it was only one's own saving, whose answer had been lost
   */
  async #catchUp(): Promise<boolean> {
    const answer = await ask<ApplicationView>({ path: this.#path });
    if (!answer.ok) return false;
    const isOwnEcho = changedFields({ ...BLANK, ...answer.value.content }, this.content).length === 0;
    const changes = this.#take(answer.value);
    if (!isOwnEcho) this.changedElsewhere.value = changes;
    return isOwnEcho;
  }

  async #saveNow(): Promise<boolean> {
    const version = this.view.value?.version;
    if (version === undefined) return false;
    if (!this.#isDirty()) return true;
    this.#saving.value = true;
    const sent: Content = { ...this.content };
    // who is signed in says number and phone; an old phone in an old draft would be refused
    const body = { version, content: { ...sent, idNumber: '', phone: '' } };
    const answer = await ask<ApplicationView>({ method: 'PUT', path: `${this.#path}/content`, body });
    this.#saving.value = false;
    this.#failed.value = !answer.ok;
    this.problem.value = answer.ok ? undefined : answer.problem;
    if (answer.ok) {
      this.#base.value = sent;
      this.#take(answer.value);
      return true;
    }
    if (answer.problem.code !== 'STALE' || !(await this.#catchUp())) return false;
    this.#failed.value = false;
    this.problem.value = undefined;
    return true;
  }

  async #submitNow(): Promise<boolean> {
    if (!(await this.#saveNow())) return false;
    const version = this.view.value?.version;
    const path = `${this.#path}/submit`;
    const done = await this.#deed.run<ApplicationView>({ method: 'POST', path, body: { version } });
    this.problem.value = this.#deed.problem.value;
    if (this.problem.value?.code === 'STALE') await this.#catchUp();
    if (!done) return false;
    this.view.value = done.value;
    this.#done();
    return true;
  }
}

function changedFields(one: Readonly<Content>, other: Readonly<Content>): readonly Field[] {
  const fields = Object.keys(BLANK) as Field[]; // the keys of its type
  return fields.filter(field => field !== 'idNumber' && field !== 'phone' && one[field] !== other[field]);
}
