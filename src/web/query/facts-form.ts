/** The facts as they are being typed (R33), and what was said about them: by the service's own rules, before any work is done for it. */
import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue';
import { demandQuestion } from '../../lookups/lookup.ts';
import { DomainError, type PlacedFault } from '../../shared/errors.ts';
import type { Facts, Trouble } from './service.ts';

/** In the order of the form. */
export const FACTS = ['number', 'idNumber', 'phone', 'requester', 'purpose'] as const;
export type FactName = (typeof FACTS)[number];

/** Why a field is refused: it is empty, or the rule's own sentence. */
export type FieldFault = { readonly kind: 'missing' } | { readonly kind: 'wrong'; readonly detail: string };
type Faults = Readonly<Partial<Record<FactName, FieldFault>>>;

export interface FactsForm {
  readonly facts: Record<FactName, string>;
  readonly faults: Ref<Faults>;
  /** True when the number is one of a paper certificate (R30, R31). */
  readonly isPaper: Ref<boolean>;
  /** What is wrong apart from single fields. */
  readonly trouble: Ref<Trouble | undefined>;
  readonly isComplete: ComputedRef<boolean>;
  /** True when nothing is wrong with the facts as such; otherwise it is said. */
  readonly judge: () => boolean;
  readonly say: (trouble: Trouble) => void;
  /** What was said of that field is withdrawn, for the person is changing it; of all fields, without a name. */
  readonly forgive: (name?: FactName) => void;
  readonly reset: () => void;
}

/** An empty form; it keeps what is typed for as long as the page is open. */
export function useFacts(): FactsForm {
  const facts = reactive(noFacts());
  const faults = ref<Faults>({});
  const isPaper = ref(false);
  const trouble = ref<Trouble>();

  function say(said: Trouble): void {
    isPaper.value = said.code === 'PAPER_CERTIFICATE';
    faults.value = byField(said.faults);
    if (!isPaper.value && Object.keys(faults.value).length === 0) trouble.value = said;
  }

  function judge(): boolean {
    forgive();
    faults.value = missing(facts);
    if (Object.keys(faults.value).length > 0) return false;
    try {
      demandQuestion(facts, { at: Math.floor(Date.now() / 1000) });
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      say({ code: error.code, detail: error.detail, faults: error.placed });
      return false;
    }
  }

  function forgive(name?: FactName): void {
    trouble.value = undefined;
    if (name === undefined || name === 'number') isPaper.value = false;
    const others = Object.entries(faults.value).filter(([each]) => name !== undefined && each !== name);
    faults.value = Object.fromEntries(others);
  }

  function reset(): void {
    Object.assign(facts, noFacts());
    forgive();
  }

  const isComplete = computed(() => Object.keys(missing(facts)).length === 0);
  return { facts, faults, isPaper, trouble, isComplete, judge, say, forgive, reset };
}

function noFacts(): Record<FactName, string> {
  return { number: '', idNumber: '', phone: '', requester: '', purpose: '' };
}

function missing(facts: Facts): Faults {
  const empty = FACTS.filter(name => facts[name].trim() === '');
  return Object.fromEntries(empty.map(name => [name, { kind: 'missing' }]));
}

function byField(faults: readonly PlacedFault[]): Faults {
  const named = faults.flatMap(({ pointer, detail }) => {
    const name = FACTS.find(each => pointer === `/${each}`);
    return name === undefined ? [] : [[name, { kind: 'wrong', detail }] as const];
  });
  return Object.fromEntries(named.reverse()); // of several faults of one field the first is said
}
