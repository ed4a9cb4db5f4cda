/** Starts the page on which problems are reported to the bureau. */
import { createApp } from 'vue';
import FeedbackPage from './FeedbackPage.vue';

createApp(FeedbackPage).mount('#page');
