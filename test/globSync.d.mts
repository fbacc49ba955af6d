export function globSync(folders: string[], ending: string): string[];
