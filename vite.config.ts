/**
 * Builds the web pages: one HTML entry per page, into public/app/, where the service serves them below /app/. In two runs: the public
 * pages, then (`--mode signed-in`) those for signed-in people, so that whoever checks a certificate loads no script of the others.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OUT = fromHere('public/app');
const COMPRESSIBLE = /\.(?:css|html|js|svg|wasm|webmanifest)$/;
/** Brotli's best takes seconds for each megabyte; an engine of megabytes gains little by it. */
const BEST_BELOW_BYTES = 500_000;

/** Compresses once and well here what the service would compress quickly for each visitor. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    for (const name of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
      if (!COMPRESSIBLE.test(name) || isCompressed(join(OUT, name))) continue;
      const bytes = readFileSync(join(OUT, name));
      const quality = bytes.length < BEST_BELOW_BYTES ? constants.BROTLI_MAX_QUALITY : 6;
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
      writeFileSync(join(OUT, `${name}.br`), brotliCompressSync(bytes, { params }));
      writeFileSync(join(OUT, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
};

/** Done by the run before, of this very file. */
function isCompressed(file: string): boolean {
  return existsSync(`${file}.br`) && statSync(`${file}.br`).mtimeMs >= statSync(file).mtimeMs;
}

/** The pages of each run. */
const PUBLIC_PAGES = {
  index: fromHere('src/web/index.html'),
  help: fromHere('src/web/help.html'),
  v: fromHere('src/web/v.html'),
  query: fromHere('src/web/query.html'),
  'verify-worker': fromHere('src/web/verify/service-worker.ts'),
};
const SIGNED_IN_PAGES = {
  feedback: fromHere('src/web/feedback.html'), // needs nobody signed in, but the form parts of those who are
  my: fromHere('src/web/my.html'),
  desk: fromHere('src/web/desk.html'),
};

export default defineConfig(({ mode }) => ({
  root: fromHere('src/web'),
  base: '/app/',
  plugins: [vue(), compressed],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  worker: { format: 'es' },
  build: {
    outDir: OUT,
    emptyOutDir: mode !== 'signed-in', // the second run adds to the first
    target: 'es2022',
    // the content security policy allows neither inline scripts nor inline styles; fonts and images stay files too
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // scanner and PDF engine are files of their own beside the page's chunks
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // a generated validator does nothing by being loaded: those that no page calls are left out
      treeshake: { moduleSideEffects: [{ test: /\/shared\/shapes\//, sideEffects: false }] },
      input: mode === 'signed-in' ? SIGNED_IN_PAGES : PUBLIC_PAGES,
      output: {
        // a service worker keeps its address for ever, or browsers would never find its successor
        entryFileNames: chunk =>
          chunk.name === 'verify-worker' ? 'verify-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
}));
