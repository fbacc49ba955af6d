import type { Kind } from './kinds.ts';

const enrolling: ReadonlySet<Kind> = new Set<Kind>([
  'download_started',
  'download_progressed',
  'download_completed',
  'download_failed',
  'activated',
  'install_completed',
  'install_failed',
  'rolled_back',
]);

/**
 * Whether an event makes its device a participant of the release (design §3). Checks, offers, crashes and `other` never
 * do, for a phone that only opens the app cannot fail an update; nor does a bystander's event (derived from a mere
 * launch, or about the fallback bundle), nor one that names no release.
 */
export function enrols(kind: Kind, release: string, bystander: boolean): boolean {
  return enrolling.has(kind) && release !== '' && !bystander;
}
