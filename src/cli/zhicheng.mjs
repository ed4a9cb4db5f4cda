#!/usr/bin/env node
/** The package's `zhicheng` command: builds once when there is no build yet, then hands over to the compiled command line. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
if (!existsSync(`${root}dist/src/cli/main.js`)) {
  process.stderr.write('首次运行，正在构建…\n');
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(1);
}
await import('../../dist/src/cli/main.js');
