/**
 * Errors as the web sees them: RFC 9457 problem documents, Chinese title, a detail that says what to do next. The one place where
 * codes meet HTTP statuses; a new code without a row here does not compile. Anything unexpected is 500 with the detail withheld.
 */
import type { IncomingMessage } from 'node:http';
import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { DomainError, type ErrorCode, type PlacedFault } from '../shared/errors.ts';
import type { Problem } from '../shared/shapes/shapes.ts';

interface Row {
  readonly status: number;
  readonly title: string;
}

const bad = (title: string): Row => ({ status: 400, title });
const forbidden = (title: string): Row => ({ status: 403, title });
const conflict = (title: string): Row => ({ status: 409, title });
const unprocessable = (title: string): Row => ({ status: 422, title });
const unavailable = (title: string): Row => ({ status: 503, title });

export const PROBLEMS: Readonly<Record<ErrorCode, Row>> = {
  BAD_REQUEST: bad('请求有误'),
  BODY_INVALID: bad('请求内容不符合格式'),
  BODY_TOO_LARGE: { status: 413, title: '请求内容过大' },
  NOT_FOUND: { status: 404, title: '没有找到' },
  METHOD_NOT_ALLOWED: { status: 405, title: '不支持的请求方法' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: '不支持的内容类型' },
  HOST_NOT_ALLOWED: bad('网址不是本服务的网址'),
  CONFIG_INVALID: unavailable('服务配置有误'),
  DATABASE_UNSAFE: unavailable('数据库设置不安全'),
  DATABASE_BUSY: unavailable('数据库繁忙'),
  DATABASE_UNAVAILABLE: unavailable('数据库暂不可用'),
  MIGRATION_PENDING: unavailable('数据库待升级'),
  READ_ONLY_RESTORED: unavailable('恢复备份后只读'),
  INTERNAL: { status: 500, title: '服务内部错误' },
  KEYS_EXIST: conflict('密钥已存在'),
  KEYS_MISSING: unavailable('密钥未就绪'),
  KEY_UNKNOWN: unavailable('密钥不存在'),
  KEY_OUTSIDE_WINDOW: conflict('密钥不在签发期内'),
  KEY_RETIRED: conflict('密钥已停用'),
  KEY_DESTROYED: conflict('密钥已销毁'),
  KEY_NEEDED: conflict('密钥仍需使用'),
  KEY_REVOKED: conflict('签名密钥已作废'),
  PASSPHRASE_MISSING: unavailable('缺少密钥口令'),
  PASSPHRASE_WRONG: unavailable('密钥口令不对'),
  SIGNER_UNAVAILABLE: unavailable('签名服务没有应答'),
  SIGNER_WRONG: unavailable('签名服务的结果不对'),
  MANIFEST_INVALID: unavailable('密钥清单无效'),
  MANIFEST_ROLLED_BACK: unavailable('密钥清单被回退'),
  TEST_KEY_IN_PRODUCTION: unavailable('生产环境不得使用测试密钥'),
  TRUST_INVALID: unprocessable('信任资料无效'),
  TRUST_OTHER_ROOT: unprocessable('根密钥已更换'),
  FILE_UNREADABLE: bad('文件无法读取'),
  FILE_TOO_LARGE: { status: 413, title: '文件过大' },
  FILE_EMPTY: bad('文件是空的'),
  FILE_FORMAT_UNKNOWN: bad('文件格式不认识'),
  ENCODING_UNKNOWN: bad('文字编码不认识'),
  ROSTER_HEAD_WRONG: unprocessable('表头不对'),
  ROSTER_EMPTY: unprocessable('没有数据行'),
  ROSTER_TOO_LONG: unprocessable('行数过多'),
  ROSTER_ROWS_INVALID: unprocessable('名册有错误'),
  MONTH_INVALID: bad('月份不对'),
  MONTH_IN_FUTURE: conflict('月份未到'),
  CALENDAR_MISSING: conflict('缺少工作日历'),
  LEGAL_BASIS_MISSING: conflict('缺少制证依据'),
  NUMBERS_EXHAUSTED: conflict('编号已用完'),
  LINT_FAILED: unprocessable('证书内容不合规则'),
  SELF_CHECK_FAILED: { status: 500, title: '签发自检未通过' },
  QR_UNREADABLE: unprocessable('二维码无法读出'),
  QR_TOO_LARGE: unprocessable('内容过长'),
  GLYPH_MISSING: unprocessable('字库缺字'),
  FACE_DOES_NOT_FIT: unprocessable('版面排不下'),
  FACE_MISMATCH: { status: 500, title: '证书图片与记录不符' },
  IMAGE_UNREADABLE: bad('不是可读取的图片'),
  IMAGE_TOO_LARGE: { status: 413, title: '图片过大' },
  IMAGE_WITHOUT_CODE: unprocessable('图中没有二维码'),
  IMAGE_WITH_SEVERAL_CODES: unprocessable('图中有多个二维码'),
  BATCH_LEASED: conflict('批次正在制证'),
  BATCH_CHANGED: conflict('批次已变化'),
  ISSUANCE_STOPPED: conflict('制证已暂停'),
  CERTIFICATE_UNKNOWN: { status: 404, title: '没有这张证书' },
  STATE_CONFLICT: conflict('当前状态不允许'),
  REASON_UNKNOWN: bad('原因代码不对'),
  DOCUMENT_MISSING: bad('缺少文号'),
  EXTENDED_ALREADY: conflict('已延长过'),
  CHANGE_SHEET_INVALID: unprocessable('批量变更有错误'),
  PROPOSAL_CHANGED: conflict('提议已不合现状'),
  STATUS_LIST_INVALID: unprocessable('状态列表无效'),
  DEMO_REFUSED: conflict('不能在此运行演示'),
  SIGN_IN_REQUIRED: { status: 401, title: '请先登录' },
  SIGN_IN_FAILED: { status: 401, title: '登录未成功' },
  CODE_WRONG: { status: 401, title: '验证码不对' },
  ACCOUNT_DISABLED: forbidden('账号已停用'),
  ACCOUNT_FROZEN: forbidden('账号已冻结'),
  SIGN_IN_AGAIN: forbidden('请重新登录'),
  PASSWORD_WEAK: unprocessable('密码不符合要求'),
  PASSWORD_CHANGE_REQUIRED: forbidden('请先修改初始密码'),
  LOGIN_TAKEN: conflict('账号已存在'),
  FORBIDDEN: forbidden('没有权限'),
  CSRF_REFUSED: forbidden('请求来源未通过核对'),
  TOO_MANY_ATTEMPTS: { status: 429, title: '操作过于频繁' },
  TWO_PERSONS_NEEDED: conflict('须由另一人办理'),
  IDEMPOTENCY_KEY_INVALID: bad('Idempotency-Key 格式不对'),
  IDEMPOTENCY_KEY_REUSED: conflict('Idempotency-Key 已用于另一请求'),
  IDEMPOTENCY_IN_PROGRESS: conflict('同一请求正在办理'),
  STALE: conflict('内容已变化'),
  QUERY_INVALID: bad('查询条件不对'),
  ORGANISATION_UNKNOWN: unprocessable('单位未登记'),
  REGISTER_CONFLICT: conflict('登记已存在'),
  REGISTER_INVALID: unprocessable('登记内容不对'),
  COMMITTEE_UNKNOWN: unprocessable('评审委员会不符'),
  ENTITLEMENT_MISSING: unprocessable('没有自主聘任资格'),
  SUBMITTING_UNIT_MISSING: unprocessable('没有呈报单位'),
  CALENDAR_INVALID: unprocessable('工作日历不对'),
  CONTENT_INVALID: unprocessable('申请内容有误'),
  TITLE_HELD: conflict('已有同名职称'),
  APPLICATION_STATE: conflict('申请当前状态不允许'),
  OWN_APPLICATION: forbidden('不得办理本人的申请'),
  SAME_REVIEWER: forbidden('各级审核须由不同的人办理'),
  REASON_MISSING: unprocessable('缺少理由'),
  TOO_MANY_DRAFTS: conflict('草稿过多'),
  ATTACHMENT_MISSING: unprocessable('缺少附件'),
  ATTACHMENT_REFUSED: unprocessable('附件不合要求'),
  TOO_MANY_FILES: conflict('附件过多'),
  UPLOAD_INCOMPLETE: bad('上传不完整'),
  BATCH_EMPTY: conflict('批次没有可批准的申请'),
  BATCH_DIGEST_WRONG: conflict('批次内容已变化'),
  NOT_COLLECTABLE: conflict('尚不能领取'),
  MESSAGE_REFUSED: unavailable('短信未能发送'),
  CHALLENGE_INVALID: bad('验证未通过'),
  PAPER_CERTIFICATE: unprocessable('纸质证书'),
  SHARE_CODE_INVALID: { status: 404, title: '分享码无效' },
  TOO_MANY_SHARE_CODES: conflict('分享码过多'),
  TOO_MANY_USE_COPIES: conflict('加注副本过多'),
  RECEIPT_UNKNOWN: { status: 404, title: '没有这个回执号' },
  PDF_UNREADABLE: bad('不是可读取的 PDF'),
  CLIENT_UNKNOWN: { status: 404, title: '没有这个接入方' },
  REQUEST_SIGNATURE_REFUSED: { status: 401, title: '请求签名未通过' },
  REQUEST_REPLAYED: { status: 401, title: '请求重复' },
  QUOTA_EXCEEDED: { status: 429, title: '超出配额' },
  NOT_VERIFIED_BEFORE: conflict('未曾核验'),
  WEBHOOK_TARGET_REFUSED: unprocessable('通知地址不可用'),
  OVERLOADED: unavailable('服务繁忙'),
  STATUS_LIST_FULL: conflict('状态列表已满'),
};

