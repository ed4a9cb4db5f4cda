/** The page's words for readers of English. Values, messages to the holder and place names stay Chinese: they are what is on record. */
import { LEVEL_NAMES } from '../../certificate/level.ts';
import { clockTimeAt } from '../../shared/time.ts';
import type { FactName } from './facts-form.ts';
import type { Trouble } from './service.ts';
import { chinese, type Words } from './words.ts';

const CHECK: Readonly<Record<FactName, string>> = {
  number: 'One digit of the number seems wrong. Compare it with the certificate.',
  idNumber: 'This is no valid ID number. Enter all 18 characters as on the identity document.',
  phone: 'This is no mainland mobile number. Enter its 11 digits.',
  requester: 'Use 2 to 60 letters or Chinese characters; no links, long numbers or special signs.',
  purpose: 'Use 2 to 100 letters or Chinese characters; no links, long numbers or special signs.',
};

const TROUBLES: Readonly<Partial<Record<Trouble['code'], string>>> = {
  OFFLINE: 'The service could not be reached. Nothing you typed is lost; check the network and try again.',
  CODE_WRONG: 'The code is wrong or no longer valid. Check it with the holder, or ask anew.',
  CHALLENGE_INVALID: 'The security check has expired. Please submit again.',
  SHARE_CODE_INVALID: 'This share code is not valid: mistyped, ended or withdrawn. Ask the holder.',
  OVERLOADED: 'The service is busy. Try again in a moment.',
};

