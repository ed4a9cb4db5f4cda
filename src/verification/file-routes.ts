/** `POST /api/files/check`: anybody hands in a file and is told whether it is the original, and what its codes say. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { networkOf, takeTries, type Limit } from '../accounts/sign-in/limit.ts';
import { readFileBytes } from '../http/upload.ts';
import { bounded, oneAtOnceEach } from '../shared/bounded.ts';
import type { World } from '../world.ts';
import { checkGivenFile } from './check-given-file.ts';
import { freshTrust } from './fresh-trust.ts';

const MAX_BYTES = 10 * 1024 * 1024;
const RAW_TYPES = ['application/octet-stream', 'application/pdf', 'image/jpeg', 'image/png', 'image/webp'];
/** A counter hall behind one address checks one file every five seconds. */
const FILES_OF_ADDRESS: Limit = { kind: 'file-check-address', most: 120, seconds: 600 };
/** Strangers' uploads keep nobody's work waiting, one stranger's no other's, and each must come at 5 kB/s. */
const receiving = bounded({ atOnce: 12, waiting: 40 });
const receivingOwn = oneAtOnceEach({ waiting: 10 });
const PACE_MS = 3000;
/** Each takes a process of up to 512 MB. */
const decoding = bounded({ atOnce: 2, waiting: 40 });

export function fileRoutes(world: World, api: ServiceApi): void {
  const trustNow = freshTrust(world);
  api.open(
    {
      method: 'post',
      path: '/api/files/check',
      tag: '查验',
      summary: '查验一个证书文件是否原始电子文件',
      description:
        '任何人。PNG、JPEG、WebP 或 PDF，不超过 10 MB；PDF 只看前 20 页。截图、翻拍、转换件不是原始电子文件；文件中每个二维码另有自己的查验报告。文件不保存。同一网络每十分钟 120 次。',
      upload: {
        mediaType: 'multipart/form-data',
        description: 'file：文件；或以文件本身为请求体',
        rawTypes: RAW_TYPES,
      },
      answer: { status: 200, shape: 'file-report', description: '文件报告' },
    },
    async ({ ctx, act }) => {
      const address = networkOf(ctx.ip);
      await takeTries(world, { at: act.at, tries: [{ limit: FILES_OF_ADDRESS, of: address }] });
      const limits = {
        maxBytes: MAX_BYTES,
        maxFields: 0,
        paceMs: PACE_MS,
        gate: receiving,
        rawTypes: RAW_TYPES,
      };
      const bytes = await receivingOwn(address, async () => readFileBytes(ctx, limits));
      const trust = await trustNow();
      return decoding(async () => checkGivenFile(bytes, trust, act.at));
    },
  );
}
