/**
 * Makes src/shared/shapes/ from the schemas: TypeScript types, and validators as plain code (no eval, so that a page under a
 * strict CSP can run them). Run by `npm run shapes`; the output is never edited and not in git.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { compile } from 'json-schema-to-typescript';

const here = new URL('./', import.meta.url);
const out = new URL('../src/shared/shapes/', here);
/** Shapes whose validators are compiled; the others exist for documents and types. */
const VALIDATED = {
  isTitlePayload: 'title-payload.json',
  isKeyManifest: 'key-manifest.json',
  isSignerKeyWanted: 'signer-key-wanted.json',
  isSignerKey: 'signer-key.json',
  isSignerOrder: 'signer-order.json',
  isSignerSignature: 'signer-signature.json',
  isStatusListPayload: 'status-list-payload.json',
  isTrustDocument: 'trust.json',
  isTrustState: 'trust-state.json',
  isStatusAt: 'status-at.json',
  isStapledRequest: 'stapled-request.json',
  isStapledReport: 'stapled-report.json',
  isStapledList: 'stapled-list.json',
  isStatusListVersionList: 'status-list-version-list.json',
  isAuditState: 'audit-state.json',
  isCheckpoint: 'checkpoint.json',
  isVerifyRequest: 'verify-request.json',
  isVerificationReport: 'verification-report.json',
  isChangeWanted: 'change-wanted.json',
  isChangeDecision: 'change-decision.json',
  isChangeView: 'change-view.json',
  isChangeSheetChecked: 'change-sheet-checked.json',
  isChangeSheetView: 'change-sheet-view.json',
  isChangeSheetList: 'change-sheet-list.json',
  isChangeSheetRows: 'change-sheet-rows.json',
  isChangeSheetDecision: 'change-sheet-decision.json',
  isCertificateRecord: 'certificate-record.json',
  isBatchSummary: 'batch-summary.json',
  isChangeList: 'change-list.json',
  isCategoryReport: 'category-report.json',
  isStaffSignIn: 'staff-sign-in.json',
  isHolderCodeRequest: 'holder-code-request.json',
  isHolderCodeSent: 'holder-code-sent.json',
  isHolderSignIn: 'holder-sign-in.json',
  isGrantView: 'grant-view.json',
  isSessionView: 'session-view.json',
  isSessionList: 'session-list.json',
  isPasswordChange: 'password-change.json',
  isNewGrant: 'new-grant.json',
  isNewAccount: 'new-account.json',
  isAccountSecrets: 'account-secrets.json',
  isAccountView: 'account-view.json',
  isAccountList: 'account-list.json',
  isAccountReason: 'account-reason.json',
  isHolderFreeze: 'holder-freeze.json',
  isHolderPhone: 'holder-phone.json',
  isPhoneCodeRequest: 'phone-code-request.json',
  isPhoneChange: 'phone-change.json',
  isPhoneChanged: 'phone-changed.json',
  isOrganisationView: 'organisation-view.json',
  isOrganisationList: 'organisation-list.json',
  isNewOrganisation: 'new-organisation.json',
  isNewCapacity: 'new-capacity.json',
  isOrganisationLinkView: 'organisation-link-view.json',
  isOrganisationLinkList: 'organisation-link-list.json',
  isNewOrganisationLink: 'new-organisation-link.json',
  isLastDay: 'last-day.json',
  isEmploymentView: 'employment-view.json',
  isEmploymentList: 'employment-list.json',
  isOwnEmploymentList: 'own-employment-list.json',
  isNewEmployment: 'new-employment.json',
  isCalendarYearEntry: 'calendar-year-entry.json',
  isCalendarYearView: 'calendar-year-view.json',
  isDeadlines: 'deadlines.json',
  isCommitteeNew: 'committee-new.json',
  isCommitteeView: 'committee-view.json',
  isCommitteeList: 'committee-list.json',
  isEntitlementNew: 'entitlement-new.json',
  isEntitlementView: 'entitlement-view.json',
  isEntitlementList: 'entitlement-list.json',
  isReviewSheetRequest: 'review-sheet-request.json',
  isDecisionRequest: 'decision-request.json',
  isDecisionAnswer: 'decision-answer.json',
  isDecisionBulk: 'decision-bulk.json',
  isDecisionResults: 'decision-results.json',
  isDecisionList: 'decision-list.json',
  isUploadRequest: 'upload-request.json',
  isBatchRelease: 'batch-release.json',
  isBatchApproval: 'batch-approval.json',
  isBatchList: 'batch-list.json',
  isBatchView: 'batch-view.json',
  isBatchItemPage: 'batch-item-page.json',
  isIssuanceSwitch: 'issuance-switch.json',
  isIssuanceState: 'issuance-state.json',
  isAttachmentView: 'attachment-view.json',
  isAttachmentList: 'attachment-list.json',
  isAttachmentAdded: 'attachment-added.json',
  isAttachmentRemoved: 'attachment-removed.json',
  isApplicationContent: 'application-content.json',
  isApplicationNew: 'application-new.json',
  isPrintedNameRequest: 'printed-name-request.json',
  isPrintedName: 'printed-name.json',
  isSubmittingUnit: 'submitting-unit.json',
  isTitleList: 'title-list.json',
  isApplicationWrite: 'application-write.json',
  isApplicationStep: 'application-step.json',
  isApplicationDecline: 'application-decline.json',
  isApplicationWithdrawal: 'application-withdrawal.json',
  isApplicationSearch: 'application-search.json',
  isApplicationSummary: 'application-summary.json',
  isApplicationList: 'application-list.json',
  isApplicationCounts: 'application-counts.json',
  isApplicationView: 'application-view.json',
  isRosterTaken: 'roster-taken.json',
  isRosterExamTaken: 'roster-exam-taken.json',
  isRosterCorrections: 'roster-corrections.json',
  isRosterChecked: 'roster-checked.json',
  isRosterList: 'roster-list.json',
  isAuditList: 'audit-list.json',
  isLookList: 'look-list.json',
  isCollectionMaking: 'collection-making.json',
  isCollectionCertificate: 'collection-certificate.json',
  isCollectionList: 'collection-list.json',
  isStaffCertificatePage: 'staff-certificate-page.json',
  isStaffCertificateExport: 'staff-certificate-export.json',
  isLookupChallenge: 'lookup-challenge.json',
  isLookupRequest: 'lookup-request.json',
  isLookupAsked: 'lookup-asked.json',
  isLookupCode: 'lookup-code.json',
  isLookupResult: 'lookup-result.json',
  isLookupList: 'lookup-list.json',
  isFileReport: 'file-report.json',
  isFileSeal: 'file-seal.json',
  // share codes
  isShareCodeNew: 'share-code-new.json',
  isShareCodeMade: 'share-code-made.json',
  isShareCodeList: 'share-code-list.json',
  isShareCodeOpen: 'share-code-open.json',
  isShareCodeResult: 'share-code-result.json',

  // use copies
  isUseCopyPayload: 'use-copy-payload.json',
  isUseCopyNew: 'use-copy-new.json',
  isUseCopyView: 'use-copy-view.json',
  isUseCopyList: 'use-copy-list.json',
  isFeedbackNew: 'feedback-new.json',
  isFeedbackOwnNew: 'feedback-own-new.json',
  isFeedbackReceipt: 'feedback-receipt.json',
  isFeedbackReceiptAsked: 'feedback-receipt-asked.json',
  isFeedbackAnswerShown: 'feedback-answer-shown.json',
  isFeedbackOwnItem: 'feedback-own-item.json',
  isFeedbackOwnList: 'feedback-own-list.json',
  isFeedbackList: 'feedback-list.json',
  isFeedbackView: 'feedback-view.json',
  isFeedbackAnswer: 'feedback-answer.json',
  isFeedbackClose: 'feedback-close.json',

  // clients
  isClientPublicKey: 'client-public-key.json',
  isNewClient: 'new-client.json',
  isClientKey: 'client-key.json',
  isClientView: 'client-view.json',
  isClientList: 'client-list.json',

  // registrations
  isRegistrationRequest: 'registration-request.json',
  isRegistrationAnswer: 'registration-answer.json',
  isOwnQueryList: 'own-query-list.json',
  isOwnSubscriptionList: 'own-subscription-list.json',
  isClientQueryList: 'client-query-list.json',

  // webhooks
  isWebhookWanted: 'webhook-wanted.json',
  isDeliveryCourse: 'delivery-course.json',
  isWebhookView: 'webhook-view.json',
  isWebhookSecret: 'webhook-secret.json',
  isSubscriptionNew: 'subscription-new.json',
  isSubscriptionView: 'subscription-view.json',
  isSubscriptionList: 'subscription-list.json',
  isWebhookEvent: 'webhook-event.json',
  isEventItem: 'event-item.json',
  isEventList: 'event-list.json',
  isEventReplay: 'event-replay.json',
  isEventReplayed: 'event-replayed.json',
  isClientDeliveries: 'client-deliveries.json',
};
const TYPES = { ...VALIDATED, problem: 'problem.json', reviewSheet: 'review-sheet.json' };

