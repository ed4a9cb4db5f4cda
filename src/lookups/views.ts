/** Lookups as the asker and the holder are shown them: ID numbers masked, to the holder nothing but what concerns them. */
import { claimsOf } from '../applications/application.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { standingWord } from '../revocation/state.ts';
import type { LookupAsked, LookupChallenge, LookupList, LookupResult } from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { LookupAnswer } from './answer-lookup.ts';
import { CHALLENGE_LIFE_SECONDS } from './challenge.ts';
import { CODE_LIFE_SECONDS, type Lookup, type LookupRules } from './lookup.ts';

export function challengeView(challenge: string, { difficultyBits }: LookupRules): LookupChallenge {
  return { challenge, difficultyBits, expiresInSeconds: CHALLENGE_LIFE_SECONDS };
}

const ASKED =
  '如所填证件号码、证书编号和预留手机号相符，验证码已发往持证人手机；请征得持证人同意，并在 5 分钟内填写。';

/** The one body for whatever became of the question. */
export function askedView(lookupId: string): LookupAsked {
  return { lookupId, expiresInSeconds: CODE_LIFE_SECONDS, detail: ASKED };
}

/** The name in full and as printed (R26): the holder has consented. */
export function resultView({
  application,
  certificate,
  state,
  since,
  keyRevokedAt,
  isTest,
  at,
}: LookupAnswer): LookupResult {
  const { number, version, qrText } = certificate;
  const claims = claimsOf(application, number);
  return {
    state,
    stateName: standingWord(state, keyRevokedAt),
    ...(keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) }),
    ...(since === undefined ? {} : { stateSince: isoAt(since) }),
    claims: {
      name: claims.name,
      ...(claims.printedName === undefined ? {} : { printedName: claims.printedName }),
      idNumber: claims.idNumber,
      submittingUnit: claims.submittingUnit,
      qualification: claims.qualification,
      series: claims.series,
      specialty: claims.specialty,
      level: claims.level,
      levelName: LEVEL_NAMES[claims.level],
      reviewBody: claims.reviewBody,
      obtainedOn: claims.obtainedOn,
    },
    number,
    version,
    ...(isTest ? { test: true } : {}),
    verifyUrl: qrText,
    at: isoAt(at),
  };
}

export function ownView(page: readonly Lookup[], limit: number): LookupList {
  return {
    items: page.map(({ createdAt, requester, purpose, number, sent, answeredAt }) => ({
      at: isoAt(createdAt),
      requester,
      purpose,
      number: number ?? '',
      codeSent: sent,
      codeGiven: answeredAt !== undefined,
      ...(answeredAt === undefined ? {} : { answeredAt: isoAt(answeredAt) }),
    })),
    next: page.length < limit ? null : (page.at(-1)?.id ?? null),
  };
}
