/** Short ways to ask what a verifier says of a text: its verdict, and the first check that did not simply pass. */
import { readTrust, type Memory, type TrustDocument } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { makeIssuer, type TestIssuer } from '../support/issuer.ts';

/** `valid`, or verdict and reason, such as `invalid BAD_HEADER`. */
export async function verdictOn(text: string, issuer: TestIssuer, changes: Seen = {}): Promise<string> {
  const trust = await readTrust(changes.trust ?? issuer.trust, changes.memory);
  const report = await verify(text, trust, changes.at ?? issuer.at);
  const reason = report.checks.find(check => check.reason !== undefined)?.reason;
  return reason === undefined ? report.verdict : `${report.verdict} ${reason}`;
}

export interface Seen {
  readonly trust?: TrustDocument;
  readonly memory?: Memory;
  readonly at?: number;
}

/** One issuer for a whole test file: nothing about it ever changes. */
export const bureau = makeIssuer();
