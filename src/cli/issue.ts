/** `zhicheng issue` and `zhicheng roster-template`: a committee's roster becomes certificates (notice: R9, R16). */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { RosterRowsInvalid } from '../applications/roster/check-roster.ts';
import { readRoster } from '../applications/roster/read-roster.ts';
import type { ReadRoster, RosterFormat } from '../applications/roster/roster.ts';
import { rosterTemplate, rosterWithErrors } from '../applications/roster/write-roster.ts';
import { takeInRoster, type TakenRoster } from '../applications/take-in-roster.ts';
import { displayableIn } from '../certificate/face/glyphs.ts';
import { makeRenderer, type Renderer } from '../certificate/render.ts';
import { certificatesFor } from '../certificate/store.ts';
import { releaseAll } from '../issuance/release-all.ts';
import { renderFiles, unprintableWith } from '../issuance/render-files.ts';
import { stoppedItems } from '../issuance/store.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt, isMonth } from '../shared/time.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { operatorAct, progressOf, say, tell, Usage, withWorld, type Command } from './command.ts';

const ISSUE_USAGE = `zhicheng issue --roster 文件 --month 2021-07      由评审名册制作当月证书
  --roster 文件            .xlsx、.csv（UTF-8 或 GB18030）或 .json 名册；有一格不对则整份退回，并写出带“错误说明”的同名文件
  --month  年-月           批次月份
  --out    目录            证书图片放在哪里（默认 data/certificates/年-月）
  --no-images              只签发，不制图
  --before-2020 理由       允许 2020-01-01 以前取得的资格，记录理由`;

export const issueCommand: Command = {
  usage: ISSUE_USAGE,
  run: async words => {
    const { values } = parseArgs({
      args: words,
      options: {
        roster: { type: 'string' },
        month: { type: 'string' },
        out: { type: 'string' },
        'no-images': { type: 'boolean' },
        'before-2020': { type: 'string' },
      },
    });
    const { roster, month } = values;
    if (roster === undefined || month === undefined) throw new Usage('须写明 --roster 与 --month');
    if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
    return withWorld(world => {
      const outDir = resolve(values.out ?? join(world.config.dataDir, 'certificates', month));
      const wanted = {
        roster,
        month,
        outDir,
        images: values['no-images'] !== true,
        before2020: values['before-2020'],
      };
      return issue(world, operatorAct(world), wanted);
    });
  },
};

interface Wanted {
  readonly roster: string;
  readonly month: string;
  readonly outDir: string;
  readonly images: boolean;
  readonly before2020: string | undefined;
}

async function issue(world: World, act: Act, wanted: Wanted): Promise<number> {
  const renderer = makeRenderer({ fontFolders: world.config.fontDirs });
  const read = await readRoster(await bytesOf(wanted.roster), basename(wanted.roster));
  const taken = await takenIn(world, act, { wanted, read, renderer });
  const options = { unprintable: unprintableWith(renderer), onProgress: progressOf('制证') };
  const batch = await releaseAll(world, act, { month: wanted.month, options });
  await deliver(world, act, { wanted, renderer, ids: taken.applicationIds });
  const stopped = await stoppedItems(world.db, batch.batchId);
  for (const item of stopped) tell(`未制证 ${item.applicationId}：${item.code} ${item.detail}`);
  return stopped.length === 0 ? 0 : 1;
}

async function takenIn(
  world: World,
  act: Act,
  { wanted, read, renderer }: { wanted: Wanted; read: ReadRoster; renderer: Renderer },
): Promise<TakenRoster> {
  try {
    const taken = await takeInRoster(world, act, {
      read,
      month: wanted.month,
      displayable: text => displayableIn(text, renderer.fonts),
      overrideBefore2020: wanted.before2020,
    });
    for (const warning of taken.warnings)
      tell(`提示 第 ${warning.line} 行 ${warning.column}：${warning.detail}`);
    tell(`名册已受理：新增 ${taken.taken} 条，此前已受理 ${taken.known} 条。`);
    return taken;
  } catch (error) {
    if (error instanceof RosterRowsInvalid) await giveBack(wanted.roster, read, error);
    throw error;
  }
}

async function deliver(
  world: World,
  act: Act,
  made: { wanted: Wanted; renderer: Renderer; ids: readonly string[] },
): Promise<void> {
  // a roster sent again issues nothing, but its files can be had again
  const certificates = await certificatesFor(world.db, made.ids);
  tell(`${made.wanted.month} 批次：本名册证书 ${certificates.length} 张。`);
  const { outDir, images } = made.wanted;
  const order = { renderer: made.renderer, outDir, certificates, onProgress: progressOf('制图') };
  const files = images ? await renderFiles(world, act, order) : [];
  const fileOf = new Map(files.map(({ certificate, file }) => [certificate.id, file]));
  for (const certificate of certificates)
    say([certificate.number, certificate.qrText, fileOf.get(certificate.id) ?? ''].join('\t').trimEnd());
}

/** The same file with an error column, beside the one that was sent. */
async function giveBack(path: string, read: ReadRoster, refused: RosterRowsInvalid): Promise<void> {
  const file = `${path.slice(0, path.length - extname(path).length)}.错误.${read.format}`;
  await writeFile(file, await rosterWithErrors(read, refused.faults));
  for (const fault of refused.faults.slice(0, 20))
    tell(`第 ${fault.line} 行 ${fault.column}：${fault.detail}`);
  if (refused.faults.length > 20) tell(`……其余 ${refused.faults.length - 20} 处见文件。`);
  tell(`已写出带“错误说明”的名册：${file}`);
}

/** @throws DomainError FILE_UNREADABLE */
export async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DomainError('FILE_UNREADABLE', `无法读取文件 ${path}，请核对路径与权限。`, { cause: error });
  }
}

export const rosterTemplateCommand: Command = {
  usage: 'zhicheng roster-template 文件                     写出空白名册（.xlsx、.csv 或 .json）',
  run: async words => {
    const { positionals } = parseArgs({ args: words, allowPositionals: true, options: {} });
    const [file] = positionals;
    if (file === undefined) throw new Usage('须写明文件名');
    const format = extname(file).slice(1).toLowerCase();
    if (!isFormat(format)) throw new Usage('文件名须以 .xlsx、.csv 或 .json 结尾');
    await writeFile(file, await rosterTemplate(format, dateAt(Math.floor(Date.now() / 1000))));
    say(`已写出空白名册：${file}`);
    return 0;
  },
};

function isFormat(text: string): text is RosterFormat {
  return text === 'xlsx' || text === 'csv' || text === 'json';
}
