/** Starts the page on which another person's certificate is checked. */
import { createApp } from 'vue';
import QueryPage from './QueryPage.vue';

createApp(QueryPage).mount('#page');
