/**
 * The command line: finds the command, gives it a World, prints its answer, turns an expected failure into one Chinese line with
 * its stable code. Exit codes: 0 done (for `verify`: valid), 1 refused or not valid, 2 wrong usage. A leaf around verbs.
 */
import { DomainError } from '../shared/errors.ts';
import { accountsCommand } from './accounts.ts';
import { auditCommand } from './audit.ts';
import { clientsCommand } from './clients.ts';
import { demoCommand } from './demo/command.ts';
import { fieldKeysCommand } from './field-keys.ts';
import { fsckCommand } from './fsck.ts';
import { issueCommand, rosterTemplateCommand } from './issue.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand, publishCommand, resumeCommand, revokeCommand, suspendCommand } from './registry.ts';
import { trustCommand, verifyCommand } from './verify.ts';
import { Usage, type Command } from './command.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  issue: issueCommand,
  'roster-template': rosterTemplateCommand,
  verify: verifyCommand,
  trust: trustCommand,
  revoke: revokeCommand,
  suspend: suspendCommand,
  resume: resumeCommand,
  publish: publishCommand,
  keys: keysCommand,
  migrate: migrateCommand,
  fsck: fsckCommand,
  accounts: accountsCommand,
  clients: clientsCommand,
  audit: auditCommand,
  'field-keys': fieldKeysCommand,
  demo: demoCommand,
};

// a reader that has enough, such as `head`, closes the pipe: nothing went wrong
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function main(): Promise<number> {
  const [name = 'help', ...words] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || words.includes('--help')) {
    process.stdout.write(command ? `${command.usage}\n` : help());
    return command || name === 'help' || name === '--help' ? 0 : 2;
  }
  try {
    return await command.run(words);
  } catch (error) {
    return explain(error, command);
  }
}

function explain(error: unknown, command: Command): number {
  if (error instanceof DomainError) {
    process.stderr.write(`${error.code}：${error.detail}\n`);
    return 1;
  }
  // parseArgs reports unknown or malformed options by TypeError with such a code
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Usage || code.startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(
      `用法有误${error instanceof Usage ? `：${error.message}` : ''}。\n${command.usage}\n`,
    );
    return 2;
  }
  process.stderr.write(`INTERNAL：程序出错，请把下面一行告知管理员。\n${String(error)}\n`);
  return 1;
}

function help(): string {
  const lines = Object.values(COMMANDS).map(command => command.usage.split('\n')[0]);
  return ['职证 zhicheng：电子职称证书的签发与查验', '', ...lines, '', '各命令加 --help 查看说明。', ''].join(
    '\n',
  );
}

process.exitCode = await main();
