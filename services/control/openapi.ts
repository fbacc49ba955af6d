import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { tags } from './route.ts';

/** The frame of the OpenAPI document; its paths come from the routes themselves. */
export const openapi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Rollguard operator API',
      version: '1',
      description: 'What over-the-air updates did to devices. docs/counting.md says what each number is.',
    },
    servers: [{ url: 'http://127.0.0.1:8081' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        operatorKey: { type: 'http', scheme: 'bearer', description: 'An operator key, `rgo_…`.' },
      },
    },
  },
  hideUntagged: true,
  refResolver: {
    buildLocalReference: (json, _base, _fragment, index) =>
      typeof json.$id === 'string' ? json.$id : `schema-${index}`,
  },
};
