/** Starts the verify page, and keeps it at hand for a visit without network. */
import { createApp } from 'vue';
import VerifyPage from './VerifyPage.vue';
import { rememberedLanguage } from '../shared/language.ts';
import { trustedWorkerUrl } from './reading/trusted-url.ts';
import { wordsIn } from './words/words-in.ts';

void wordsIn(rememberedLanguage()).then(firstWords => createApp(VerifyPage, { firstWords }).mount('#page'));

// One worker, two scopes: `/v` is the page, which the service allows by Service-Worker-Allowed; below the assets stands the script
// of the reading worker, and what a worker fetches is the business of whoever is registered for the worker's own address.
// Where a browser has no workers, or forbids them, the page works online as before.
if ('serviceWorker' in navigator) {
  for (const scope of ['/v', '/app/assets/'])
    navigator.serviceWorker
      .register(trustedWorkerUrl('/app/verify-worker.js'), { scope })
      .catch(() => undefined);
}