export const english: Words = {
  lang: 'en',
  otherLanguage: '中文',
  site: 'Certificate check',
  page: "Check another person's certificate",
  lead: "Another person's electronic title certificate is shown with that person's consent only.",
  tabsLabel: 'Way of checking',
  tabs: {
    facts: { headline: 'Three facts', advice: 'The holder gets a code and tells you' },
    share: { headline: 'Share code', advice: 'The holder gave you a code or link' },
  },
  steps: ['Fill in', 'Holder consents', 'Result'],
  factsTitle: 'The certificate',
  factsAdvice: 'All three must belong to the same certificate.',
  askerTitle: 'Who asks, and why',
  askerAdvice: 'Stands in the message to the holder, and in a record that the holder can see.',
  fields: {
    number: {
      label: 'Certificate number',
      hint: '1 letter and 13 digits',
      missing: 'Enter the certificate number.',
    },
    idNumber: {
      label: 'ID number of the holder',
      hint: 'Of the identity card or permit',
      missing: 'Enter the ID number of the holder.',
    },
    phone: {
      label: 'Reserved phone of the holder',
      hint: 'The code is sent to this phone',
      missing: 'Enter the mobile number that the holder reserved.',
    },
    requester: {
      label: 'Who asks',
      hint: 'Your name or organisation',
      missing: 'Say who asks: your name or organisation.',
    },
    purpose: {
      label: 'Purpose',
      hint: 'A few words',
      missing: 'Say why you ask, such as: recruitment.',
    },
  },
  purposes: [
    ['招聘核验', 'recruitment'],
    ['岗位聘任核验', 'appointment to a post'],
    ['资质申报核验', 'licence of a company'],
    ['项目投标核验', 'bid for a project'],
  ],
  purposesLabel: 'Common purposes',
  messageTitle: 'The message that the holder will get',
  message: chinese.message,
  somebody: chinese.somebody,
  somePurpose: chinese.somePurpose,
  ask: 'Submit',
  proving: {
    headline: 'Security check',
    advice: 'Your device is doing a short computation that hinders mass guessing; a few seconds as a rule.',
  },
  cancel: 'Cancel',
  fault: (name, fault) => (fault.kind === 'missing' ? english.fields[name].missing : CHECK[name]),
  trouble: ({ code, retryAfterSeconds }) => {
    if (code !== 'TOO_MANY_ATTEMPTS')
      return (
        TROUBLES[code] ?? 'The service gave no proper answer. Nothing you typed is lost; try again later.'
      );
    return `Too many attempts. Try again ${retryAfterSeconds === undefined ? 'later' : `in ${englishWait(retryAfterSeconds)}`}.`;
  },
  paper: {
    headline: 'This looks like the number of a paper certificate',
    advice:
      'Paper certificates are not covered here and remain valid. Please ask the authority that issued it, also for a replacement.',
    ours: 'If it is an electronic certificate: its number is 1 letter (A to E) and 13 digits. Compare it with the certificate.',
    back: 'Check the number',
  },
  resume: left => `A lookup is waiting for its code, ${left} left.`,
  resumeButton: 'Enter the code',
  codeTitle: 'Enter the code',
  codeAdvice:
    "If the three facts agree, a code was sent to the holder's reserved phone. Contact the holder; whoever consents tells you the 6 digits.",
  codeLabel: '6-digit code',
  codeMalformed: 'The code has 6 digits. Please complete it.',
  timeLeft: 'Time left',
  triesLeft: tries => (tries === 1 ? '1 try left' : `${tries} tries left`),
  show: 'Show the result',
  noCode: 'The holder got no code?',
  noCodeReasons: [
    'One of the three facts may be wrong. Check them and submit again.',
    'A phone gets at most one code a minute and ten a day. Submit again later.',
    'After submitting again, earlier codes do not serve; use the newest.',
    'To protect the holder, this page does not tell which it is.',
  ],
  again: 'Submit the same again',
  againIn: seconds => `Submit again in ${seconds} s`,
  change: 'Change the facts',
  over: {
    time: {
      headline: 'The code has expired',
      advice: 'A code is good for 5 minutes. What you typed is still here; you can submit again.',
    },
    tries: {
      headline: 'This lookup is void',
      advice: 'The code was wrong 5 times. Check with the holder and submit again for a new code.',
    },
  },
  share: {
    headline: 'Enter the share code',
    advice:
      'Made by the holder for a purpose and a time; no further code is needed. The holder sees each opening.',
    label: 'Share code',
    hint: '16 letters and digits; case and hyphens do not matter',
    malformed: 'A share code has 16 letters and digits. Compare it with what the holder gave you.',
  },
  open: 'Show the certificate',
  opening: 'Opening…',
  states: {
    VALID: {
      headline: 'Valid',
      advice: 'This is the newest record. Compare it with certificate and ID card.',
    },
    SUSPENDED: {
      headline: 'Suspended, under review',
      advice: 'The issuer is reviewing this certificate; it must not be used meanwhile.',
    },
    SUPERSEDED: {
      headline: 'Replaced by a newer version',
      advice: 'This version is no longer used. Ask the holder for the new one.',
    },
    REVOKED: { headline: 'Revoked', advice: 'The issuer has revoked this certificate.' },
    CANCELLED: { headline: 'Cancelled', advice: 'The issuer has cancelled this certificate.' },
    KEY_REVOKED: {
      headline: 'Signing key revoked',
      advice:
        'This version does not verify: do not rely on it. The title stands; ask again when the issuer has signed the next version.',
    },
  },
  testBanner: 'TEST CERTIFICATE, no legal effect',
  since: at => `since ${clockTimeAt(at).slice(0, 16)}`,
  askedAt: at => `Asked at ${clockTimeAt(at)} (UTC+8)`,
  sharedFor: (purpose, through) =>
    `Shared by the holder for “${purpose}” only, until ${through}; other uses are not consented to.`,
  askedBy: (requester, purpose) => `Asked by ${requester} for “${purpose}”; the holder consented.`,
  claimsTitle: 'The certificate',
  claims: {
    name: 'Name',
    idNumber: 'ID number',
    submittingUnit: 'Submitting unit',
    qualification: 'Title',
    series: 'Series',
    specialty: 'Specialty',
    level: 'Level',
    reviewBody: 'Review body',
    obtainedOn: 'Obtained on',
    number: 'Number',
    version: 'Version',
  },
  level: level => `${LEVEL_NAMES[level]} (${level})`,
  date: date => date,
  version: version => `Version ${version}`,
  printedAs: printed => `Printed as: ${printed}`,
  rareTitle: 'Rare characters of the name',
  rareAdvice: 'Printed as pinyin; the review body writes them by hand and stamps. Compare the handwriting:',
  verifyTitle: 'Check the signature yourself',
  verifyAdvice: "Opens the check page with this certificate's own code: your device verifies the signature.",
  verifyLink: 'Verify on this device',
  print: 'Print',
  feedback: 'Something wrong? Report it to the bureau',
  another: 'Check another certificate',
  duty: 'Use the result for the stated purpose only, and do not pass it on.',
  aside: {
    headline: 'Is the certificate at hand?',
    advice: 'Scan its QR code: no code from the holder is needed.',
    link: 'Scan and check',
  },
  privacy:
    'What you type serves this lookup only; ID number and phone are not kept in its record. Who asked, when and why is shown to the holder.',
};

function englishWait(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
