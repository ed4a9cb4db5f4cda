/** What a pasted key that cannot be one is told as: the same as a fault that the service finds at the key. Pure. */
import type { Problem } from '../../shared/api.ts';
import { clientWords } from './words.ts';

export function keyProblem(why: 'private' | 'unreadable'): Problem {
  const detail = why === 'private' ? clientWords.privateKey : clientWords.badKey;
  return {
    status: 0,
    code: 'KEY_UNREADABLE',
    detail,
    errors: [{ pointer: '/key', code: 'KEY_UNREADABLE', detail }],
  };
}
