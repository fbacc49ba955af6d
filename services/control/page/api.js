const timeoutMs = 10_000;

/** An answer that is no success; `code` is the server's stable one, "" when the server could not be reached. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** True when somebody has to sign in (again). */
  get signedOut() {
    return this.status === 401;
  }
}

async function call(path, init = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new ApiError(0, '', 'The server cannot be reached.');
  }
  if (answer.status === 204) return undefined;
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw new ApiError(answer.status, body.code ?? '', body.detail ?? `The server answered ${answer.status}.`);
}

// No other page can send this header; a write without it is refused.
const write = { 'x-rollguard-console': '1' };
const of = encodeURIComponent;

/** Who is signed in; `undefined` when nobody is. */
export const readSession = () => call('/session');
/** `credential`: `{ key }` or `{ code }`. */
export const signIn = (credential) =>
  call('/session', {
    method: 'POST',
    headers: { ...write, 'content-type': 'application/json' },
    body: JSON.stringify(credential),
  });
export const signOut = () => call('/session', { method: 'DELETE', headers: write });

export const readApps = async () => (await call('/v1/apps')).apps;
export const readReleases = (app) => call(`/v1/apps/${of(app)}/releases`);
export const readErrors = async (app, release) =>
  (await call(`/v1/apps/${of(app)}/releases/${of(release)}/errors`)).errors;
