/** `zhicheng keys destroy|compromise|reissue`: what becomes of a key beyond its manifest; needs the database. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeRenderer, type Renderer } from '../certificate/render.ts';
import { certificatesOfKey, versionsByNumber, type Certificate } from '../certificate/store.ts';
import { demandDocument, recordCompromise } from '../issuance/key-life/compromise.ts';
import { destroyKey } from '../issuance/key-life/destroy-key.ts';
import { reissue } from '../issuance/key-life/reissue.ts';
import { renderFiles, unprintableWith } from '../issuance/render-files.ts';
import { addKey, replaceKey, type Ceremony, type KeyPlan } from '../keys/ceremony.ts';
import { findKey, isLive, keyId, maySign, type KeyUse } from '../keys/manifest.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { monthAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { operatorAct, progressOf, say, tell, withWorld } from './command.ts';

/** Windows of new keys, as `keys add` gives them. */
export interface Plans {
  readonly planOfUse: (use: Exclude<KeyUse, 'certificates'>) => KeyPlan;
  readonly planOfMonth: (month: string) => KeyPlan;
}

export interface KeyLifeOptions {
  readonly number: number;
  readonly document: string | undefined;
  readonly reissue: boolean;
  readonly images: boolean;
  readonly out: string | undefined;
}

export async function destroyed(number: number, force: string | undefined): Promise<number> {
  return withWorld(async world => {
    await destroyKey(world, operatorAct(world), { number, force });
    say(
      `${keyId(number)} 的私钥已从本机销毁；公钥与清单不变，它签发的证书照常通过查验。请一并销毁备份中的副本。`,
    );
    return 0;
  });
}

/** One command, three steps that may each be repeated: the manifest, the record with the lists, and if wanted the new versions. */
export async function compromised(ceremony: Ceremony, plans: Plans, wanted: KeyLifeOptions): Promise<number> {
  return withWorld(async world => {
    demandDocument(world.config, wanted.document);
    const { number, document } = wanted;
    const plan = await successorPlan(world, ceremony, { number, plans });
    const { revoked, added } = await replaceKey(ceremony, number, plan);
    const act = operatorAct(world);
    const { signed, inForce } = await recordCompromise(world, act, wanted);
    const { manifest } = await world.keys.manifest();
    say(
      `${keyId(number)} 已作废，密钥清单第 ${manifest.version} 版已由根密钥签发；联网的查验方 5 分钟内即知。`,
    );
    if (added) say(`已建立接替的 ${keyId(added.number)}。`);
    if (revoked.use === 'certificates') {
      say(`它签发过 ${signed} 张证书，其中 ${inForce} 张有效或暂停：查验一律不通过，须换发新版本。`);
      if (wanted.reissue) return reissuedIn(world, ceremony, { ...wanted, plans });
      if (inForce > 0)
        say(`换发请运行：zhicheng keys reissue ${keyId(number)} --document ${document ?? '文号'}`);
    } else say(CONSEQUENCES[revoked.use]);
    return 0;
  });
}

const CONSEQUENCES: Readonly<Record<Exclude<KeyUse, 'certificates'>, string>> = {
  'status-lists': '全部状态列表已用接替的密钥重新签发。证书本身不受影响。',
  'use-copies': '它签发的加注副本一律无效，请持证人重新出具。证书本身不受影响。',
  files: '它签章的文件不再认作原始电子文件，请持证人重新下载。证书本身不受影响。',
};

/** Lists, copies and files cannot wait for a key; a month's certificates can, until they are signed anew. */
async function successorPlan(
  world: World,
  { at }: Ceremony,
  { number, plans }: { number: number; plans: Plans },
): Promise<KeyPlan | undefined> {
  const { manifest } = await world.keys.manifest();
  const key = findKey(manifest, number);
  if (!key || key.use === 'certificates') return undefined;
  const { use } = key;
  const others = manifest.keys.filter(each => each.number !== number && each.use === use);
  return others.some(each => maySign(each, at)) ? undefined : plans.planOfUse(use);
}

export async function reissued(ceremony: Ceremony, plans: Plans, wanted: KeyLifeOptions): Promise<number> {
  return withWorld(async world => reissuedIn(world, ceremony, { ...wanted, plans }));
}

async function reissuedIn(
  world: World,
  ceremony: Ceremony,
  wanted: KeyLifeOptions & { plans: Plans },
): Promise<number> {
  const { number, document } = wanted;
  demandDocument(world.config, document);
  await withMonthKey(world, ceremony, wanted.plans);
  const renderer = makeRenderer({ fontFolders: world.config.fontDirs });
  const act = operatorAct(world);
  const options = { unprintable: unprintableWith(renderer), onProgress: progressOf('换发') };
  const done = await reissue(world, act, { number, document, options });
  if (wanted.images) await drawn(world, act, { renderer, name: keyId(number), out: wanted.out });
  const count = done.planned + done.underWay + done.differing.length - done.left;
  if (count === 0 && done.left === 0) say('没有需要换发的证书。');
  else say(`本次换发 ${count} 张，编号不变，旧版已标为“已换发新版本”，持证人已获通知。`);
  for (const each of done.differing) tell(`未换发 ${each}：登记内容与证书不同，请按更正办理。`);
  if (done.left > 0) say(`还有 ${done.left} 张没有换发，请处理上面的问题后再运行一次。`);
  return done.left === 0 ? 0 : 1;
}

/** The present month's key, made now where the root is at hand. @throws DomainError KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW */
async function withMonthKey(world: World, ceremony: Ceremony, plans: Plans): Promise<void> {
  const month = monthAt(world.clock());
  const { manifest } = await world.keys.manifest();
  if (manifest.keys.some(key => key.month === month && isLive(key))) return;
  try {
    const added = await addKey(ceremony, plans.planOfMonth(month));
    say(`已建立 ${month} 的签发密钥 ${keyId(added.number)}。`);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const detail = `${month} 还没有签发密钥，换发须用本月的密钥；请在根密钥所在机器运行 zhicheng keys add --month ${month} 后再运行一次。`;
    throw new DomainError(error.code, `${detail}（${error.detail}）`, { cause: error });
  }
}

/** A picture of every version that stands in place of that key's; those that an earlier run has drawn are left. */
async function drawn(
  world: World,
  act: Act,
  { renderer, name, out }: { renderer: Renderer; name: string; out: string | undefined },
): Promise<void> {
  const outDir = resolve(out ?? join(world.config.dataDir, 'certificates', `reissue-${name}`));
  const certificates = (await successorsOf(world, name)).filter(
    ({ number, version }) => !existsSync(join(outDir, `${number}-${version}.png`)),
  );
  if (certificates.length === 0) return;
  await renderFiles(world, act, { renderer, outDir, certificates, onProgress: progressOf('制图') });
  say(`证书图片在 ${outDir}`);
}

const PAGE = 500;

/** The versions that follow those which that key signed, where no further one follows. */
async function successorsOf({ db }: World, name: string): Promise<readonly Certificate[]> {
  const found: Certificate[] = [];
  for (let after = ''; ;) {
    const page = await certificatesOfKey(db, { keyId: name, after, limit: PAGE });
    const versions = await versionsByNumber(
      db,
      page.map(({ number }) => number),
    );
    for (const { number, version } of page) {
      const newest = versions.get(number)?.at(-1);
      if (newest?.version === version + 1) found.push(newest);
    }
    if (page.length < PAGE) return found;
    after = page.at(-1)?.id ?? '';
  }
}
