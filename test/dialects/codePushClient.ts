import { AcquisitionManager } from 'code-push/script/acquisition-sdk.js';
import type { Http, Package } from 'code-push/script/acquisition-sdk.js';

const verbs: Record<number, string> = { 0: 'GET', 2: 'POST' };

type Answered = (error: Error, answer: Http.Response) => void;

/** What the client takes for "no error", though its types know none. */
const noError = null as unknown as Error;

/** As the plugins for React Native do it: a request without a body has the callback in its place. */
function requester(answers: number[]): Http.Requester {
  return {
    request(verb: number, address: string, body: string | Answered, callback?: Answered) {
      const answered = typeof body === 'string' ? callback! : body;
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-codepush-plugin-name': 'react-native-code-push',
        'x-codepush-plugin-version': '9.0.1',
        'x-codepush-sdk-version': '^4.2.2',
      };
      fetch(address, { method: verbs[verb]!, headers, ...(typeof body === 'string' && { body }) })
        .then(async (answer) => {
          answers.push(answer.status);
          answered(noError, { statusCode: answer.status, body: await answer.text() });
        })
        .catch((error: unknown) => answered(error as Error, { statusCode: 0 }));
    },
  };
}

export const deploymentKey = 'production-android';

/** npm `code-push`'s own client of one phone, pointed at `server`. The status of each answer goes into `answers`. */
export function codePushClient(server: string, answers: number[]): AcquisitionManager {
  return new AcquisitionManager(requester(answers), {
    serverUrl: server,
    appVersion: '1.4.0',
    clientUniqueId: 'phone-1',
    deploymentKey,
  });
}

export const bundle = (label: string): Package => ({
  label,
  appVersion: '1.4.0',
  deploymentKey,
  description: '',
  isMandatory: false,
  packageHash: label,
  packageSize: 6,
});

/** Resolves when the client says that it is done. */
export function called(call: (callback: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
