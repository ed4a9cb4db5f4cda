/** Starts the holder's pages. */
import { createApp } from 'vue';
import MyApp from './MyApp.vue';
import { makeRouter } from './router.ts';

createApp(MyApp).use(makeRouter()).mount('#page');
