/**
 * How the bureau's keys and status lists stand, warnings first: what must be done before signing stops or verifiers doubt a list that has
 * grown old. Tells dates and counts, never anything of a private key. Source: notice R16, R36; architecture §4.
 */
import { createHash } from 'node:crypto';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import type { LoadedManifest } from '../keys/keyring.ts';
import { keyId, KEY_USES, maySign, type KeyUse } from '../keys/manifest.ts';
import { listsBehind, RESIGN_SECONDS } from '../revocation/publish.ts';
import { PURPOSES } from '../revocation/status-list.ts';
import { allLists, FILLING_PERCENT, LIST_ROOM, newestVersion, percentTaken } from '../revocation/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { TrustKey, TrustList, TrustState, TrustWarning } from '../shared/shapes/shapes.ts';
import {
  addMonths,
  dateAt,
  isoAt,
  monthAt,
  toChineseDate,
  toChineseMonth,
  type Instant,
} from '../shared/time.ts';
import type { World } from '../world.ts';
import { keyViews } from './trust-keys.ts';

/** A list is signed anew by the publisher's next turn after it is due; later than this it does not work. */
const GRACE_SECONDS = 3600;
/** A new ceremony takes people and a safe: told a month before. */
const ENDING_SECONDS = 30 * 86_400;
const USE_NAMES: Readonly<Record<KeyUse, string>> = {
  certificates: '签发密钥',
  'status-lists': '状态列表密钥',
  'use-copies': '加注副本密钥',
  files: '文件签章密钥',
};

/** @throws Forbidden; DomainError KEYS_MISSING, MANIFEST_INVALID when there is nothing to tell of */
export async function viewTrustState(world: World, act: PersonalAct): Promise<TrustState> {
  demandMay(act.by, 'trust.view');

  const loaded = await world.keys.manifest();
  const { manifest, root } = loaded;
  const lists = await listViews(world);
  const keys = await keyViews(world, manifest.keys, act.at);
  const thisMonth = monthAt(act.at);
  const months = [thisMonth, addMonths(thisMonth, 1)].map(month => ({
    month,
    ready: keys.some(key => key.month === month && (key.state === 'live' || key.state === 'waiting')),
  }));
  return {
    at: isoAt(act.at),
    root: { thumbprint: thumbprintOf(root), test: root.test === true },
    manifest: { version: manifest.version, issuedAt: isoAt(manifest.iat) },
    months,
    lists,
    keys,
    warnings: [
      ...keys.flatMap(revokedWarnings),
      ...months.filter(({ ready }) => !ready).map(({ month }) => monthWarning(month)),
      ...useWarnings(loaded, act.at),
      ...(await signerWarnings(world, act.at)),
      ...(await listsBehind(world, act.at)).map(behindWarning),
      ...keys.flatMap(key => certificateWarnings(key, act.at)),
      ...lists.flatMap(list => listWarnings(list, lists, act.at)),
    ],
  };
}

async function listViews({ db }: World): Promise<TrustList[]> {
  const views: TrustList[] = [];
  for (const { list, taken } of await allLists(db)) {
    for (const purpose of PURPOSES) {
      const newest = await newestVersion(db, list, purpose);
      const dates = newest && {
        signedAt: isoAt(newest.publishedAt),
        resignBy: isoAt(newest.publishedAt + RESIGN_SECONDS),
      };
      const room = { taken, room: LIST_ROOM, percent: percentTaken(taken) };
      views.push({
        id: `${purpose}-${list}`,
        list,
        purpose,
        version: newest?.version ?? null,
        ...dates,
        ...room,
      });
    }
  }
  return views;
}

function monthWarning(month: string): TrustWarning {
  const detail = `${toChineseMonth(month)}批次还没有签发密钥，请在批准批次之前由密钥保管人建立。`;
  return { code: 'MONTH_KEY_MISSING', subject: month, detail };
}

