import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApi } from '../../../functions/aggregator/api/openapi.ts';

const ID = 'synwhere-openapi';

/** The description of one answer, found by following the structure of the document as a client generator does. */
export class Description {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...openApi(), $id: ID }, ID);
  }

  /** Why an answer is not as described. Undefined: it is. `contentType` may have parameters. */
  problem(
    method: string,
    path: string,
    answer: { status: number; contentType: string; value: unknown },
  ): string | undefined {
    const type = answer.contentType.split(';', 1)[0]?.trim() ?? '';
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(answer.status),
      'content',
      type,
      'schema',
    ];
    const schema = pointer.reduce<unknown>(
      (node, key) => (typeof node === 'object' && node ? Reflect.get(node, key) : undefined),
      openApi(),
    );
    if (schema === undefined) return `${method} ${path} does not describe ${answer.status} ${type}`;
    const validate = this.#ajv.getSchema(`${ID}#/${pointer.map(escape).join('/')}`);
    if (!validate) return `${pointer.join(' ')} is no schema`;
    return validate(answer.value) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}

/** RFC 6901 inside a URI fragment (RFC 6901, section 6). */
function escape(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
