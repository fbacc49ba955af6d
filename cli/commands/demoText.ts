import type { Running } from '../../services/embedded/embedded.ts';
import { demoStory } from '../../tools/simulate/demoFleet.ts';

/** What the demo prints at its begin. `folder`: what is removed at the end. */
export function demoText(
  { deviceUrl, operatorUrl, consoleUrl }: Running,
  keys: { ingest: string; operator: string },
  folder: string | undefined,
): string {
  const { app, healthy, broken, segment, code, afterSeconds } = demoStory;
  return `
Rollguard is running, with a simulated fleet.

  Open   ${consoleUrl.replace('/#', `/?app=${app}&release=${broken}#`)}

The link signs in once; after that, sign in with the operator key ${keys.operator}

What you will see
  Two releases of ${app} side by side. ${healthy} is well. From ${afterSeconds} s on ${broken} fails on ${segment}:
  its success rate bends, and ${code} rises to the top of its reasons.
  Phones that never confirm count as presumed after 30 s, silent ones after 60 s (else 10 min and 60 min).

Report an event of your own; it appears as the app com.example.mine
  curl ${deviceUrl}/v1/events -H 'authorization: Bearer ${keys.ingest}' \\
    -d '{"app_id":"com.example.mine","device_id":"phone-1","kind":"install_completed","release":"1.0.1"}'

Ask the API
  curl ${operatorUrl}/v1/apps/${app}/releases -H 'authorization: Bearer ${keys.operator}'

Ctrl-C ends the demo${folder === undefined ? '' : ` and removes ${folder}`}.
`;
}
