/** What a host is looked at as: the views that Tab goes through and digits choose. */
export const HOST_TABS = ['overview', 'gpus', 'warnings', 'host'] as const
/** The views of all hosts together. */
export const FLEET_TABS = ['fleet', 'fleet-warnings'] as const

export type Tab = (typeof HOST_TABS)[number] | (typeof FLEET_TABS)[number]

export const TAB_NAMES: Readonly<Record<Tab, string>> = {
  overview: 'overview',
  gpus: 'GPUs',
  warnings: 'warnings',
  host: 'host',
  fleet: 'all hosts',
  'fleet-warnings': 'warnings of all hosts',
}

/** What people call a view. */
export const VIEW_NAMES: Readonly<Record<View['kind'], string>> = {
  ...TAB_NAMES,
  help: 'the help',
  workload: 'a workload',
  gpu: 'one GPU',
  warning: 'a warning',
}

/** What stands between the header and the key bar. */
export type View =
  | { readonly kind: Tab | 'help' }
  /** By the id of the workload. */
  | { readonly kind: 'workload'; readonly id: string }
  | { readonly kind: 'gpu'; readonly uuid: string }
  /** A warning that is about no workload of this frame, by its row in the list of warnings. */
  | { readonly kind: 'warning'; readonly id: string }

/** The views that lie over each other, the visible one last: Enter puts one on top, Esc takes it away, the first one stays. */
export type ViewStack = readonly [View, ...View[]]

export const FIRST_VIEWS: ViewStack = [{ kind: 'overview' }]

/** The view in sight. */
export function topView(views: ViewStack): View {
  return views.at(-1) ?? views[0]
}

export function opened(views: ViewStack, ...added: readonly View[]): ViewStack {
  return [...views, ...added]
}

/** Without the top view; the first one stays. */
export function closed(views: ViewStack): ViewStack {
  const [first, ...rest] = views
  return [first, ...rest.slice(0, -1)]
}

/** The views among which Tab and digits choose, for whoever looks at `view`: those of all hosts or those of one. */
export function tabsOf(views: ViewStack): readonly Tab[] {
  return isFleet(topTab(views)) ? FLEET_TABS : HOST_TABS
}

/** The tab that lies under the details. */
export function topTab(views: ViewStack): Tab {
  return views.map(tabOf).findLast((tab) => tab !== undefined) ?? 'overview'
}

/** Another tab in place of the present one; the details over it close. */
export function switched(views: ViewStack, tab: Tab): ViewStack {
  const at = views.findLastIndex((view) => tabOf(view) !== undefined)
  const [first, ...rest] = views.slice(0, Math.max(0, at))
  return first === undefined ? [{ kind: tab }] : [first, ...rest, { kind: tab }]
}

export function isFleet(tab: Tab): boolean {
  return tab === 'fleet' || tab === 'fleet-warnings'
}

function tabOf(view: View): Tab | undefined {
  switch (view.kind) {
    case 'overview':
    case 'gpus':
    case 'warnings':
    case 'host':
    case 'fleet':
    case 'fleet-warnings':
      return view.kind
    case 'workload':
    case 'gpu':
    case 'warning':
    case 'help':
      return undefined
  }
}
