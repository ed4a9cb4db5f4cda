/**
 * One lookup on the page (R33): the facts, the work, the code's few minutes and tries, the result. What was typed stays until the page is
 * left; of a lookup under way its id and times are kept, for a phone that puts the page away while its owner asks for the code.
 */
import { onMounted, ref, shallowRef, watch, type Ref } from 'vue';
import type { LookupResult } from '../../shared/shapes/shapes.ts';
import { askWithWork } from './ask-with-work.ts';
import { useFacts, type FactsForm } from './facts-form.ts';
import type { Places } from './places.ts';
import { fetchResult, Refused } from './service.ts';
import { useUnderWay, type UnderWay } from './under-way.ts';

export interface Lookup {
  readonly form: FactsForm;
  readonly underWay: UnderWay;
  readonly isWaiting: Ref<boolean>;
  /** From 0 to 1 while the work is being done; undefined otherwise. */
  readonly progress: Ref<number | undefined>;
  readonly result: Ref<LookupResult | undefined>;
  readonly ask: () => Promise<void>;
  /** Ends the work before the question is sent. */
  readonly cancel: () => void;
  readonly answer: (code: string) => Promise<void>;
  readonly reset: () => void;
}

/** @param places where the steps of the lookup are shown */
export function useLookup({ place, go }: Places): Lookup {
  const form = useFacts();
  const underWay = useUnderWay();
  const isWaiting = ref(false);
  const progress = ref<number>();
  const result = shallowRef<LookupResult>();
  let work = new AbortController();

  const ask = async (): Promise<void> => {
    if (!form.judge()) return;
    await during(async () => {
      work = new AbortController();
      const told = { signal: work.signal, progress: (share: number) => void (progress.value = share) };
      const asked = await askWithWork({ ...form.facts }, told);
      if (!asked) return;
      underWay.begin(asked);
      go('code', place.value === 'facts' ? 'forward' : 'instead');
    });
  };

  const answer = async (code: string): Promise<void> => {
    const lookupId = underWay.current.value?.lookupId;
    if (lookupId === undefined) return;
    form.forgive();
    await during(async () => {
      try {
        result.value = await fetchResult(lookupId, code);
      } catch (error) {
        if (error instanceof Refused && error.trouble.code === 'CODE_WRONG') underWay.takeTry();
        throw error;
      }
      underWay.end();
      go('result', 'instead');
    });
  };

  /** One thing at a time; whatever goes wrong is said and loses nothing. */
  async function during(run: () => Promise<void>): Promise<void> {
    if (isWaiting.value) return;
    isWaiting.value = true;
    try {
      await run();
    } catch (error) {
      form.say(error instanceof Refused ? error.trouble : { code: 'UNEXPECTED', faults: [] });
    } finally {
      isWaiting.value = false;
      progress.value = undefined;
    }
  }

  onMounted(() => void (underWay.isAlive.value && go('code')));
  watch(place, () => (form.trouble.value = undefined));
  watch([underWay.isAlive, place], () => {
    if (place.value === 'code' && !underWay.isAlive.value) go('over', 'instead');
  });
  const reset = (): void => {
    form.reset();
    underWay.end();
    result.value = undefined;
  };
  return { form, underWay, isWaiting, progress, result, ask, cancel: () => work.abort(), answer, reset };
}
