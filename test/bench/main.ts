/**
 * `npm run bench`: every figure the product promises, measured in one run and printed beside what is demanded. With names of parts
 * (`npm run bench -- pages month`) those alone.
 */
import { browserBench } from './browser-bench.ts';
import { bulkRevocationsBench } from './bulk-revocations.ts';
import { httpBench } from './http-bench.ts';
import { imageBench } from './image-bench.ts';
import { issueBench } from './issue-bench.ts';
import { kmsBench } from './kms-bench.ts';
import { listBench } from './list-bench.ts';
import { lookupBench } from './lookup-bench.ts';
import { monthBench } from './month-bench.ts';
import { pagesBench } from './pages-bench.ts';
import { photoBench } from './photo-bench.ts';
import { qrBench } from './qr-bench.ts';
import { readingBench } from './reading-bench.ts';
import { statusListBench } from './status-list-bench.ts';
import { verifyBench } from './verify-bench.ts';
import { workListBench } from './work-list-bench.ts';

interface Part {
  readonly name: string;
  readonly title: string;
  readonly runs: readonly (() => Promise<readonly string[]>)[];
}

const PARTS: readonly Part[] = [
  { name: 'qr', title: 'QR', runs: [qrRows] },
  { name: 'verify', title: 'Verify', runs: [verifyBench] },
  { name: 'http', title: 'Verify over HTTP', runs: [async () => httpBench(60)] },
  { name: 'browser', title: 'Verify in a browser', runs: [async () => browserBench(60)] },
  { name: 'pages', title: 'Pages on a slow phone', runs: [pagesBench] },
  { name: 'issue', title: 'Issue, without images', runs: [async () => issueBench(3000)] },
  { name: 'kms', title: 'Keys in a file and in an HSM', runs: [async () => kmsBench(2000)] },
  { name: 'status-lists', title: 'Status lists', runs: [async () => statusListBench(10_000)] },
  {
    name: 'month',
    title: "The bureau's month",
    runs: [async () => monthBench(10_000), async () => listBench(100_000)],
  },
  {
    name: 'bulk-revocations',
    title: 'A review overturned',
    runs: [async () => bulkRevocationsBench(10_000)],
  },
  { name: 'work-list', title: 'The work list in a browser', runs: [async () => workListBench(10_000)] },
  {
    name: 'lookup',
    title: 'Lookups: right facts beside wrong ones',
    runs: [async () => lookupBench(10_000)],
  },
  { name: 'image', title: 'Image', runs: [imageRows] },
  {
    name: 'reading',
    title: 'Reading the printed page',
    runs: [async () => readingBench(60), async () => photoBench(500)],
  },
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const wanted = process.argv.slice(2);

for (const { name, title, runs } of PARTS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  print(`\n== ${title} ==`);
  for (const run of runs) for (const row of await run()) print(row);
}

/** It prints its rows itself. */
async function qrRows(): Promise<readonly string[]> {
  await qrBench();
  return [];
}

async function imageRows(): Promise<readonly string[]> {
  const { msEach, peakRssMb, pngBytes } = await imageBench(100);
  const each = `each ${msEach.toFixed(0)} ms (≤ 350)`;
  return [`${each}, peak ${peakRssMb.toFixed(0)} MB (≤ 450), file ${(pngBytes / 1e6).toFixed(2)} MB`];
}
