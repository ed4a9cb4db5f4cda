/** Findings and questions as clients, holders and the bureau are shown them: names and ID numbers masked (R35). */
import { maskId, maskName } from '../accounts/person-id.ts';
import type { ApiClient } from '../clients/client.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { PAPER_WORDS } from '../lookups/lookup.ts';
import { REASONS, standingWord, type CertificateState, type StatusChange } from '../revocation/state.ts';
import type {
  ClientQueryList,
  NewestVersion,
  OwnQueryList,
  RegisteredCertificate,
  RegistrationAnswer,
  RegistrationMatch,
  RegistrationNoMatch,
  RegistrationResult,
} from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import { PURPOSE_WORDS } from './purpose.ts';
import type { Finding, Found, Newest, Query } from './query.ts';

export function answerView(findings: readonly Finding[], at: Instant): RegistrationAnswer {
  return { at: isoAt(at), results: findings.map(resultView) };
}

function resultView({ outcome, found, report }: Finding): RegistrationResult {
  if (outcome === 'paper') return { outcome, detail: PAPER_WORDS };
  if (!found) {
    const verdict =
      report?.verdict === 'not-ours' || report?.verdict === 'invalid' ? report.verdict : undefined;
    return { outcome: 'no-match', ...(verdict ? { verdict } : {}) } satisfies RegistrationNoMatch;
  }
  return {
    outcome: 'match',
    certificate: certificateView(found),
    verdict: report ? (report.verdict as Verdict) : verdictOf(found), // of a credential, the others are no match
    ...(report?.use ? { use: report.use } : {}),
    ...(found.newest ? { newest: newestView(found.newest) } : {}),
  };
}

type Verdict = RegistrationMatch['verdict'];

const VERDICTS: Readonly<Record<CertificateState, Verdict>> = {
  VALID: 'valid',
  SUSPENDED: 'suspended',
  SUPERSEDED: 'superseded',
  REVOKED: 'revoked',
  CANCELLED: 'revoked',
};

/** What verifiers say of that version's own code, as soon as the lists say what the register says. */
function verdictOf({ state, keyRevokedAt }: Found): Verdict {
  return keyRevokedAt === undefined ? VERDICTS[state] : 'invalid';
}

function newestView({ version, state, keyRevokedAt }: Newest): NewestVersion {
  const isShown = keyRevokedAt === undefined;
  return {
    version,
    state,
    stateName: standingWord(state, keyRevokedAt),
    ...(isShown ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
    detail: isShown
      ? `已换发第 ${version} 版，请持证人出示新版证书，或以证书编号和证件号码核验。`
      : `第 ${version} 版的签名密钥已作废，二维码查验不通过，请待换发后再核验。`,
  };
}

function certificateView(found: Found): RegisteredCertificate {
  const { certificate, application, state, change, keyRevokedAt } = found;
  const { number, version } = certificate;
  const { name, idNumber, qualification, level, series, specialty, reviewBody, obtainedOn } = application;
  return {
    number,
    version,
    state,
    stateName: standingWord(state, keyRevokedAt),
    ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
    ...(change ? changeView(change) : {}),
    name: maskName(name),
    idNumber: maskId(idNumber),
    qualification,
    level,
    levelName: LEVEL_NAMES[level],
    series,
    specialty,
    reviewBody,
    obtainedOn,
  };
}

/** Reason and decision: authorised bodies see them, the public does not (domain §5.2). */
function changeView(change: StatusChange): Partial<RegisteredCertificate> {
  const { at, reason, document, until, invalidFrom } = change;
  return {
    since: isoAt(at),
    ...(reason === 'NOT_UPHELD' ? {} : { reason, reasonName: REASONS[reason] }), // that one ends a suspension
    ...(document === undefined ? {} : { document }),
    ...(until === undefined ? {} : { suspendedUntil: isoAt(until) }),
    ...(invalidFrom === undefined ? {} : { invalidFrom }),
  };
}

/** @param lookers the clients behind the questions, with their organisations' names */
export function ownQueriesView(
  page: readonly Query[],
  limit: number,
  lookers: ReadonlyMap<string, { readonly client: ApiClient; readonly organisation: string }>,
): OwnQueryList {
  return {
    items: page.map(({ at, clientId, purpose, note, number, askedBy }) => ({
      at: isoAt(at),
      organisation: lookers.get(clientId)?.organisation ?? '',
      system: lookers.get(clientId)?.client.name ?? '',
      purpose,
      purposeName: PURPOSE_WORDS[purpose],
      ...(note === undefined ? {} : { note }),
      number: number ?? '',
      askedBy,
    })),
    next: nextOf(page, limit),
  };
}

export function clientQueriesView(page: readonly Query[], limit: number): ClientQueryList {
  return {
    items: page.map(({ at, purpose, note, number, version, askedBy, outcome }) => ({
      at: isoAt(at),
      purpose,
      purposeName: PURPOSE_WORDS[purpose],
      ...(note === undefined ? {} : { note }),
      ...(number === undefined ? {} : { number }),
      ...(version === undefined ? {} : { version }),
      askedBy,
      outcome,
    })),
    next: nextOf(page, limit),
  };
}

function nextOf(page: readonly Query[], limit: number): string | null {
  return page.length < limit ? null : (page.at(-1)?.id ?? null);
}
