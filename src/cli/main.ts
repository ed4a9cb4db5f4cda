/**
 * The command line: finds the command, gives it a World, prints its answer, turns an expected failure into one Chinese line with
 * its stable code. Exit codes: 0 done (for `verify`: valid), 1 refused or not valid, 2 wrong usage. A leaf around verbs.
 */
import { DomainError } from '../shared/errors.ts';
import { Usage, type Command } from './command.ts';

/** Each is loaded when it is asked for: a command that signs nothing need not wait for fonts and typesetting. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  issue: async () => (await import('./issue.ts')).issueCommand,
  'roster-template': async () => (await import('./issue.ts')).rosterTemplateCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  trust: async () => (await import('./verify.ts')).trustCommand,
  revoke: async () => (await import('./registry.ts')).revokeCommand,
  suspend: async () => (await import('./registry.ts')).suspendCommand,
  extend: async () => (await import('./registry.ts')).extendCommand,
  resume: async () => (await import('./registry.ts')).resumeCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  changes: async () => (await import('./changes.ts')).changesCommand,
  publish: async () => (await import('./registry.ts')).publishCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
  signer: async () => (await import('./signer.ts')).signerCommand,
  migrate: async () => (await import('./registry.ts')).migrateCommand,
  fsck: async () => (await import('./fsck.ts')).fsckCommand,
  accounts: async () => (await import('./accounts.ts')).accountsCommand,
  clients: async () => (await import('./clients.ts')).clientsCommand,
  reconcile: async () => (await import('./reconcile.ts')).reconcileCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  'field-keys': async () => (await import('./field-keys.ts')).fieldKeysCommand,
  demo: async () => (await import('./demo/command.ts')).demoCommand,
};

// a reader that has enough, such as `head`, closes the pipe: nothing went wrong
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function main(): Promise<number> {
  const [name = 'help', ...words] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
  if (command === undefined || words.includes('--help')) {
    process.stdout.write(command ? `${command.usage}\n` : await help());
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

async function help(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async load => load()));
  const lines = commands.map(command => command.usage.split('\n')[0]);
  return ['职证 zhicheng：电子职称证书的签发与查验', '', ...lines, '', '各命令加 --help 查看说明。', ''].join(
    '\n',
  );
}

process.exitCode = await main();