/** Every failure below becomes a problem document; unexpected ones are logged with the request's id. */
export function problems(log: Logger): (ctx: Context, next: Next) => Promise<void> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined)
        answer(ctx, toProblem({ code: 'NOT_FOUND', detail: '没有这个网址，请核对后再试。' }, ctx));
    } catch (error) {
      const known = knownError(error);
      if (known.code === 'INTERNAL')
        log.error({ requestId: ctx.state['requestId'] as unknown, error: String(error) }, 'unexpected');
      if (known.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(known.retryAfterSeconds));
      answer(ctx, toProblem(known, ctx));
    }
  };
}

interface Known {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer?: string | undefined;
  readonly placed?: readonly PlacedFault[];
  readonly retryAfterSeconds?: number | undefined;
}

function knownError(error: unknown): Known {
  if (error instanceof DomainError) return error;
  // koa and its body parser throw http-errors; only their status is taken over
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return { code: 'BODY_TOO_LARGE', detail: '请求内容过大，请缩短后再试。' };
  if (status === 415) return { code: 'UNSUPPORTED_MEDIA_TYPE', detail: '请以 application/json 发送。' };
  if (status === 404) return { code: 'NOT_FOUND', detail: '没有这个网址，请核对后再试。' };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { code: 'BAD_REQUEST', detail: '请求内容无法解析，请检查格式。' };
  return { code: 'INTERNAL', detail: '服务出了问题，请稍后再试；如仍不行，请把编号告知管理员。' };
}

