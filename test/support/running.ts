/** Programs of this repository as processes of their own, without holding up the tests beside: those wait for databases meanwhile. */
import { execFile, type ExecFileException } from 'node:child_process';
import { projectFile } from '../../src/shared/project.ts';
import type { World } from '../../src/world.ts';
import { bureauEnv } from './bureau.ts';

export interface Ran {
  /** Exit code; null of a process that was killed. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled script on that bureau's database and keys, to its end. @param script such as `dist/src/cli/main.js` */
export async function running(
  { config }: Pick<World, 'config'>,
  script: string,
  ...words: readonly string[]
): Promise<Ran> {
  return runningWith(bureauEnv(config.dataDir, config.databaseUrl), script, ...words);
}

/** The same with these settings. */
export async function runningWith(
  settings: Readonly<Record<string, string>>,
  script: string,
  ...words: readonly string[]
): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', ...settings };
  return new Promise(resolve => {
    const ended = (failure: ExecFileException | null, stdout: string, stderr: string): void => {
      const code = failure ? failure.code : 0;
      const status = typeof code === 'number' ? code : null;
      resolve({ status, signal: failure?.signal ?? null, stdout, stderr });
    };
    execFile(process.execPath, [projectFile(script), ...words], { env }, ended);
  });
}

/** `zhicheng …` as an operator types it there. */
export async function zhicheng(world: Pick<World, 'config'>, ...words: readonly string[]): Promise<Ran> {
  return running(world, 'dist/src/cli/main.js', ...words);
}
