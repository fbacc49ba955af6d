const DAY_MS = 24 * 60 * 60 * 1000;

interface Named {
  apps: Set<string>;
  releases: Set<string>;
}

/**
 * Caps on the different apps and releases a key may name in a day (UTC): an ingest key stands in every copy of an app, and
 * whoever has it could otherwise fill the tables with names. Kept in this process only, so each gateway counts what it
 * has seen since its start.
 */
export class NameCaps {
  private readonly maxApps: number;
  private readonly maxReleases: number;
  private named = new Map<string, Named>();
  private day = 0;

  constructor(maxApps: number, maxReleases: number) {
    this.maxApps = maxApps;
    this.maxReleases = maxReleases;
  }

  /** Remembers the names, or says which cap refuses them. */
  admit(keyId: string, app: string, release: string, now: number): 'too_many_apps' | 'too_many_releases' | undefined {
    const today = Math.floor(now / DAY_MS);
    if (today !== this.day) {
      this.day = today;
      this.named = new Map();
    }
    let seen = this.named.get(keyId);
    if (!seen) this.named.set(keyId, (seen = { apps: new Set(), releases: new Set() }));
    if (full(seen.apps, app, this.maxApps)) return 'too_many_apps';
    const name = `${app}\n${release}`;
    if (release !== '' && full(seen.releases, name, this.maxReleases)) return 'too_many_releases';
    seen.apps.add(app);
    if (release !== '') seen.releases.add(name);
    return undefined;
  }
}

function full(names: Set<string>, name: string, most: number): boolean {
  return most > 0 && names.size >= most && !names.has(name);
}
