/** Does the work of `proof.ts` beside the page, so that the page stays alive; ended by the page when it is no longer wanted. */
import { prove } from './proof.ts';

export interface Task {
  readonly challenge: string;
  readonly difficultyBits: number;
}

export type Told = { readonly tries: number } | { readonly nonce: string };

const tell = (told: Told): void => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  const nonce = prove(data.challenge, data.difficultyBits, tries => tell({ tries }));
  tell({ nonce });
});
