/** The console's pages and their addresses below /desk; each section brings its own. */
import { createRouter, createWebHistory, type Router } from 'vue-router';
import AccountPage from './account/AccountPage.vue';
import HomePage from './HomePage.vue';
import LostPage from './LostPage.vue';
import { SECTIONS } from './sections.ts';

export function makeRouter(): Router {
  return createRouter({
    history: createWebHistory('/desk'),
    routes: [
      { path: '/', name: 'home', component: HomePage },
      { path: '/account', name: 'account', component: AccountPage },
      ...SECTIONS.flatMap(({ routes }) => routes),
      { path: '/:rest(.*)*', name: 'lost', component: LostPage },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  });
}
