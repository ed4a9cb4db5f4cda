/** One file sent with its progress, which `fetch` does not tell; problems are values as in api.ts. */
import type { Problem as ProblemDocument } from '../../shared/shapes/shapes.ts';
import { csrfHeaders, noteSignedOut, unreachable, type Answer } from './api.ts';

export interface Upload {
  readonly path: string;
  readonly form: FormData;
  /** @param share of the file that has left, 0 to 1 */
  readonly onProgress: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** The JSON answer to the upload; as with `ask`, the caller names its shape. */
export async function upload<T>({ path, form, onProgress, signal }: Upload): Promise<Answer<T>> {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    const failed = (): void => resolve({ ok: false, problem: unreachable() });
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () => resolve(answerOf<T>(request));
    request.onerror = failed;
    request.onabort = failed;
    signal?.addEventListener('abort', () => request.abort());
    request.open('POST', path);
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
    request.send(form);
  });
}

function answerOf<T>({ status, responseText }: XMLHttpRequest): Answer<T> {
  try {
    const body: unknown = JSON.parse(responseText); // or it is a proxy's own page: below
    if (status < 300) return { ok: true, value: body as T };
    const { code, detail, errors = [] } = body as ProblemDocument;
    if (code === 'SIGN_IN_REQUIRED') noteSignedOut();
    return { ok: false, problem: { status, code, detail, errors } };
  } catch {
    return { ok: false, problem: { ...unreachable(), status } };
  }
}
