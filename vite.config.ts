/** Builds the web pages: one HTML entry per page, into public/app/, where the service serves them below /app/. */
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: fromHere('src/web'),
  base: '/app/',
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  worker: { format: 'es' },
  build: {
    outDir: fromHere('public/app'),
    emptyOutDir: true,
    target: 'es2022',
    // the content security policy allows neither inline scripts nor inline styles; fonts and images stay files too
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // scanner and PDF engine are files of their own beside the page's chunks
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // a generated validator does nothing by being loaded: those that no page calls are left out
      treeshake: { moduleSideEffects: [{ test: /\/shared\/shapes\//, sideEffects: false }] },
      input: {
        index: fromHere('src/web/index.html'),
        v: fromHere('src/web/v.html'),
        query: fromHere('src/web/query.html'),
        'verify-worker': fromHere('src/web/verify/service-worker.ts'),
      },
      output: {
        // a service worker keeps its address for ever, or browsers would never find its successor
        entryFileNames: chunk =>
          chunk.name === 'verify-worker' ? 'verify-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
