/** `npm run bench`: every figure the product promises, measured in one run and printed beside what is demanded. */
import { browserBench } from './browser-bench.ts';
import { httpBench } from './http-bench.ts';
import { imageBench } from './image-bench.ts';
import { issueBench } from './issue-bench.ts';
import { listBench } from './list-bench.ts';
import { lookupBench } from './lookup-bench.ts';
import { monthBench } from './month-bench.ts';
import { photoBench } from './photo-bench.ts';
import { qrBench } from './qr-bench.ts';
import { readingBench } from './reading-bench.ts';
import { verifyBench } from './verify-bench.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

print('\n== QR ==');
await qrBench();
print('\n== Verify ==');
for (const row of await verifyBench()) print(row);
print('\n== Verify over HTTP ==');
for (const row of await httpBench(60)) print(row);
print('\n== Verify in a browser ==');
for (const row of await browserBench(60)) print(row);
print('\n== Issue, without images ==');
for (const row of await issueBench(3000)) print(row);
print("\n== The bureau's month ==");
for (const row of await monthBench(10_000)) print(row);
for (const row of await listBench(100_000)) print(row);
print('\n== Lookups: right facts beside wrong ones ==');
for (const row of await lookupBench(10_000)) print(row);
print('\n== Image ==');
const image = await imageBench(100);
print(
  `each ${image.msEach.toFixed(0)} ms (≤ 350), peak ${image.peakRssMb.toFixed(0)} MB (≤ 450), file ${(image.pngBytes / 1e6).toFixed(2)} MB`,
);
print('\n== Reading the printed page ==');
for (const row of await readingBench(60)) print(row);
for (const row of await photoBench(500)) print(row);
