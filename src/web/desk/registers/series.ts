/** The series of titles as the service has them today, for choosing and for naming. */
import { computed, type ComputedRef } from 'vue';
import type { TitleList } from '../../../shared/shapes/shapes.ts';
import { useAsked } from '../../shared/asked.ts';

export interface SeriesNames {
  readonly options: ComputedRef<readonly { readonly value: string; readonly name: string }[]>;
  readonly nameOf: (code: string) => string;
}

export function useSeries(): SeriesNames {
  const titles = useAsked<TitleList>(() => ({ path: '/api/titles' }));
  const options = computed(() =>
    (titles.value.value?.series ?? []).map(({ code, name }) => ({ value: code, name: `${code} ${name}` })),
  );
  const nameOf = (code: string): string =>
    titles.value.value?.series.find(series => series.code === code)?.name ?? code;
  return { options, nameOf };
}