/** Problem document of RFC 9457 for an expected failure; at most 200 places are listed. */
export function toProblem(
  { code, detail, pointer, placed = [] }: Known,
  ctx: Pick<Context, 'state'>,
): Problem {
  const { status, title } = PROBLEMS[code];
  const requestId = ctx.state['requestId'] as string | undefined;
  const places = placed.length === 0 && pointer !== undefined ? [{ pointer, code, detail }] : placed;
  return {
    type: `/problems#${code.toLowerCase()}`,
    title,
    status,
    code,
    detail,
    ...(requestId ? { requestId } : {}),
    ...(places.length > 0 ? { errors: places.slice(0, 200).map(place => ({ ...place })) } : {}),
  };
}

function answer(ctx: Context, problem: Problem): void {
  ctx.status = problem.status;
  ctx.set('Cache-Control', 'no-store');
  // a short refused body is dropped, so that its sender meets this answer and no broken connection; a long one is not read to its end
  const mostBytes = FILE_TYPE.test(ctx.get('content-type')) ? FILE_BYTES : SHORT_BYTES;
  if (!ctx.req.complete && isShortBody(ctx.req, mostBytes)) ctx.req.resume();
  else if (!ctx.req.complete) ctx.set('Connection', 'close');
  if (problem.status === 503 && ctx.response.get('Retry-After') === '') ctx.set('Retry-After', '10');
  ctx.body = JSON.stringify(problem);
  ctx.type = 'application/problem+json';
}

const SHORT_BYTES = 64 * 1024;
/** People give files that are too large; browsers and many libraries hear no answer before they have sent all. */
const FILE_BYTES = 32 * 1024 * 1024;
const FILE_TYPE = /^(?:multipart\/form-data|application\/(?:pdf|octet-stream)|image\/)/i;

/** True of a request without body, or with one that says it is short; a chunked one does not. */
export function isShortBody({ headers }: Pick<IncomingMessage, 'headers'>, mostBytes = SHORT_BYTES): boolean {
  if (headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= mostBytes;
}
