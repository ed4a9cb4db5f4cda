/** The holder's pages and their addresses. All are in one file of script: a page must open with the network gone. */
import { createRouter, createWebHistory, type Router } from 'vue-router';
import AccountPage from './pages/AccountPage.vue';
import ApplicationPage from './pages/ApplicationPage.vue';
import ApplyPage from './apply/ApplyPage.vue';
import AskedPage from './pages/AskedPage.vue';
import CertificatePage from './pages/CertificatePage.vue';
import HomePage from './pages/HomePage.vue';
import LostPage from './pages/LostPage.vue';
import StartPage from './pages/StartPage.vue';
import { STEPS } from './apply/steps.ts';

export function makeRouter(): Router {
  const id = ':id([0-9a-f]{32})';
  return createRouter({
    history: createWebHistory('/my'),
    routes: [
      { path: '/', name: 'home', component: HomePage },
      { path: '/apply', name: 'start', component: StartPage },
      { path: `/applications/${id}`, name: 'application', component: ApplicationPage, props: true },
      {
        path: `/applications/${id}/edit/:step(${STEPS.join('|')})?`,
        name: 'edit',
        component: ApplyPage,
        props: true,
      },
      {
        path: '/certificates/:number([A-E]12\\d{11})',
        name: 'certificate',
        component: CertificatePage,
        props: true,
      },
      { path: '/asked', name: 'asked', component: AskedPage },
      { path: '/account', name: 'account', component: AccountPage },
      { path: '/:rest(.*)*', name: 'lost', component: LostPage },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  });
}
