/** The five levels of professional title and their letters (R25). Pure. */

export const LEVELS = ['A', 'B', 'C', 'D', 'E'] as const;
/** Letter that opens the certificate number: A 正高级, B 副高级, C 中级, D 助理级, E 员级. */
export type Level = (typeof LEVELS)[number];

export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  A: '正高级',
  B: '副高级',
  C: '中级',
  D: '助理级',
  E: '员级',
};
