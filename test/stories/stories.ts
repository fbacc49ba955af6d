import { clocks } from './clocks.ts';
import { crashes } from './crashes.ts';
import { endings } from './endings.ts';
import { participants } from './participants.ts';
import type { Story } from './story.ts';
import { ties } from './ties.ts';

/** Every outcome of design §4, told by phones. Each story has a release of its own. */
export const stories: Story[] = [...endings, ...crashes, ...ties, ...clocks, ...participants];
