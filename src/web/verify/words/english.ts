/** The verify page in English, for visitors; what is signed stays Chinese. */
import { LEVEL_NAMES } from '../../../certificate/level.ts';
import { clockTimeAt, dateAt, type Instant } from '../../../shared/time.ts';
import type { Words } from './words.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export const english: Words = {
  lang: 'en',
  otherLanguage: '中文',
  page: 'Professional title certificate check',
  verdicts: {
    valid: {
      headline: 'Valid',
      advice: 'Genuine signature, in force by the latest status. Compare every field below.',
    },
    'valid-as-of': {
      headline: 'Genuine signature',
      advice: 'Later changes of the status are not reflected here. Check again when online.',
    },
    'status-unknown': {
      headline: 'Signature only; latest status not known',
      advice:
        'The signature is genuine, but whether it is still in force could not be established. Check again when online.',
    },
    suspended: {
      headline: 'Suspended, under review',
      advice: 'The issuer is reviewing this certificate; it must not be used meanwhile.',
    },
    revoked: { headline: 'Revoked', advice: 'The issuer has revoked this certificate.' },
    superseded: {
      headline: 'Replaced by a newer version',
      advice: 'This version is no longer used. Ask the holder for the new one.',
    },
    expired: {
      headline: 'Use copy has expired',
      advice: 'This copy must not be used any more. Ask the holder for a new one.',
    },
    'not-ours': {
      headline: 'Not issued by this system',
      advice: 'No signature of this system was found; do not take it for an electronic title certificate.',
    },
    invalid: {
      headline: 'Failed verification',
      advice: 'The content may have been altered. Do not rely on it; ask for the original.',
    },
    unreadable: {
      headline: 'The code cannot be read',
      advice: 'It is damaged or altered and proves nothing. Scan it again or ask for a clear copy.',
    },
    checking: { headline: 'Checking…', advice: 'One moment.' },
    unavailable: {
      headline: 'Cannot check at the moment',
      advice:
        'What is needed for checking could not be fetched. Nothing was established. Go online and try again.',
    },
    'clock-wrong': {
      headline: 'The clock of this device seems wrong',
      advice:
        'The signature is genuine, but dated after this device’s present. Set date and time, go online and check again.',
    },
    unsupported: {
      headline: 'This browser cannot check',
      advice: 'It cannot verify digital signatures. Nothing was established. Update it or use another phone.',
    },
  },
  keyRevoked: {
    headline: 'Signing key revoked',
    advice:
      'The key that signed this was revoked: do not rely on it. The holder can ask the issuer for a new version.',
  },
  keyRevokedRenewed: {
    headline: 'Signing key revoked',
    advice:
      'The key that signed this was revoked: do not rely on it. This number has a newer version; ask the holder for it.',
  },
  validCopy: {
    headline: 'Use copy is valid',
    advice:
      'Genuine signature, in force by the latest status. Only for the purpose below; compare every field.',
  },
  asOf: at => `Genuine signature; status as recorded at ${minuteOf(at)} (could not be checked online now)`,
  early: at => `Genuine signature; status as recorded at ${minuteOf(at)}`,
  earlyNote: 'Asking for the newest status. Wait for the final verdict.',
  testBanner: 'TEST CERTIFICATE, no legal effect',
  fieldsTitle: 'Compare with the paper',
  fields: {
    name: 'Name',
    gender: 'Sex',
    idNumber: 'ID number',
    submittingUnit: 'Submitting unit',
    qualification: 'Title',
    series: 'Series',
    specialty: 'Specialty',
    level: 'Level',
    reviewBody: 'Review body',
    obtainedOn: 'Obtained on',
    certificateNumber: 'Number',
    version: 'Version',
    issuedAt: 'Issued on',
  },
  level: level => `${LEVEL_NAMES[level]} (${level})`,
  date: date => date,
  day: dateAt,
  version: version => `Version ${version}`,
  printedAs: printed => `Printed as: ${printed}`,
  rareTitle: 'Rare characters of the name',
  rareAdvice: 'Printed as pinyin; the review body writes them by hand and stamps. Compare the handwriting:',
  rareMissing: 'An empty box means this device has no font for the character; compare by the code.',
  compare: 'Compare name and number with the holder’s identity card.',
  conversions: 'Screenshots, photographs and conversions are not valid; only the result on this page counts.',
  statusAge: (taken, now) => `Status of ${minuteOf(taken)}, ${englishAge(now - taken)}`,
  checkedAt: at => `Checked at ${clockTimeAt(at)} (UTC+8)`,
  again: 'Check again',
  print: 'Print',
  feedback: 'Something wrong? Report it to the bureau',
  refused:
    'The server gave material that contradicts what this device has seen before (older, altered or another root key); it was not used. Try another network; if it stays so, contact the issuer.',
  otherRoot: fingerprint =>
    `The server has another root key than the one this device has pinned; it was not used, and what was kept before still serves. If the issuer has announced a new root, compare its fingerprint by a notice or by telephone: ${fingerprint}. If every digit agrees, clear this site’s data in the browser’s settings and open the page anew; if not, it is an impostor: contact the issuer.`,
  homeTitle: 'Check a title certificate',
  homeLead:
    'Scan the code on the certificate: the issuer’s digital signature and the present status are checked at once.',
  scan: 'Scan the code',
  scanNote: 'With the camera of this device',
  file: 'Choose a picture or PDF',
  fileNote: 'Photo, screenshot or the electronic certificate',
  pasteLabel: 'Paste the text or link of the code',
  pasteHint: 'You can also paste a picture anywhere on this page, or drop a file.',
  pasteButton: 'Check',
  drop: 'Release to check',
  another: 'Check another certificate',
  others: 'No code at hand? Check another person’s certificate',
  othersNote: 'By ID number, certificate number and reserved phone, or by the holder’s share code',
  paperTitle: 'Paper certificates',
  paper:
    'Paper certificates from before 2020 are not covered by this system and remain valid. Ask the authority that issued them; it also replaces lost ones.',
  ownNumber:
    'This is a certificate number. A number alone cannot be checked: scan the code, or check another person’s certificate.',
  keeps: (taken, now) =>
    `Works offline: this device keeps what checking needs, status of ${minuteOf(taken)} (${englishAge(now - taken)}).`,
  keepsNothing:
    'This browser does not let the page keep anything: it works online as usual, not offline, and leaves no trace.',
  keptRefused: 'What this device kept for checking is damaged or was altered; it was not used. Go online.',
  clockWrong: ahead =>
    `The clock of this device is about ${englishSpan(Math.abs(ahead))} ${ahead > 0 ? 'fast' : 'slow'}. Please set it. The server’s time was used.`,
  clockSuspect: 'The clock of this device may be wrong: the status seems to come from the future.',
  outsideTitle: 'Open in a browser',
  outside: {
    wechat: 'Tap “···” at the top right, then “Open in Browser” (“Open in Safari” on iPhone).',
    alipay: 'Tap “···” at the top right, then “Open in Browser”.',
    qq: 'Tap the menu at the top right, then “Open in Browser”.',
    dingtalk: 'Tap “···” at the top right, then “Open in Browser”.',
    weibo: 'Tap “···” at the top right, then “Open in Browser”.',
    other: 'Open this page in the browser of your phone, or scan again with its camera.',
  },
  camera: {
    title: 'Scan the code',
    starting: 'Opening the camera…',
    aim: 'Put the code into the frame; it is read by itself',
    torchOn: 'Light on',
    torchOff: 'Light off',
    change: 'Other camera',
    stop: 'Stop scanning',
    paused: 'The page is not in front; the camera is off.',
    resume: 'Go on scanning',
    foreign: 'Not a code of this system',
    judge: 'Show the verdict on this code',
    faults: {
      refused:
        'The camera was not allowed. Allow it in the browser’s settings for this site and try again, or use a picture.',
      absent: 'No camera was found. Use a device with a camera, or choose a picture.',
      busy: 'Another program is using the camera. Close it and try again.',
      insecure:
        'This address is not secure (https), so the browser forbids the camera. Use https, or a picture.',
      unsupported: 'This browser has no access to a camera. Use the phone’s own browser, or a picture.',
      failed: 'The camera did not open. Try again, or choose a picture.',
    },
  },
  reading: (name, pages) =>
    pages === undefined ? `Reading ${name}…` : `Reading ${name}: page ${pages.read} of ${pages.all}`,
  readFaults: {
    none: 'No readable code was found. See that it is whole, sharp and without glare, and try again.',
    locked: 'This PDF has a password. Remove it and try again.',
    broken: 'This is no readable picture or PDF. Choose a PNG, JPEG, WebP or PDF file.',
    large: 'The file is too large. Choose one within 40 MB and 64 megapixels.',
    slow: 'Reading took too long. Keep only the page with the certificate and try again.',
    failed: 'The reader could not be loaded. Go online and try again, or scan with the phone’s camera.',
  },
  firstPages: ({ all, read }) => `Of ${all} pages only the first ${read} were looked at.`,
  severalTitle: count => `${count} different codes found`,
  severalAdvice: 'Each has its own verdict. Compare with the paper and open them one by one.',
  crowded: 'There are too many codes on one page: some may not have been read. Check them in parts.',
  testMark: 'TEST',
  onPage: page => `Page ${page}`,
  show: 'Show',
  back: 'Back to the list',
  fileTitle: 'Electronic file',
  original: {
    original: 'Original electronic file, seal intact',
    'not-original':
      'Not the original electronic file (screenshots, photographs and conversions are not valid); only the result of this system counts',
    unknown: 'Whether this is the original electronic file cannot be told now',
  },
  fileBeside: 'This is about the file only; whether the certificate is valid is the verdict on its code.',
  inertTitle: 'Content of the code (shown only; do not open it)',
  inertLeft: left => `… and ${left} more characters`,
  leadsTo: host => `This link really leads to ${host}, which is not this system.`,
  useTitle: copy => `Use copy (no. ${copy})`,
  useFields: {
    purpose: 'Only for',
    recipient: 'Given to',
    validThrough: 'Valid through',
    madeOn: 'Copy made on',
  },
  useLine: use =>
    `Use copy: only for ${use.purpose}, given to ${use.recipient}, valid through ${use.validThrough}`,
  useAdvice: 'Another purpose, another recipient or a later day is not covered by this copy.',
  useDates:
    'The copy was made on that day; it is not the day of issue. That day is shown when the code of the certificate itself is checked.',
  share: 'Share',
  shared: 'Copied, ready to paste',
  shareRefused: 'The browser refused; print it or take a screenshot',
  shareText: facts =>
    [
      `${facts.isTest ? '[TEST, no legal effect] ' : ''}Title certificate check: ${facts.headline}`,
      `Number ${facts.number}, holder ${facts.maskedName}, ${facts.title}`,
      ...(facts.use ? [english.useLine(facts.use)] : []),
      `Checked at ${clockTimeAt(facts.at)} (UTC+8)`,
      `Hearsay proves nothing: scan the code on the certificate yourself at ${facts.page}`,
    ].join('\n'),
  printTitle: 'Title certificate check: result',
  technical: 'Technical report',
  checkColumn: 'Check',
  outcomeColumn: 'Outcome',
  checks: {
    read: 'Code',
    structure: 'Structure',
    issuer: 'Issuer and key',
    signature: 'Signature',
    dates: 'Dates and key window',
    status: 'Revocation, suspension, replacement',
  },
  outcomes: { pass: 'passed', fail: 'failed', unknown: 'not checked' },
  reasons: {
    NOT_A_CODE: 'not a code of this system',
    NUMBER_ALONE: 'a certificate number alone, no code',
    PAPER_NUMBER: 'number of a paper certificate, not covered by this system',
    FOREIGN_HOST: 'link to another site',
    CANNOT_BE_READ: 'no certificate can be restored from it',
    BAD_LENGTH: 'length',
    BAD_TEXT: 'encoding',
    BAD_HEADER: 'token header',
    BAD_JSON: 'content format',
    BAD_SHAPE: 'fields',
    FOREIGN_ISSUER: 'another issuer',
    UNKNOWN_KEY: 'key not in the manifest',
    BAD_SIGNATURE: 'signature does not fit the content',
    NOT_YET_VALID: 'issued in the future; check the clock of this device',
    OUTSIDE_KEY_WINDOW: "issued outside the key's window",
    KEY_REVOKED: 'signing key revoked',
    LIST_MISSING: 'no status list',
    LIST_EXPIRED: 'status list expired',
    LIST_FROM_FUTURE: 'status list from the future; check the clock of this device',
    LIST_STALE: 'status list not the latest',
    REVOKED: 'revoked',
    SUSPENDED: 'suspended',
    SUPERSEDED: 'replaced',
    USE_ENDED: 'use copy has expired',
  },
  key: 'Signing key',
  form: 'QR form',
  jwt: 'Credential (JWT)',
  copy: 'Copy credential',
  copied: 'Copied',
  copyRefused: 'The browser refused; select it by hand',
  wholeReport: 'Whole report (JSON)',
  footer: 'The signature is checked on your device; the content of the certificate is not uploaded.',
};

function minuteOf(at: Instant): string {
  return clockTimeAt(at).slice(0, 16);
}

function englishAge(seconds: number): string {
  return seconds < MINUTE ? 'just now' : `${englishSpan(seconds)} ago`;
}

function englishSpan(seconds: number): string {
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  return seconds < DAY ? `${Math.floor(seconds / HOUR)} h` : `${Math.floor(seconds / DAY)} d`;
}
