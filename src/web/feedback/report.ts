/** A report as it is being written: what is wrong with it before it is sent, and what is sent of it. Kept in memory only. */
import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue';
import type { FeedbackOwnNew } from '../../shared/shapes/shapes.ts';
import { takeTie, type FeedbackTie } from '../shared/feedback-tie.ts';
import { words } from './words.ts';

const MOST_CHARACTERS = 1000;
const LEAST_CHARACTERS = 5;

export interface Draft {
  category: FeedbackOwnNew['category'] | '';
  text: string;
  number: string;
  phone: string;
}

export interface Writing {
  readonly draft: Draft;
  readonly tie: Ref<FeedbackTie | undefined>;
  /** Characters that may still be written; negative beyond. */
  readonly left: ComputedRef<number>;
  readonly faults: ComputedRef<{ readonly category?: string; readonly text?: string }>;
  /** What is sent, without the application: that is only for who is signed in. */
  readonly body: () => Omit<FeedbackOwnNew, 'applicationId'>;
  readonly reset: () => void;
}

/** An empty report, about whatever the page before was about. */
export function useWriting(): Writing {
  const tie = ref(takeTie());
  const draft = reactive<Draft>({
    category: tie.value?.category ?? '',
    text: '',
    number: tie.value?.number ?? '',
    phone: '',
  });
  const length = computed(() => [...draft.text.trim()].length);
  const left = computed(() => MOST_CHARACTERS - length.value);
  const faults = computed(() => ({
    ...(draft.category === '' ? { category: words.form.blankCategory } : {}),
    ...(length.value < LEAST_CHARACTERS ? { text: words.form.blankText } : {}),
    ...(left.value < 0 ? { text: words.form.longText } : {}),
  }));
  const body: Writing['body'] = () => ({
    category: draft.category === '' ? 'OTHER' : draft.category,
    text: draft.text.trim(),
    ...(draft.number.trim() === '' ? {} : { number: draft.number.trim() }),
    ...(draft.phone.trim() === '' ? {} : { phone: draft.phone.trim() }),
  });
  const reset = (): void => {
    tie.value = undefined;
    Object.assign(draft, { category: '', text: '', number: '', phone: '' } satisfies Draft);
  };
  return { draft, tie, left, faults, body, reset };
}
