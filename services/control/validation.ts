import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { parseTime } from '../../lib/events/time.ts';
import { Problem } from './problem.ts';

/**
 * Parameters of an address are text and become what their schema says; a body is JSON and must be what it says. Nothing is
 * dropped: what a schema does not name is a fault.
 */
export function validatorCompiler(): FastifySchemaCompiler<unknown> {
  const common = {
    allErrors: true,
    useDefaults: true,
    strict: true,
    allowUnionTypes: true,
    formats: { 'date-time': (given: string) => parseTime(given) !== undefined },
  };
  const ofText = new Ajv({ ...common, coerceTypes: true });
  const ofJson = new Ajv(common);
  return ({ schema, httpPart }) => (httpPart === 'body' ? ofJson : ofText).compile(schema as object);
}

interface RequestError extends Error {
  code?: string;
  statusCode?: number;
  validation?: FastifySchemaValidationError[];
  validationContext?: string;
}

/** What is wrong with a request that never reached its handler; `undefined` when the fault is not the request's. */
export function requestProblem(error: RequestError): Problem | undefined {
  if (error.validation !== undefined) {
    const place = error.validationContext === 'body' ? 'body' : 'query';
    return new Problem(
      'bad_parameter',
      error.validation.map((fault) => sentence(fault as ErrorObject, place)).join(' '),
    );
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new Problem('bad_parameter', 'The request cannot be read: is its body JSON, with that content type?');
  }
  return undefined;
}

function sentence(fault: ErrorObject, place: string): string {
  const name = fault.instancePath.slice(1).replaceAll('/', '.');
  const params = fault.params as Record<string, unknown>;
  if (fault.keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty);
    const what = place === 'query' ? 'parameter' : 'field';
    return `There is no ${what} ${name === '' ? unknown : `${name}.${unknown}`}.`;
  }
  if (fault.keyword === 'enum') return `${name} must be one of: ${(params.allowedValues as unknown[]).join(', ')}.`;
  return `${name === '' ? `The ${place}` : name} ${fault.message ?? 'is wrong'}.`;
}
