/** Hands a result to another app, or to the clipboard where the browser cannot. */

/** `shared` covers a person who changed their mind, too: nothing has to be said then. */
export type ShareOutcome = 'shared' | 'copied' | 'refused';

/** Text only: no link that would open a certificate, no file. Never throws. */
export async function shareText(title: string, text: string): Promise<ShareOutcome> {
  if (typeof navigator.share === 'function') {
    try {
      await navigator.share({ title, text });
      return 'shared';
    } catch (error) {
      if ((error as { name?: string }).name === 'AbortError') return 'shared';
    }
  }
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    return 'refused'; // NotAllowedError, or no clipboard at all
  }
}