const schemas = Object.fromEntries(
  readdirSync(here)
    .filter(name => name.endsWith('.json') && name !== 'titles.json')
    .map(name => [name, JSON.parse(readFileSync(new URL(name, here), 'utf8'))]),
);
const ajv = new Ajv2020({
  strict: true,
  strictTuple: false,
  unicodeRegExp: true,
  // people get Chinese sentences of our own: Ajv's would only be carried by every page
  messages: false,
  code: { source: true, esm: true, lines: true },
});
for (const schema of Object.values(schemas)) ajv.addSchema(schema);

// one module each: a page carries the validators that it uses and no others
rmSync(out, { recursive: true, force: true });
mkdirSync(new URL('validators/', out), { recursive: true });
for (const [guard, file] of Object.entries(VALIDATED)) {
  // nobody asks where in the schema a fault was found, only where in the value
  const code = standaloneCode.default(ajv, { [guard]: file }).replaceAll(/,schemaPath:"[^"\\]*"/g, '');
  if (/\brequire\(/.test(code))
    throw new Error(`${file}: its validator needs a run-time module, rewrite it with \`pattern\``);
  writeFileSync(
    new URL(`validators/${moduleOf(file)}.ts`, out),
    `// @ts-nocheck -- generated from schemas/\n${code}\n`,
  );
}

function moduleOf(file) {
  return file.replace(/\.json$/, '');
}

const names = new Map();
for (const file of Object.values(TYPES)) {
  const text = await compile(schemas[file], schemas[file].title, {
    bannerComment: '',
    additionalProperties: false,
    cwd: here.pathname,
    format: false,
    maxItems: 20,
  });
  for (const part of text.split(/^(?=export )/m)) {
    const name = /^export (?:type|interface) (\w+)/.exec(part)?.[1];
    if (name && !names.has(name)) names.set(name, part.replace(/\/\*\*[^/]*\*\/\s*$/, ''));
  }
}
writeFileSync(new URL('types.ts', out), `// Generated from schemas/.\n${[...names.values()].join('\n')}`);

// a guard is a module too, and what gathers them only names them: one page's guards are no other page's load
mkdirSync(new URL('guards/', out), { recursive: true });
for (const [guard, file] of Object.entries(VALIDATED)) {
  const { title } = schemas[file];
  writeFileSync(
    new URL(`guards/${moduleOf(file)}.ts`, out),
    `// Generated from schemas/.
import type { ${title} } from '../types.ts';
import { ${guard} as guard } from '../validators/${moduleOf(file)}.ts';
export const ${guard} = guard as unknown as (value: unknown) => value is ${title};
`,
  );
}
const gathered = Object.entries(VALIDATED).map(
  ([guard, file]) => `export { ${guard} } from './guards/${moduleOf(file)}.ts';`,
);
writeFileSync(
  new URL('shapes.ts', out),
  `// Generated from schemas/.\nexport type * from './types.ts';\n${gathered.join('\n')}\n`,
);
