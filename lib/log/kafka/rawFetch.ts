import type { Broker } from 'kafkajs';
import { readFetchAnswer, type FetchAnswer } from './fetchAnswer.ts';

/** A request as kafkajs's broker builds it from a version of the protocol, and how it reads the answer. */
interface Exchange {
  request: { apiVersion: number };
  response: { decode: (bytes: Buffer) => Promise<unknown>; parse: (answer: unknown) => Promise<unknown> };
}

interface Lookup {
  lookupRequest: (apiKey: number, versions: unknown) => (asked: object) => Exchange;
}

/**
 * `broker.fetch`, but the answer is read by us. kafkajs makes a dozen objects, three of them big integers, of every
 * record, which took more of the worker's time than all that the worker does itself. Everything else stays kafkajs's: the
 * version it agrees on with the broker, the request, and the errors that it finds in the answer.
 *
 * The broker looks up how to ask and how to read by one method of its own; a broker derived from it with another such
 * method is all it takes. kafkajs is not developed any more, so that this will not move under our feet; the contract
 * suite would tell.
 */
export async function rawFetch(broker: Broker, asked: Parameters<Broker['fetch']>[0]): Promise<FetchAnswer> {
  const lookup = broker as Broker & Lookup;
  const reading = Object.create(lookup) as Broker & Lookup;
  reading.lookupRequest = (apiKey, versions) => {
    const exchange = lookup.lookupRequest(apiKey, versions);
    return (request) => {
      const given = exchange(request);
      const decode = (bytes: Buffer): Promise<FetchAnswer> => readFetchAnswer(bytes, given.request.apiVersion);
      return { ...given, response: { ...given.response, decode } };
    };
  };
  return (await reading.fetch(asked)) as FetchAnswer;
}
