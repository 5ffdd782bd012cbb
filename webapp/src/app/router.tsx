/**
 * The five pages and their addresses. Now and Alerts come with the first load, since they are what
 * a person opens; the others are fetched when they are wanted.
 */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { AlertsPage } from '../pages/alerts/AlertsPage.tsx'
import { NotFound } from '../pages/NotFound.tsx'
import { NowPage } from '../pages/now/NowPage.tsx'
import { Root } from './Root.tsx'
import { parseSearch } from './search.ts'

const root = createRootRoute({
  component: Root,
  validateSearch: parseSearch,
  notFoundComponent: NotFound,
})
const under = { getParentRoute: () => root }
const routes = [
  createRoute({ ...under, path: '/', component: NowPage }),
  createRoute({ ...under, path: '/alerts', component: AlertsPage }),
  createRoute({
    ...under,
    path: '/floor/$floor',
    component: lazyRouteComponent(() => import('../pages/floor/FloorPage.tsx'), 'FloorPage'),
  }),
  createRoute({
    ...under,
    path: '/admin/thresholds',
    component: lazyRouteComponent(
      () => import('../pages/thresholds/ThresholdsPage.tsx'),
      'ThresholdsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/system',
    component: lazyRouteComponent(() => import('../pages/system/SystemPage.tsx'), 'SystemPage'),
  }),
]

export const router = createRouter({ routeTree: root.addChildren(routes) })
