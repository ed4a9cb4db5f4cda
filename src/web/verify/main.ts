/** Starts the verify page, and keeps it at hand for a visit without network. */
import { createApp } from 'vue';
import VerifyPage from './VerifyPage.vue';

createApp(VerifyPage).mount('#page');

// the worker serves `/v` from its own folder's parent, which the service allows by Service-Worker-Allowed; where it does not,
// or where the browser has no workers, the page works online as before
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/app/verify-worker.js', { scope: '/v' }).catch(() => undefined);
}
