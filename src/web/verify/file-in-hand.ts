/** The one file a person gave: its reading, and what is known of the file itself. */
import { onMounted, onUnmounted, ref, shallowRef, type Ref } from 'vue';
import { findFile, type FileFinding } from './file-finding.ts';
import type { Pages, ReadFault } from './reading/messages.ts';
import type { FileRead } from './reading/read-file.ts';
import { visibleText } from './visible-text.ts';
import type { Verification } from './verification.ts';

const LONGEST_NAME = 40;

export interface FileInHand {
  /** Name of the file that is being read; empty otherwise. */
  readonly reading: Ref<string>;
  readonly pages: Ref<Pages | undefined>;
  /** Why nothing could be read from the file; `none` is a file without code. */
  readonly fault: Ref<ReadFault | 'none' | undefined>;
  readonly finding: Ref<FileFinding | undefined>;
  readonly take: (file: File) => Promise<void>;
  readonly forget: () => void;
}

/** Reads files, one at a time; what was found is given to the verification. */
export function useFileInHand({ check, trustNow, now }: Verification): FileInHand {
  const reading = ref('');
  const pages = ref<Pages>();
  const fault = ref<ReadFault | 'none'>();
  const finding = shallowRef<FileFinding>();
  let round = 0;

  function forget(): void {
    round += 1;
    reading.value = '';
    pages.value = undefined;
    fault.value = undefined;
    finding.value = undefined;
  }

  async function take(file: File): Promise<void> {
    forget();
    const mine = round;
    reading.value = shortName(file.name);
    const found = await readLazily(file, read => {
      if (mine === round) pages.value = read;
    });
    const trust = await trustNow();
    const about = trust && found.bytes.length > 0 ? await findFile(found.bytes, trust, now()) : undefined;
    if (mine !== round) return;
    reading.value = '';
    pages.value = found.pages;
    finding.value = about;
    if (found.codes.length > 0) await check(found.codes);
    else fault.value = found.fault ?? 'none';
  }

  return { reading, pages, fault, finding, take, forget };
}

/** The reader comes with the first file. */
async function readLazily(file: File, progress: (pages: Pages) => void): Promise<FileRead> {
  try {
    const { readFile } = await import('./reading/read-file.ts');
    return await readFile(file, progress);
  } catch {
    return { bytes: new Uint8Array(), codes: [], fault: 'failed' }; // TypeError: offline, and never loaded before
  }
}

function shortName(name: string): string {
  const { text } = visibleText(name);
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

/** Files dropped on the page, and files or texts pasted outside of a field. @returns whether something hovers over the page */
export function useDropAndPaste(
  file: (file: File) => unknown,
  text: (text: string) => unknown,
): Ref<boolean> {
  const hovers = ref(false);

  function over(event: DragEvent): void {
    event.preventDefault();
    hovers.value = event.type === 'dragover';
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    hovers.value = false;
    takeFrom(event.dataTransfer);
  }
  function paste(event: ClipboardEvent): void {
    const isField = event.target instanceof HTMLTextAreaElement;
    if (isField && (event.clipboardData?.files.length ?? 0) === 0) return;
    event.preventDefault();
    takeFrom(event.clipboardData);
  }
  function takeFrom(from: DataTransfer | null): void {
    const [given] = from?.files ?? [];
    const words = from?.getData('text/plain').trim() ?? '';
    if (given) file(given);
    else if (words !== '') text(words);
  }

  const listeners = { dragover: over, dragleave: over, drop, paste } as const;
  onMounted(() => {
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener);
  });
  onUnmounted(() => {
    for (const [name, listener] of Object.entries(listeners))
      removeEventListener(name, listener as EventListener);
  });
  return hovers;
}
