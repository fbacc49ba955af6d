import { waitFor } from '../waitFor.ts';
import type { Service } from './service.ts';

const readyMs = 60_000;

/** What both kinds of site do with their processes. */
export class Processes {
  readonly all: Service[] = [];

  add(service: Service): Service {
    this.all.push(service);
    return service;
  }

  output(): string {
    return this.all.map((service) => service.output()).join('\n');
  }

  async answers(url: string, needed: () => Service[]): Promise<void> {
    const answering = async (): Promise<boolean> => {
      for (const service of needed()) {
        if (!service.running()) throw new Error(`${service.name} has ended:\n${service.output().slice(-3000)}`);
      }
      return fetch(url).then(
        (answer) => answer.ok,
        () => false,
      );
    };
    await waitFor(answering, { timeoutMs: readyMs, what: url });
  }

  async stop(): Promise<void> {
    for (const service of this.all.filter((each) => each.running()).reverse()) await service.stop();
  }

  async kill(): Promise<void> {
    await Promise.all(this.all.map((service) => service.kill()));
  }
}

export async function getJson<T>(url: string, key: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}
