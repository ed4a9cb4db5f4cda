/**
 * Every SQLite statement of Sequelize makes a nameless error and reads its stack, in case it fails. With source maps, which ava turns
 * on, that was a tenth of the suite's time: errors without a message are told plainly, all others with lines of the source as before.
 */
import { findSourceMap } from 'node:module';

Error.prepareStackTrace = (error, frames) => {
  const isNameless = error instanceof Error && error.message === '';
  const lines = frames.map(frame => `    at ${isNameless ? String(frame) : mapped(frame)}`);
  return [String(error), ...lines].join('\n');
};

function mapped(frame: NodeJS.CallSite): string {
  const file = frame.getFileName();
  const map = file === null || file === undefined ? undefined : findSourceMap(file);
  const origin = map?.findOrigin(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
  if (!origin || !('fileName' in origin)) return String(frame);
  return String(frame).replace(
    /(?:file:\/\/)?\/[^()]*:\d+:\d+/,
    `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`,
  );
}