/** Keys without a month: one of each use must be there, and not about to end. */
function useWarnings({ manifest, root }: LoadedManifest, at: Instant): TrustWarning[] {
  const warnings: TrustWarning[] = [];
  if (root.test === true) {
    const detail = '根密钥是测试密钥，所签证书没有法律效力，只能用于演示和测试。';
    warnings.push({ code: 'TEST_KEYS', subject: 'root', detail });
  }
  for (const use of KEY_USES.filter(each => each !== 'certificates')) {
    const last = manifest.keys
      .filter(key => key.use === use && maySign(key, at))
      .sort((one, other) => other.notAfter - one.notAfter)[0];
    const name = USE_NAMES[use];
    if (last === undefined)
      warnings.push({ code: 'KEY_MISSING', subject: use, detail: `没有可用的${name}，请立即建立。` });
    else if (last.notAfter - at < ENDING_SECONDS) {
      const detail = `${name} ${keyId(last.number)} 将于 ${toChineseDate(dateAt(last.notAfter))}到期，请在此之前建立新的。`;
      warnings.push({ code: 'KEY_ENDING', subject: keyId(last.number), detail });
    }
  }
  return warnings;
}

/** Without a signer nothing is published any more, and nobody would notice before a list grows old. */
async function signerWarnings({ keys }: World, at: Instant): Promise<TrustWarning[]> {
  const { manifest } = await keys.manifest();
  const key = manifest.keys.find(each => each.use === 'status-lists' && maySign(each, at));
  if (!key) return []; // KEY_MISSING tells it
  try {
    await keys.signer(key.number);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const detail = `状态列表无法签发，撤销和暂停不能公布：${error.detail}`;
    return [{ code: 'SIGNER_UNAVAILABLE', subject: keyId(key.number), detail }];
  }
}

/** The loudest of all: people hold certificates that are true and that nobody can verify. */
function revokedWarnings({ kid, month, state, inForce = 0 }: TrustKey): TrustWarning[] {
  if (state !== 'revoked' || inForce === 0) return [];
  const batch = month === undefined ? '' : `（${toChineseMonth(month)}批次）`;
  const detail = `${kid}${batch}已作废，它签发的证书还有 ${inForce} 张在用，查验一律不通过，请立即换发：zhicheng keys reissue ${kid} --document 文号`;
  return [{ code: 'REISSUE_DUE', subject: kid, detail }];
}

function behindWarning(subject: string): TrustWarning {
  const detail = `${subject} 有一分钟以上的变更还没有公布，请检查发布任务和状态列表密钥，或运行 zhicheng publish。`;
  return { code: 'LIST_BEHIND', subject, detail };
}

function certificateWarnings({ kid, use, state, certificateUntil }: TrustKey, at: Instant): TrustWarning[] {
  if (use !== 'files' || state !== 'live') return [];
  if (certificateUntil === undefined) {
    const detail = `${kid} 没有证书文件，下载的 PDF 不能签章，请用 zhicheng keys certify ${kid} 建立。`;
    return [{ code: 'CERTIFICATE_MISSING', subject: kid, detail }];
  }
  const until = Date.parse(certificateUntil) / 1000;
  if (until - at >= ENDING_SECONDS) return [];
  const detail = `${kid} 的证书将于 ${toChineseDate(dateAt(until))}到期，请建立新的文件签章密钥。`;
  return [{ code: 'CERTIFICATE_ENDING', subject: kid, detail }];
}

function listWarnings(list: TrustList, all: readonly TrustList[], at: Instant): TrustWarning[] {
  const { id: subject, signedAt, resignBy, percent } = list;
  if (signedAt === undefined || resignBy === undefined)
    return [{ code: 'LIST_UNPUBLISHED', subject, detail: `${subject} 还没有发布，请检查发布任务。` }];
  const next = all.find(other => other.list === list.list + 1 && other.purpose === list.purpose);
  const warnings: TrustWarning[] = [];
  if (Date.parse(resignBy) / 1000 + GRACE_SECONDS < at) {
    const detail = `${subject} 超过时限没有重新签发，查验方会以为状态已旧，请检查发布任务和状态列表密钥。`;
    warnings.push({ code: 'LIST_OVERDUE', subject, detail });
  }
  // told until the next one is in use
  if (percent >= FILLING_PERCENT && (next?.taken ?? 0) === 0) {
    const detail = next
      ? `${subject} 已用 ${percent}%，下一张（${next.id}）已备妥，用满后自动启用。`
      : `${subject} 已用 ${percent}%，下一张还没有建立，用满后将无法制证，请立即检查发布任务和状态列表密钥。`;
    warnings.push({ code: 'LIST_FILLING', subject, detail });
  }
  return warnings;
}

/** RFC 7638. */
function thumbprintOf({ crv, kty, x, y }: LoadedManifest['root']): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
