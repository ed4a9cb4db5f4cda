/**
 * Everything uploaded for a month is checked and released by one operator at the terminal: for trials and demonstrations with test
 * keys. In production the check and the approval are two people's acts (R16), and this refuses.
 */
import { idsInMonth, lockApplications } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { demandReleasable, issueBatch, type IssuedBatch, type IssueOptions } from './issue-batch.ts';
import { digestOfItems, planRelease } from './plan.ts';

const CHUNK = 500;

/**
 * Every uploaded or checked application of that month is issued or stopped with a reason; running it again continues or does nothing.
 * @throws DomainError TWO_PERSONS_NEEDED in production, and those of `issueBatch`
 */
export async function releaseAll(
  world: World,
  act: Act,
  wanted: { month: Month; options: IssueOptions },
): Promise<IssuedBatch> {
  const { month } = wanted;
  if (world.config.production) {
    throw new DomainError(
      'TWO_PERSONS_NEEDED',
      '正式环境须由经办人核对、复核人批准后制证，请登录系统办理；本命令只用于测试密钥。',
    );
  }
  const { key } = await demandReleasable(world, act, month);
  const waiting = [
    ...(await idsInMonth(world.db, { month, state: 'UPLOADED' })),
    ...(await idsInMonth(world.db, { month, state: 'BUREAU_CHECK' })),
  ];
  for (let at = 0; at < waiting.length; at += CHUNK) {
    const ids = waiting.slice(at, at + CHUNK);
    await inTransaction(world.db, async tx => {
      const locked = [...(await lockApplications(tx, world, ids)).values()];
      const applications = locked.filter(({ course }) => course.turn?.kind === 'bureau');
      if (applications.length === 0) return;
      const digest = digestOfItems(world, applications);
      await planRelease({ tx, world }, act, { month, key, digest, applications });
      await record({ tx, db: world.db }, act, [
        { action: 'batch.frozen', subject: month, detail: { digest, items: applications.length } },
      ]);
    });
  }
  return issueBatch(world, act, wanted);
}
