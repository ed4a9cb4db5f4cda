/**
 * One roster on its way: the file, what the service found wrong with it, the corrections made in the page, and what became of it. Stays
 * while the page is open, so that going elsewhere, an ended session or a broken connection loses no correction.
 */
import { reactive, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { RosterChecked, RosterExamTaken, RosterTaken } from '../../../shared/shapes/shapes.ts';
import { askFile, saveFile, unreachable, type Problem } from '../../shared/api.ts';
import { useSession } from '../../shared/session.ts';
import { upload } from '../../shared/upload.ts';
import { PATHS, type Sender } from './kinds.ts';
import { words } from './words.ts';

export type Taken = RosterTaken | RosterExamTaken;
export type Phase = 'none' | 'checking' | 'unread' | 'faulty' | 'ready' | 'taking' | 'taken';
/** As the service limits it; known here so that nobody waits for a file in vain. */
const MAX_BYTES = 20 * 1024 * 1024;

export interface RosterInHand {
  readonly phase: Ref<Phase>;
  readonly file: ShallowRef<File | undefined>;
  /** Of the file that has left, 0 to 1. */
  readonly share: Ref<number>;
  readonly checked: ShallowRef<RosterChecked | undefined>;
  readonly taken: ShallowRef<Taken | undefined>;
  readonly problem: ShallowRef<Problem | undefined>;
  /** Corrected texts by cell, see `cellKey`; as far as they differ from the file. */
  readonly texts: ReadonlyMap<string, string>;
  /** Lines that are not to be sent. */
  readonly dropped: ReadonlySet<number>;
  readonly choose: (file: File) => Promise<void>;
  readonly check: () => Promise<void>;
  readonly take: () => Promise<void>;
  /** The file with its faults explained, or the corrected one when there are none. */
  readonly download: () => Promise<void>;
  readonly stop: () => void;
  readonly reset: () => void;
  readonly write: (cell: Cell, text: string) => void;
  readonly toggle: (line: number) => void;
}

export interface Cell {
  readonly line: number;
  readonly column: string;
  /** What the file says. */
  readonly original: string;
}

export function cellKey({ line, column }: Pick<Cell, 'line' | 'column'>): string {
  return `${line}/${column}`;
}

const hands = new Map<string, RosterInHand>();

/** The one roster that whoever is signed in has in hand for that organisation. */
export function useRoster(sender: Sender, organisationId: string): RosterInHand {
  const key = `${useSession().view.value?.account.id ?? ''}/${sender}/${organisationId}`;
  const known = hands.get(key);
  if (known) return known;
  const hand = new OpenRoster(PATHS[sender], organisationId);
  hands.set(key, hand);
  return hand;
}

class OpenRoster implements RosterInHand {
  readonly phase = ref<Phase>('none');
  readonly file = shallowRef<File>();
  readonly share = ref(0);
  readonly checked = shallowRef<RosterChecked>();
  readonly taken = shallowRef<Taken>();
  readonly problem = shallowRef<Problem>();
  readonly texts = reactive(new Map<string, string>());
  readonly dropped = reactive(new Set<number>());
  readonly #path: string;
  readonly #organisationId: string;
  #stopping = new AbortController();

  constructor(path: string, organisationId: string) {
    this.#path = path;
    this.#organisationId = organisationId;
    // signed in again: what met the end of the session may be repeated
    watch(useSession().hasEnded, isOver => {
      if (!isOver && this.problem.value?.code === 'SIGN_IN_REQUIRED') this.problem.value = undefined;
    });
  }

  readonly choose = async (file: File): Promise<void> => {
    if (this.#isBusy()) return;
    this.reset();
    this.file.value = file;
    if (file.size <= MAX_BYTES) return this.check();
    this.problem.value = { ...unreachable(), code: 'FILE_TOO_LARGE', detail: words.drop.tooLarge };
    this.phase.value = 'unread';
  };

  readonly check = async (): Promise<void> => {
    const before = this.phase.value;
    const answer = await this.#send<RosterChecked>('/check', 'checking');
    if (!answer) return;
    if (answer.ok) {
      this.checked.value = answer.value;
      this.phase.value = answer.value.faults > 0 ? 'faulty' : 'ready';
      return;
    }
    this.problem.value = answer.problem;
    this.phase.value = before === 'faulty' || before === 'ready' ? before : 'unread';
  };

  readonly take = async (): Promise<void> => {
    const answer = await this.#send<Taken>('', 'taking');
    if (!answer) return;
    this.phase.value = answer.ok ? 'taken' : 'ready';
    if (answer.ok) {
      this.taken.value = answer.value;
      return;
    }
    // a register changed, or a day went by, since it was checked
    if (answer.problem.code === 'ROSTER_ROWS_INVALID') return this.check();
    this.problem.value = answer.problem;
  };

  readonly download = async (): Promise<void> => {
    this.problem.value = undefined;
    const answer = await askFile({ method: 'POST', path: `${this.#path}/annotated`, form: this.#form() });
    if (answer.ok) saveFile(answer.value);
    else this.problem.value = answer.problem;
  };

  readonly stop = (): void => {
    this.#stopping.abort();
  };

  readonly reset = (): void => {
    this.phase.value = 'none';
    this.file.value = undefined;
    this.checked.value = undefined;
    this.taken.value = undefined;
    this.problem.value = undefined;
    this.texts.clear();
    this.dropped.clear();
  };

  readonly write = (cell: Cell, text: string): void => {
    this.texts.set(cellKey(cell), text);
  };

  readonly toggle = (line: number): void => {
    if (!this.dropped.delete(line)) this.dropped.add(line);
  };

  #isBusy(): boolean {
    return this.phase.value === 'checking' || this.phase.value === 'taking';
  }

  /** @returns undefined when another sending is under way, or this one was stopped */
  async #send<T>(below: string, phase: Phase): Promise<Awaited<ReturnType<typeof upload<T>>> | undefined> {
    if (this.#isBusy()) return undefined;
    const before = this.phase.value;
    this.phase.value = phase;
    this.problem.value = undefined;
    this.share.value = 0;
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    const onProgress = (share: number): void => {
      this.share.value = share;
    };
    const answer = await upload<T>({
      path: this.#path + below,
      form: this.#form(),
      onProgress,
      signal,
    });
    // one step to the next phase, which the page hears of once
    if (!signal.aborted) return answer;
    if (before === 'none') this.reset();
    else this.phase.value = before;
    return undefined;
  }

  #form(): FormData {
    const form = new FormData();
    form.append('organisation', this.#organisationId);
    const cells = [...this.texts].map(([key, text]) => {
      const [line = '', column = ''] = key.split('/');
      return { line: Number(line), column, text };
    });
    const dropped = [...this.dropped];
    if (cells.length + dropped.length > 0)
      form.append('corrections', JSON.stringify({ cells: this.#kept(cells), dropped }));
    if (this.file.value) form.append('file', this.file.value, this.file.value.name);
    return form;
  }

  /** What stands on a row that is not sent needs no correcting. */
  #kept<T extends { readonly line: number }>(cells: readonly T[]): readonly T[] {
    return cells.filter(({ line }) => !this.dropped.has(line));
  }
}
