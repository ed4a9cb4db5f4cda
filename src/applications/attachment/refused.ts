/** Why a file is not taken as an attachment: one sentence that says what to do instead. */
import { DomainError } from '../../shared/errors.ts';

export class AttachmentRefused extends DomainError {
  constructor(detail: string, options: { cause?: unknown } = {}) {
    super('ATTACHMENT_REFUSED', detail, options);
  }
}
