/**
 * Whether this process may change the register. A database that was restored from an older copy would give numbers and list places a
 * second time, so it is read only until somebody has reconciled it (inspection/watch-registry.ts finds out). Every transaction passes here.
 */
import { DomainError } from '../shared/errors.ts';

/** Who is told that nothing can be changed now. */
export type Audience = 'person' | 'staff' | 'client' | 'operator';

export interface WriteGate {
  /** True while the register must not be changed. */
  isShut: boolean;
  /** Transactions that this process has committed. */
  commits: number;
  /** Called after each of them; must return at once. */
  onCommit: (() => void) | undefined;
}

const WORDS: Readonly<Record<Audience, string>> = {
  person:
    '本服务刚由备份恢复，正在核对，现在只能查询、下载和查验；请稍后再来办理，核对完毕前所填内容不会被受理。',
  staff:
    '数据库由备份恢复，落后于最近的留存点，现在只读：可以查阅和导出，不受理任何办理；请系统管理员运行 zhicheng reconcile 核对后再办。',
  client:
    '本服务由备份恢复，正在核对，暂不受理接口请求；请稍后以同一 Idempotency-Key 重试，或用公开查验核对证书。',
  operator:
    '数据库落后于最近的留存点（由备份恢复？），现在只读；请先运行 zhicheng reconcile 查看缺失的内容，再以 --confirm 确认。',
};

export function openGate(): WriteGate {
  return { isShut: false, commits: 0, onCommit: undefined };
}

/** @throws DomainError READ_ONLY_RESTORED while the register must not be changed */
export function demandWritable({ writes }: { readonly writes: WriteGate }, audience: Audience): void {
  if (!writes.isShut) return;
  throw new DomainError('READ_ONLY_RESTORED', WORDS[audience], { retryAfterSeconds: 300 });
}
