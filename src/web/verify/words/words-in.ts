/** The words of one language; those of visitors come when somebody wants them. */
import type { Language } from '../../shared/language.ts';
import { chinese } from './chinese.ts';
import type { Words } from './words.ts';

/** Chinese where the other words did not arrive. */
export async function wordsIn(language: Language): Promise<Words> {
  if (language === 'zh-CN') return chinese;
  try {
    return (await import('./english.ts')).english;
  } catch {
    return chinese; // TypeError: offline, and never loaded before
  }
}
