/** What a registration body may verify certificates for (R19): its statutory duties, by code. Pure. */

/** The words that the holder reads. */
export const PURPOSE_WORDS = {
  APPOINTMENT: '聘任聘用',
  PRACTICE_REGISTRATION: '执业注册登记',
  CONTINUING_EDUCATION: '继续教育',
  OTHER: '其他',
} as const;
export type Purpose = keyof typeof PURPOSE_WORDS;
