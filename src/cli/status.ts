/** `zhicheng status`: how a certificate stands, or stood on a day, with the list versions that said so; the look is on record. */
import { parseArgs } from 'node:util';
import { recordLook } from '../audit/look.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { askedInstant, statusAt } from '../revocation/status-at.ts';
import { statusAtView } from '../revocation/status-at-view.ts';
import type { StatusAt } from '../shared/shapes/shapes.ts';
import { clockTimeAt, dateAt } from '../shared/time.ts';
import { operatorAct, say, Usage, withWorld, type Command } from './command.ts';

export const statusCommand: Command = {
  usage: `zhicheng status 编号 [--on 日期或时刻] [--json]      查证书现在或当日的状态，并与当时公布的状态列表对照
  --on   2021-10-05（北京时间该日终了时）或 2021-10-05T04:00:00Z；默认此刻`,
  run: async words => {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { on: { type: 'string' }, json: { type: 'boolean' } },
    });
    const [given, another] = positionals;
    if (given === undefined || another !== undefined) throw new Usage('须写明一个证书编号');
    return withWorld(async world => {
      const act = operatorAct(world);
      const asked = values.on ?? dateAt(act.at);
      const at = askedInstant(asked, act.at);
      const number = parseCertificateNumber(given) ?? '';
      const versions = await statusAt(world, { number, at });
      const subjects = new Set(versions.map(({ certificate }) => certificate.applicationId));
      const facts = [...subjects].map(subject => ({
        action: 'certificate-status.viewed',
        subject,
        detail: { number, asked },
      }));
      await recordLook(world, act, facts);
      const view = statusAtView(number, at, versions);
      say(values.json === true ? JSON.stringify(view, null, 2) : toLines(view).join('\n'));
      return view.versions.every(({ published }) => published?.agrees !== false) ? 0 : 1;
    });
  },
};

function toLines({ number, at, stateName, versions }: StatusAt): readonly string[] {
  return [`${number} 在 ${clock(at)}：${stateName}`, ...versions.flatMap(versionLines)];
}

function versionLines(version: StatusAt['versions'][number]): readonly string[] {
  const { stateName, keyRevokedAt, since, until, reasonName, document, invalidFrom, annulled, published } =
    version;
  const said = [
    `第 ${version.version} 版（签发于 ${clock(version.issuedAt)}）：${stateName}`,
    since && `自 ${clock(since)} 起`,
    until && `至 ${clock(until)}`,
    reasonName && `原因 ${reasonName}`,
    document && `文号 ${document}`,
    invalidFrom && `自 ${invalidFrom} 起无效`,
    keyRevokedAt && `签名密钥于 ${clock(keyRevokedAt)} 作废`,
    annulled && `后经 ${clock(annulled.at)} 的决定，自 ${annulled.invalidFrom} 起无效`,
  ];
  return [said.filter(Boolean).join('，'), published ? listLine(published) : '当时尚未公布状态列表'];
}

function listLine({
  list,
  index,
  versions,
  set,
  agrees,
}: NonNullable<StatusAt['versions'][number]['published']>): string {
  const named = `revocation-${list} 第 ${versions.revocation} 版、suspension-${list} 第 ${versions.suspension} 版、refresh-${list} 第 ${versions.refresh} 版`;
  const bits = set.length === 0 ? '各位未置' : `置位 ${set.join('、')}`;
  return `  当时的列表（${named}）第 ${index} 位：${bits}，${agrees ? '与变更记录一致' : '与变更记录不符！请运行 zhicheng fsck'}`;
}

function clock(iso: string): string {
  return clockTimeAt(Date.parse(iso) / 1000);
}
