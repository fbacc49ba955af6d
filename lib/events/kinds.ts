/** The closed list of kinds (design §3). A kind that a newer client invents is kept as `other`. */
export const kinds = [
  'update_checked',
  'update_offered',
  'download_started',
  'download_progressed',
  'download_completed',
  'download_failed',
  'activated',
  'install_completed',
  'install_failed',
  'rolled_back',
  'app_crashed',
  'other',
] as const;

export type Kind = (typeof kinds)[number];

export const errorClasses = [
  'network',
  'storage',
  'integrity',
  'policy',
  'cancelled',
  'crash',
  'timeout',
  'unknown',
] as const;

export type ErrorClass = (typeof errorClasses)[number];
