import { capgo } from './capgo.ts';
import { codepush } from './codepush.ts';
import type { Dialect } from './dialect.ts';
import { native } from './native.ts';

/** Every dialect the gateway speaks. A new one is a file beside this, its page and samples, and its name here. */
export const dialects: readonly Dialect[] = [native, capgo, codepush];
