/** The visitor's language, remembered in this browser under a name that all public pages share. Chinese unless chosen otherwise. */
export type Language = 'zh-CN' | 'en';

const NAME = 'zhicheng.language';

export function rememberedLanguage(): Language {
  try {
    return localStorage.getItem(NAME) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN'; // SecurityError: storage forbidden
  }
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(NAME, language);
  } catch {
    return; // SecurityError or QuotaExceededError: it is chosen again next time
  }
}
