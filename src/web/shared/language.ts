/** The reader's language, remembered on this device for every public page. Where nothing can be kept, Chinese comes first again. */

export type Language = 'zh-CN' | 'en';

const KEY = 'zhicheng.language';

/** Chinese unless English was chosen on this device before. */
export function rememberedLanguage(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN'; // a browser that keeps nothing, not even for reading
  }
}

/** The choice holds for the next visit, where the browser keeps anything. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // full or forbidden: the choice holds for this page
  }
}
