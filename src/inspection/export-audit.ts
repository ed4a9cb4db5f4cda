/**
 * The audit as a text that stands by itself: JSON Lines, the first says how to check the rest without this service (数据格式: RFC 8259,
 * hash: FIPS 180-4). Personal data is not in it, for the audit holds none.
 */
import { GENESIS_HASH } from '../audit/entry.ts';
import { entriesAfter, getHead } from '../audit/store.ts';
import type { Db } from '../db/connect.ts';
import { isoAt, type Instant } from '../shared/time.ts';

const PAGE = 2000;

/** The lines, each ending in a line break: a header, then every entry up to the head as it stands at the beginning. */
export async function* auditLines(db: Db, at: Instant): AsyncGenerator<string> {
  const { seq: last, hash } = await getHead(db);
  yield lineOf(headerOf({ entries: last, lastHash: hash, exportedAt: isoAt(at) }));
  for (let after = 0; after < last;) {
    const page = await entriesAfter(db, after, PAGE);
    for (const entry of page.filter(({ seq }) => seq <= last)) {
      const { seq, actor, requestId, action, subject, detail, previousHash } = entry;
      yield lineOf({
        seq,
        at: entry.at,
        actor,
        requestId,
        action,
        subject,
        detail,
        previousHash,
        hash: entry.hash,
      });
    }
    if (page.length === 0) return; // cut off: the reader finds fewer entries than the header says
    after = page.at(-1)?.seq ?? last;
  }
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function headerOf(facts: { entries: number; lastHash: string; exportedAt: string }): object {
  return {
    format: 'zhicheng-audit/1',
    ...facts,
    genesisHash: GENESIS_HASH,
    核对方法: [
      '自第 2 行起每行一条记录，seq 自 1 起连续，共 entries 条；at 为 1970-01-01T00:00:00Z 以来的秒数。',
      '每条记录的 hash 是下列文本的 UTF-8 字节的 SHA-256（十六进制小写）：由 seq、at、actor、requestId、action、subject、detail、previousHash 八个值依次组成的 JSON 数组，不含空格，非 ASCII 字符不转义；seq、at 为数字，其余为字符串（detail 本身是一段 JSON 文本）。',
      '每条的 previousHash 等于上一条的 hash，第一条的等于 genesisHash；最后一条的 hash 等于 lastHash。任何一条被改动、删去或插入，从该处起不再成立。',
    ],
    howToCheck: [
      'From line 2 on, one entry a line; seq counts from 1 without gaps, entries of them; at is seconds since 1970-01-01T00:00:00Z.',
      'hash is the lower-case hex SHA-256 of the UTF-8 text of a JSON array of the eight values seq, at, actor, requestId, action, subject, detail, previousHash in this order, without spaces, non-ASCII unescaped; seq and at are numbers, the others strings (detail is itself a JSON text).',
      'previousHash equals the hash of the entry before, genesisHash for the first; the last hash equals lastHash. From any entry altered, removed or slipped in, the chain no longer holds.',
    ],
    example: `python3 -c "import json,hashlib,sys; F='seq at actor requestId action subject detail previousHash'.split(); E=[json.loads(l) for l in open(sys.argv[1],encoding='utf-8')]; h=E[0]['genesisHash']; [sys.exit('broken at %d'%e['seq']) if e['previousHash']!=h or (h:=hashlib.sha256(json.dumps([e[f] for f in F],ensure_ascii=False,separators=(',',':')).encode()).hexdigest())!=e['hash'] else 0 for e in E[1:]]; print(h==E[0]['lastHash'] and len(E)-1==E[0]['entries'])" FILE`,
  };
}
