/**
 * One application being written: what the service last had, what the person has typed since, and getting the one into the other by
 * itself, a moment after the last key. Nothing typed is lost by a broken connection, an ended session, leaving the page, or a change
 * made elsewhere meanwhile: where both wrote the same field, the person chooses.
 */
import { computed, reactive, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { ApplicationView } from '../../../shared/shapes/shapes.ts';
import { ask, UNREACHABLE, type Answer, type Problem } from '../../shared/api.ts';
import { useDeed } from '../../shared/deed.ts';
import { useSession } from '../../shared/session.ts';
import { changedFields, keepTyped, typedBefore, type Place, type TypedFields } from './kept-typing.ts';
import { BLANK, fieldAt, type Content, type Field } from './steps.ts';

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed';

/** What a change made elsewhere did to this form; shown until the person has seen it. */
export interface Elsewhere {
  /** Fields that now say what was written there. */
  readonly taken: readonly Field[];
  /** Fields that were written there and here: here stands until the person has chosen. */
  readonly contested: readonly { readonly field: Field; readonly theirs: string }[];
}

export interface Draft {
  readonly view: ShallowRef<ApplicationView | undefined>;
  readonly content: Readonly<Content>;
  readonly state: ComputedRef<SaveState>;
  /** Why loading, saving or submitting did not succeed. */
  readonly problem: ShallowRef<Problem | undefined>;
  readonly submitting: Ref<boolean>;
  readonly elsewhere: ShallowRef<Elsewhere | undefined>;
  readonly load: () => Promise<void>;
  /** It is saved by itself once the person pauses. */
  readonly write: (changes: Partial<Content>) => void;
  /** @returns true when the service has all that is typed, and nothing came in from elsewhere */
  readonly save: () => Promise<boolean>;
  readonly choose: (field: Field, whose: 'mine' | 'theirs') => void;
  /** Saves and submits. @returns true when it is submitted */
  readonly submit: () => Promise<boolean>;
  /** One change of the files at a time with saving: each raises the version. @param change its answer names the new one */
  readonly changeFiles: <T extends { version: number }>(
    change: () => Promise<Answer<T>>,
  ) => Promise<Answer<T>>;
}

/** After the last key; long enough for a word, short enough to lose nothing by a reload. */
const PAUSE_MS = 1_200;
/** Until the next attempt when the service could not be reached. */
const AGAIN_MS = 10_000;

/** Kept while this page stays open, so that leaving a step, or the form, without network loses nothing. */
const drafts = new Map<string, { owner: string; draft: Draft }>();

/** Whose number and phone the form says: those of the account, or of somebody else, as typed. */
export type Identity = 'account' | 'typed';

/** The one draft of that application for whoever is signed in. */
export function useDraft(id: string, identity: Identity = 'account'): Draft {
  const owner = useSession().view.value?.account.id ?? '';
  const kept = drafts.get(id);
  if (kept?.owner === owner) return kept.draft;
  const draft = new OpenDraft({ id, owner }, { identity, done: () => drafts.delete(id) });
  drafts.set(id, { owner, draft });
  return draft;
}

class OpenDraft implements Draft {
  readonly view = shallowRef<ApplicationView>();
  readonly content = reactive<Content>({ ...BLANK });
  readonly problem = shallowRef<Problem>();
  readonly elsewhere = shallowRef<Elsewhere>();
  readonly submitting: Ref<boolean>;
  readonly state = computed<SaveState>(() => {
    if (this.#saving.value) return 'saving';
    if (!this.#isDirty()) return 'saved';
    return this.#failed.value ? 'failed' : 'unsaved';
  });
  readonly #place: Place;
  readonly #path: string;
  readonly #done: () => void;
  readonly #identity: Identity;
  readonly #base = shallowRef<Content>(BLANK);
  readonly #saving = ref(false);
  readonly #failed = ref(false);
  readonly #deed = useDeed();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param done called once it is submitted: nothing is being written any more */
  constructor(place: Place, { identity, done }: { identity: Identity; done: () => void }) {
    this.#place = place;
    this.#identity = identity;
    this.#path = `/api/applications/${place.id}`;
    this.#done = done;
    this.submitting = this.#deed.busy;
  }

  readonly load = async (): Promise<void> => {
    const isFirst = this.view.value === undefined;
    const answer = await ask<ApplicationView>({ path: this.#path });
    if (!answer.ok) return void (this.problem.value = answer.problem);
    if (this.problem.value?.code === UNREACHABLE) this.problem.value = undefined;
    const typed = isFirst ? typedBefore(this.#place) : {};
    const { contested } = this.#take(answer.value);
    const restored = this.#restore(typed);
    this.#tell({ taken: [], contested: [...contested, ...restored] });
  };

  readonly write = (changes: Partial<Content>): void => {
    Object.assign(this.content, changes);
    this.#dropFaults(Object.keys(changes));
    this.#keep();
    this.#saveIn(PAUSE_MS);
  };

  readonly save = async (): Promise<boolean> => this.#inTurn(async () => this.#saveNow());

  readonly choose = (field: Field, whose: 'mine' | 'theirs'): void => {
    const { taken = [], contested = [] } = this.elsewhere.value ?? {};
    const chosen = contested.find(each => each.field === field);
    if (!chosen) return;
    const rest = contested.filter(each => each.field !== field);
    this.elsewhere.value = rest.length + taken.length === 0 ? undefined : { taken, contested: rest };
    this.write(whose === 'theirs' ? { [field]: chosen.theirs } : {});
  };

  readonly submit = async (): Promise<boolean> =>
    this.submitting.value ? false : this.#inTurn(async () => this.#submitNow());

  readonly changeFiles = async <T extends { version: number }>(
    change: () => Promise<Answer<T>>,
  ): Promise<Answer<T>> =>
    this.#inTurn(async () => {
      const answer = await change();
      const fresh = await ask<ApplicationView>({ path: this.#path });
      if (fresh.ok) this.#tell(this.#take(fresh.value));
      else if (answer.ok && this.view.value)
        this.view.value = { ...this.view.value, version: answer.value.version };
      if (answer.ok) this.#dropFaults(['files']);
      return answer;
    });

  /** What the account says cannot be changed here. */
  #changed(one: Readonly<Content>, other: Readonly<Content>): readonly Field[] {
    const fixed = (['idNumber', 'phone'] as const).filter(field => one[field] !== other[field]);
    return [...changedFields(one, other), ...(this.#identity === 'typed' ? fixed : [])];
  }

  #isDirty(): boolean {
    return this.#changed(this.#base.value, this.content).length > 0;
  }

  #keep(): void {
    const contested = (this.elsewhere.value?.contested ?? []).map(({ field }) => field);
    keepTyped(this.#place, { base: this.#base.value, content: this.content, contested });
  }

  #saveIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // over an ended session, or before a choice, there is nothing to send yet
      if (this.view.value && this.#isDirty() && !useSession().hasEnded.value) void this.save();
    }, ms);
  }

  /** What the person has just rewritten is no longer what was found wrong. */
  #dropFaults(written: readonly string[]): void {
    const before = this.problem.value;
    if (!before || before.errors.length === 0) return;
    const errors = before.errors.filter(({ pointer }) => !written.includes(fieldAt(pointer) ?? ''));
    this.problem.value = errors.length === 0 ? undefined : { ...before, errors };
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run);
    this.#queue = result.catch(() => undefined); // its own caller meets the error
    return result;
  }

  /** The service's content in place of what it had before; what the person typed since stays. */
  #take(next: ApplicationView): Elsewhere {
    const theirs: Content = { ...BLANK, ...next.content };
    const typed = new Set(this.#changed(this.#base.value, this.content));
    const changed = this.#changed(this.#base.value, theirs);
    const taken = changed.filter(field => !typed.has(field));
    const contested = changed.filter(field => typed.has(field) && this.content[field] !== theirs[field]);
    for (const field of taken) this.content[field] = theirs[field];
    this.view.value = next;
    this.#base.value = theirs;
    this.#keep();
    return { taken, contested: contested.map(field => ({ field, theirs: theirs[field] })) };
  }

  /** What was typed before a reload comes back. @returns where something else was written meanwhile */
  #restore(typed: TypedFields): Elsewhere['contested'] {
    const contested: { field: Field; theirs: string }[] = [];
    for (const [name, { was, is }] of Object.entries(typed)) {
      const field = name as Field; // by its type
      const theirs = this.#base.value[field];
      if (theirs === is) continue;
      if (theirs !== was) contested.push({ field, theirs });
      this.write({ [field]: is });
    }
    return contested;
  }

  /** Shown until the person has seen it; two changes in a row are told together. */
  #tell({ taken, contested }: Elsewhere): void {
    const before = this.elsewhere.value;
    const isNew = (field: Field): boolean => !contested.some(each => each.field === field);
    const all = {
      taken: [...new Set([...(before?.taken ?? []), ...taken])].filter(isNew),
      contested: [...(before?.contested ?? []).filter(({ field }) => isNew(field)), ...contested],
    };
    this.elsewhere.value = all.taken.length + all.contested.length === 0 ? undefined : all;
    this.#keep();
  }

  /**
   * It changed since it was read: what others wrote comes in beside what is typed here, and the person is told.
   * @returns true when it was only one's own saving, whose answer had been lost
   */
  async #catchUp(): Promise<boolean> {
    const answer = await ask<ApplicationView>({ path: this.#path });
    if (!answer.ok) {
      this.problem.value = answer.problem;
      return false;
    }
    const isOwnEcho = this.#changed({ ...BLANK, ...answer.value.content }, this.content).length === 0;
    const changes = this.#take(answer.value);
    this.problem.value = undefined;
    this.#failed.value = false;
    if (isOwnEcho) return true;
    this.#tell(changes);
    this.elsewhere.value ??= { taken: [], contested: [] }; // changed, though nothing of it differs
    this.#saveIn(PAUSE_MS);
    return false;
  }

  async #saveNow(): Promise<boolean> {
    clearTimeout(this.#timer);
    const version = this.view.value?.version;
    if (version === undefined || (this.elsewhere.value?.contested ?? []).length > 0) return false;
    if (!this.#isDirty()) return true;
    this.#saving.value = true;
    const sent: Content = { ...this.content };
    // who is signed in says number and phone; an old phone in an old draft would be refused
    const content = this.#identity === 'typed' ? sent : { ...sent, idNumber: '', phone: '' };
    const body = { version, content };
    const path = `${this.#path}/content`;
    const answer = await ask<ApplicationView>({ method: 'PUT', path, body, keepalive: true });
    this.#saving.value = false;
    this.#failed.value = !answer.ok;
    if (answer.ok) {
      this.#base.value = sent;
      this.#take(answer.value);
      // what submitting found wrong stands until it is rewritten
      if (this.problem.value?.errors.length === 0) this.problem.value = undefined;
      return true;
    }
    if (answer.problem.code === 'STALE') return this.#catchUp();
    this.problem.value = answer.problem;
    if (answer.problem.code === UNREACHABLE) this.#saveIn(AGAIN_MS);
    return false;
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
